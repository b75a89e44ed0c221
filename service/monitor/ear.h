// SPDX-License-Identifier: GPL-2.0-or-later
// One call of a channel listened to: the one it carries, or the first that comes, until that has ended, the time is
// over, or nobody fetches what was heard. What moves there without a call (an analog line's ear between two) is not
// heard, and no other call is. Loop thread only.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/trunk.h>
#include <functional>

namespace callbox::monitor {

class Ear final : private hal::SpanMonitor {
public:
    enum class End { none, callOver, timeOver, notFetched, stopped };
    static std::string_view name(End);

    // The trunk outlives this. `length`: from now, also while no call has come. `came` is told of a call that was not
    // there yet, once.
    Ear(Loop& loop, hal::Trunk& trunk, hal::Timeslot slot, Duration length, std::function<void()> came = {});
    ~Ear();
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    [[nodiscard]] hal::Timeslot slot() const { return slot_; }
    [[nodiscard]] hal::Span& span() const { return trunk_.span(); }
    [[nodiscard]] const std::string& call() const { return call_; } // id; empty: none has come yet
    // 16-bit little-endian samples since the last time, what came and what went in turn. Nothing is lost between two.
    std::string fetch();
    [[nodiscard]] std::size_t waiting() const { return heard_.size(); } // octets
    [[nodiscard]] std::uint64_t samples() const { return samples_; }    // in each direction
    [[nodiscard]] std::uint64_t lost() const { return lost_; }          // on the line meanwhile
    End look();                                                         // whether it is over by now, and why
    [[nodiscard]] End ended() const { return end_; }
    [[nodiscard]] bool forgotten() const; // nobody has fetched for 10 s
    void stop() { over(End::stopped); }

private:
    void onBlock(hal::Timeslot, const hal::AudioBlock&) override;
    [[nodiscard]] std::string callThere() const;
    bool follow(); // false: what moves now is not of our call
    void over(End);

    Loop& loop_;
    hal::Trunk& trunk_;
    hal::Timeslot slot_;
    std::function<void()> came_;
    TimePoint until_;
    TimePoint lastFetch_;
    std::string call_;
    std::string heard_;
    std::uint64_t samples_ = 0, lost_ = 0;
    End end_ = End::none;
};

} // namespace callbox::monitor
