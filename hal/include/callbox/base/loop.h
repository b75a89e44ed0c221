// SPDX-License-Identifier: GPL-2.0-or-later
// The loop: one thread owns a process's objects, PCM included; everything happens in a callback of its loop.
// A real side (RealLoop, on Boost.Asio) and a simulated one (SimLoop), so that a night of calls takes seconds.
#pragma once
#include <callbox/base/task.h>
#include <callbox/base/time.h>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace callbox {

using Callback = std::function<void()>;

enum class Interest { read, write, urgent }; // urgent: exceptional conditions, as poll(2) tells them by POLLPRI

// Ends a watch when destroyed; no callback after that.
class Watch {
public:
    virtual ~Watch() = default;
};

class Loop {
public:
    virtual ~Loop() = default;

    // Steady time. Any thread.
    [[nodiscard]] virtual TimePoint now() const = 0;
    // UTC for people and records; may step. Any thread.
    [[nodiscard]] virtual WallTime wallNow() const = 0;
    // Runs `cb` on the loop, after what is posted already; never inside this call. Any thread.
    virtual void post(Callback cb) = 0;
    // Runs `cb` on the loop not before `when`; timers of one instant run in the order they were set. Loop thread.
    using TimerId = std::uint64_t;
    virtual TimerId startTimer(TimePoint when, Callback cb) = 0;
    // Harmless for a timer that has run. Loop thread.
    virtual void cancelTimer(TimerId) = 0;
    // Calls `cb` each time `fd` is ready (level-triggered), until the Watch is destroyed, which must happen
    // before `fd` is closed. Errc::unsupported on a simulated loop: it has no descriptors.
    virtual Result<std::unique_ptr<Watch>> watch(int fd, Interest, Callback cb) = 0;
};

// A timer that its owner holds: cancelled when destroyed or set again.
class Timer {
public:
    explicit Timer(Loop& loop) : loop_(loop) {}
    ~Timer() { cancel(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void at(TimePoint when, Callback cb);
    void after(Duration d, Callback cb) { at(loop_.now() + d, std::move(cb)); }
    void cancel();
    [[nodiscard]] bool armed() const { return id_ != 0; }

private:
    Loop& loop_;
    Loop::TimerId id_ = 0;
};

class RealLoop final : public Loop {
public:
    RealLoop();
    ~RealLoop() override;
    [[nodiscard]] TimePoint now() const override;
    [[nodiscard]] WallTime wallNow() const override;
    void post(Callback cb) override;
    TimerId startTimer(TimePoint when, Callback cb) override;
    void cancelTimer(TimerId) override;
    Result<std::unique_ptr<Watch>> watch(int fd, Interest, Callback cb) override;

    void run();  // until stop()
    void stop(); // any thread
    // Calls `cb` on the loop for each of these signals.
    void onSignals(std::initializer_list<int> signals, std::function<void(int)> cb);
    boost::asio::io_context& io(); // for what is built on Asio itself: the HTTP server and client

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Simulated time: nothing passes but by run...(); starts at a fixed instant (2026-11-22T14:00:00Z).
class SimLoop final : public Loop {
public:
    SimLoop();
    ~SimLoop() override;
    [[nodiscard]] TimePoint now() const override;
    [[nodiscard]] WallTime wallNow() const override;
    void post(Callback cb) override; // loop thread only here
    TimerId startTimer(TimePoint when, Callback cb) override;
    void cancelTimer(TimerId) override;
    Result<std::unique_ptr<Watch>> watch(int fd, Interest, Callback cb) override;

    void runFor(Duration d);
    void runReady(); // what is due now, without letting time pass
    // Runs until `done` is true or `limit` has passed; returns done().
    bool runUntil(const std::function<bool()>& done, Duration limit);
    void stepWallClock(Duration by); // an operator sets the clock; steady time is untouched

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace callbox
