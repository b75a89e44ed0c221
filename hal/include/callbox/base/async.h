// SPDX-License-Identifier: GPL-2.0-or-later
// What a Task can wait for: time, one event, the next of a queue. All wake-ups come from the loop, never from
// inside the callback that caused them, so a script never runs in the middle of a media tick.
#pragma once
#include <callbox/base/loop.h>
#include <deque>

namespace callbox {

namespace detail {

// Where a coroutine waits to be woken once. Shared with posted callbacks; `waiting` is cleared by whoever
// gives up first.
struct Parked {
    std::coroutine_handle<> waiting;
};

inline void wake(Loop& loop, const std::shared_ptr<Parked>& p)
{
    loop.post([weak = std::weak_ptr<Parked>(p)] {
        if (auto s = weak.lock(); s && s->waiting)
            std::exchange(s->waiting, {}).resume();
    });
}

} // namespace detail

// co_await sleepFor(loop, 200ms)
class sleepFor {
public:
    sleepFor(Loop& loop, Duration d) : timer_(loop), d_(d) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h)
    {
        timer_.after(d_, [h] { h.resume(); });
    }
    void await_resume() const noexcept {}

private:
    Timer timer_;
    Duration d_;
};

// One value, set once, awaited by one coroutine: `T v = co_await event.wait();` or, with a limit,
// `std::optional<T> v = co_await event.waitFor(1s);`. Setting it again changes nothing.
template <class T> class Event {
public:
    explicit Event(Loop& loop) : loop_(loop) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void set(T v)
    {
        if (value_)
            return;
        value_.emplace(std::move(v));
        if (parked_)
            detail::wake(loop_, parked_);
    }
    [[nodiscard]] bool isSet() const { return value_.has_value(); }
    [[nodiscard]] const T& value() const { return *value_; }

    class Wait {
    public:
        Wait(Event& e, std::optional<Duration> limit) : e_(e), timer_(e.loop_), limit_(limit) {}
        Wait(const Wait&) = delete;
        ~Wait()
        {
            if (mine_) {
                mine_->waiting = {};
                if (e_.parked_ == mine_)
                    e_.parked_.reset();
            }
        }
        bool await_ready() const { return e_.value_.has_value(); }
        void await_suspend(std::coroutine_handle<> h)
        {
            mine_ = std::make_shared<detail::Parked>();
            mine_->waiting = h;
            e_.parked_ = mine_;
            if (limit_)
                timer_.after(*limit_, [p = mine_] {
                    if (p->waiting)
                        std::exchange(p->waiting, {}).resume();
                });
        }

    protected:
        Event& e_;
        Timer timer_;
        std::optional<Duration> limit_;
        std::shared_ptr<detail::Parked> mine_;
    };
    struct WaitForever : Wait {
        explicit WaitForever(Event& e) : Wait(e, std::nullopt) {}
        T await_resume() { return std::move(*this->e_.value_); }
    };
    struct WaitLimited : Wait {
        WaitLimited(Event& e, Duration d) : Wait(e, d) {}
        std::optional<T> await_resume()
        {
            if (!this->e_.value_)
                return std::nullopt;
            return std::move(*this->e_.value_);
        }
    };
    WaitForever wait() { return WaitForever(*this); }
    WaitLimited waitFor(Duration d) { return WaitLimited(*this, d); }

private:
    Loop& loop_;
    std::optional<T> value_;
    std::shared_ptr<detail::Parked> parked_;
};

// A queue with one reader: `std::optional<T> v = co_await queue.next(5s);` (empty = nothing came in time).
template <class T> class Queue {
public:
    explicit Queue(Loop& loop) : loop_(loop) {}
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    void push(T v)
    {
        items_.push_back(std::move(v));
        if (parked_)
            detail::wake(loop_, parked_);
    }
    [[nodiscard]] bool empty() const { return items_.empty(); }
    std::optional<T> tryNext()
    {
        if (items_.empty())
            return std::nullopt;
        std::optional<T> v(std::move(items_.front()));
        items_.pop_front();
        return v;
    }

    class Wait {
    public:
        Wait(Queue& q, std::optional<Duration> limit) : q_(q), timer_(q.loop_), limit_(limit) {}
        Wait(const Wait&) = delete;
        ~Wait()
        {
            if (mine_) {
                mine_->waiting = {};
                if (q_.parked_ == mine_)
                    q_.parked_.reset();
            }
        }
        bool await_ready() const { return !q_.items_.empty(); }
        void await_suspend(std::coroutine_handle<> h)
        {
            mine_ = std::make_shared<detail::Parked>();
            mine_->waiting = h;
            q_.parked_ = mine_;
            if (limit_)
                timer_.after(*limit_, [p = mine_] {
                    if (p->waiting)
                        std::exchange(p->waiting, {}).resume();
                });
        }
        std::optional<T> await_resume() { return q_.tryNext(); }

    private:
        Queue& q_;
        Timer timer_;
        std::optional<Duration> limit_;
        std::shared_ptr<detail::Parked> mine_;
    };
    Wait next() { return Wait(*this, std::nullopt); }
    Wait next(Duration limit) { return Wait(*this, limit); }

private:
    Loop& loop_;
    std::deque<T> items_;
    std::shared_ptr<detail::Parked> parked_;
};

} // namespace callbox
