// SPDX-License-Identifier: GPL-2.0-or-later
// The channel ledger: the state of every B channel of a trunk, since when, and whose it is. One owner for the truth
// (N21).
#pragma once
#include <callbox/base/loop.h>
#include <callbox/hal/trunk.h>

namespace callbox::hal::pri {

class Ledger {
public:
    Ledger(const Loop& loop, const SpanConfig& span, bool highestFirst);

    [[nodiscard]] bool exists(Timeslot t) const { return find(t) != nullptr; }
    [[nodiscard]] ChannelState state(Timeslot t) const;
    // The next idle channel by our end's order; empty when there is none.
    [[nodiscard]] std::optional<Timeslot> nextIdle() const;
    // Marks it in use by `call`. An incoming call may take a channel that awaits its restart.
    void take(Timeslot t, const std::string& call);
    // Idle again, or what else was asked for meanwhile. Nothing happens if it belongs to another call.
    void release(Timeslot t, const std::string& call);
    [[nodiscard]] const std::string& owner(Timeslot t) const;

    void setRestarting(Timeslot t, bool on);
    [[nodiscard]] bool restarting(Timeslot t) const; // awaits a restart, once its call is over
    // Each end may take a channel out of service, and a test of ours; it serves when all have it in.
    enum class End { ours, theirs, test };
    void setInService(Timeslot t, End by, bool on);

    // The far side has refused a call on it although it is idle here (cause 44). Gives the pause before the next
    // restart of it: none, then doubling from 1 minute to 1 hour until worked().
    Duration refused(Timeslot t);
    void worked(Timeslot t);                    // a call got through on it
    [[nodiscard]] bool anyRefusedAgain() const; // refused after it had been restarted for that

    [[nodiscard]] std::vector<ChannelRow> rows() const;
    void count(TrunkStatus& status) const;

private:
    struct Row {
        Timeslot slot;
        std::string call;
        TimePoint since{};
        bool restarting = false;
        bool outByUs = false, outByThem = false, outByTest = false;
        unsigned refusals = 0;
    };
    [[nodiscard]] static ChannelState stateOf(const Row& r);
    [[nodiscard]] const Row* find(Timeslot t) const;
    // Does it, and notes when the state has changed by it.
    void change(Timeslot t, const std::function<void(Row&)>& what);
    const Loop& loop_;
    std::vector<Row> rows_;
    bool highestFirst_;
};

} // namespace callbox::hal::pri
