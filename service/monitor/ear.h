// SPDX-License-Identifier: GPL-2.0-or-later
// One channel listened to: from the first block that comes on it until its call has ended, the time is over, or nobody
// fetches what was heard. It never goes on into another call. Loop thread only.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/span.h>

namespace callbox::monitor {

class Ear final : private hal::SpanMonitor {
public:
    enum class End { none, callOver, timeOver, notFetched, stopped };
    static std::string_view name(End);

    // The span outlives this. `length`: from now, also while no call has come.
    Ear(Loop& loop, hal::Span& span, hal::Timeslot slot, Duration length);
    ~Ear();
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    [[nodiscard]] hal::Timeslot slot() const { return slot_; }
    [[nodiscard]] hal::Span& span() const { return span_; }
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
    void over(End);

    Loop& loop_;
    hal::Span& span_;
    hal::Timeslot slot_;
    TimePoint until_;
    TimePoint lastBlock_{};
    TimePoint lastFetch_;
    std::uint64_t nextClock_ = 0; // of the span, of the block that follows
    std::string heard_;
    std::uint64_t samples_ = 0, lost_ = 0;
    End end_ = End::none;
};

} // namespace callbox::monitor
