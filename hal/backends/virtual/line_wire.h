// SPDX-License-Identifier: GPL-2.0-or-later
// The loops of an analog bank between two virtual ends: each end tells the other the state of its side of every port,
// and derives from both what happens at its own. Loop thread only.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/line_io.h>
#include <deque>
#include <map>
#include <memory>

namespace callbox::hal::virtualspan {

class LineWire {
public:
    using Send = std::function<bool(Octets)>;
    LineWire(Loop& loop, Send send) : loop_(loop), send_(std::move(send)) {}

    void setEvents(LineEvents* events) { events_ = events; }
    void start(const SpanConfig&);
    void stop() noexcept;
    // Whether the bank's line is there at all; greets a peer that has just come with the state of all ports.
    void setUp(bool up);
    void onPacket(Octets);
    void setCut(std::uint32_t ports);
    [[nodiscard]] std::uint32_t muted() const { return cut_ | peerCut_; } // ports without audio

    Result<void> setHook(Timeslot, bool offHook);
    Result<void> flash(Timeslot);
    Result<void> dialPulses(Timeslot, std::string_view digits);
    Result<void> ring(Timeslot, bool on);
    Result<void> setReversed(Timeslot, bool reversed);
    Result<void> openLoop(Timeslot, Duration);

private:
    struct Port {
        Port(Loop& loop, const PortConfig& c) : config(c), drop(loop), restore(loop), dial(loop) {}
        PortConfig config;
        std::uint8_t ours = 0, theirs = 0; // what each end does to the loop
        std::uint8_t told = 0;             // what those above know
        TimePoint ringSince{};
        Timer drop;    // battery missing, not long enough to be told
        Timer restore; // of the loop that we have opened
        Timer dial;
        std::string toDial;
    };
    Result<Port*> find(Timeslot, PortKind);
    void put(Port&, std::uint8_t bit, bool on);
    void tell(const Port&, std::uint8_t happening = 0, std::uint8_t detail = 0);
    void refresh(Port&);
    void refreshAll();
    void refreshBattery(Port&, bool there);
    void emit(LineEvent);
    void nextPulse(Port&);

    Loop& loop_;
    Send send_;
    LineEvents* events_ = nullptr;
    std::map<unsigned, std::unique_ptr<Port>> ports_;
    bool up_ = false;
    std::uint32_t cut_ = 0, peerCut_ = 0;
};

} // namespace callbox::hal::virtualspan
