// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/executor.h>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>

namespace callbox {

namespace {

class ThreadExecutor final : public Executor {
public:
    ThreadExecutor(Loop& loop, const std::string& name) : loop_(loop), thread_([this] { work(); })
    {
        pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
    }
    ~ThreadExecutor() override
    {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }
    void run(Callback job, Callback done) override
    {
        {
            const std::lock_guard lock(mutex_);
            jobs_.emplace_back(std::move(job), std::move(done));
        }
        wake_.notify_one();
    }
    [[nodiscard]] std::size_t queued() const override
    {
        const std::lock_guard lock(mutex_);
        return jobs_.size();
    }

private:
    void work()
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
            if (jobs_.empty())
                return;
            auto [job, done] = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            job = {}; // what the job owns dies before its answer is delivered
            // Answers that come after the executor's end are dropped.
            loop_.post([weak = std::weak_ptr(alive_), cb = std::move(done)] {
                if (!weak.expired() && cb)
                    cb();
            });
            lock.lock();
        }
    }
    Loop& loop_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::pair<Callback, Callback>> jobs_;
    bool ending_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::thread thread_; // last: starts when all else is there
};

class SimExecutor final : public Executor {
public:
    SimExecutor(Loop& loop, Duration delay) : delay_(delay), timer_(loop) {}
    void run(Callback job, Callback done) override
    {
        jobs_.emplace_back(std::move(job), std::move(done));
        if (jobs_.size() == 1)
            arm();
    }
    [[nodiscard]] std::size_t queued() const override { return jobs_.size(); }

private:
    void arm()
    {
        timer_.after(delay_, [this] {
            auto [job, done] = std::move(jobs_.front());
            jobs_.pop_front();
            if (!jobs_.empty())
                arm();
            job();
            if (done)
                done();
        });
    }
    Duration delay_;
    std::deque<std::pair<Callback, Callback>> jobs_;
    Timer timer_;
};

} // namespace

std::unique_ptr<Executor> makeThreadExecutor(Loop& loop, std::string name)
{
    return std::make_unique<ThreadExecutor>(loop, name);
}

std::unique_ptr<Executor> makeSimExecutor(Loop& loop, Duration delay)
{
    return std::make_unique<SimExecutor>(loop, delay);
}

} // namespace callbox
