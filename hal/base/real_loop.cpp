// SPDX-License-Identifier: GPL-2.0-or-later
// The real loop, on Boost.Asio's io_context. All timers hang on one Asio timer.
#include "timer_queue.h"
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility> // Boost 1.74's awaitable.hpp needs it first

namespace callbox {

namespace asio = boost::asio;

struct RealLoop::Impl {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    asio::steady_timer alarm{context};
    TimePoint alarmAt = TimePoint::max();
    TimerQueue timers;
    std::vector<std::unique_ptr<asio::signal_set>> signals;
    bool running = false; // inside runDue: it arms the alarm itself at its end

    // Sets the alarm only for what is due before it would ring anyway. After a cancelled timer it rings for nothing and
    // is set anew then: protocols start and cancel timers with every frame, and setting an alarm is a system call.
    void arm()
    {
        const TimePoint first = timers.empty() ? TimePoint::max() : timers.first();
        if (first >= alarmAt || running)
            return;
        alarmAt = first;
        alarm.expires_at(first);
        alarm.async_wait([this](const boost::system::error_code& ec) {
            if (!ec)
                runDue();
        });
    }
    void runDue()
    {
        running = true;
        const TimePoint now = std::chrono::steady_clock::now();
        while (!timers.empty() && timers.first() <= now)
            timers.takeFirst()();
        running = false;
        alarmAt = TimePoint::max();
        arm();
    }
};

namespace {

class AsioWatch final : public Watch {
public:
    AsioWatch(asio::io_context& context, int fd, Interest interest, Callback cb)
        : state_(std::make_shared<State>(context, interest, std::move(cb)))
    {
        boost::system::error_code ec;
        state_->descriptor.assign(fd, ec);
        failed_ = ec.value();
        if (!ec)
            wait(state_);
    }
    ~AsioWatch() override
    {
        state_->ended = true;
        // The descriptor stays its owner's: released, not closed.
        if (state_->descriptor.is_open())
            state_->descriptor.release();
    }
    [[nodiscard]] int failed() const { return failed_; }

private:
    struct State {
        State(asio::io_context& context, Interest i, Callback c) : descriptor(context), interest(i), cb(std::move(c)) {}
        asio::posix::stream_descriptor descriptor;
        Interest interest;
        Callback cb;
        bool ended = false;
    };
    static void wait(const std::shared_ptr<State>& state)
    {
        const auto kind = state->interest == Interest::read    ? asio::posix::stream_descriptor::wait_read
                          : state->interest == Interest::write ? asio::posix::stream_descriptor::wait_write
                                                               : asio::posix::stream_descriptor::wait_error;
        state->descriptor.async_wait(kind, [state](const boost::system::error_code& ec) {
            if (state->ended || ec == asio::error::operation_aborted)
                return;
            state->cb();
            if (!state->ended)
                wait(state);
        });
    }
    std::shared_ptr<State> state_;
    int failed_ = 0;
};

} // namespace

RealLoop::RealLoop() : impl_(std::make_unique<Impl>()) {}
RealLoop::~RealLoop() = default;

TimePoint RealLoop::now() const
{
    return std::chrono::steady_clock::now();
}

WallTime RealLoop::wallNow() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void RealLoop::post(Callback cb)
{
    asio::post(impl_->context, std::move(cb));
}

Loop::TimerId RealLoop::startTimer(TimePoint when, Callback cb)
{
    const TimerId id = impl_->timers.add(when, std::move(cb));
    impl_->arm();
    return id;
}

void RealLoop::cancelTimer(TimerId id)
{
    impl_->timers.remove(id);
}

Result<std::unique_ptr<Watch>> RealLoop::watch(int fd, Interest interest, Callback cb)
{
    auto w = std::make_unique<AsioWatch>(impl_->context, fd, interest, std::move(cb));
    if (w->failed())
        return systemError(w->failed(), "watching descriptor " + std::to_string(fd));
    return std::unique_ptr<Watch>(std::move(w));
}

void RealLoop::run()
{
    impl_->context.restart();
    impl_->context.run();
}

void RealLoop::stop()
{
    impl_->context.stop();
}

void RealLoop::onSignals(std::initializer_list<int> signals, std::function<void(int)> cb)
{
    auto set = std::make_unique<asio::signal_set>(impl_->context);
    for (int s : signals) {
        boost::system::error_code ec;
        set->add(s, ec);
    }
    auto* raw = set.get();
    impl_->signals.push_back(std::move(set));
    // Waits again after each signal, by itself.
    auto again = std::make_shared<std::function<void()>>();
    *again = [raw, cb = std::move(cb), weak = std::weak_ptr(again)] {
        raw->async_wait([cb, next = weak.lock()](const boost::system::error_code& ec, int signal) {
            if (ec)
                return;
            cb(signal);
            (*next)();
        });
    };
    (*again)();
}

asio::io_context& RealLoop::io()
{
    return impl_->context;
}

} // namespace callbox
