// SPDX-License-Identifier: GPL-2.0-or-later
// A test of a telephone's line, Telcordia GR-909, with what its chip can do: voltages with the feed open, resistance
// between the wires and to ground, a receiver that is off hook, ringers. Takes 1.6 s at a good line, 2.0 s at most; the
// line rings no bell (12 V). It has the chip meanwhile (FxsLogic::lend()) and leaves the feed open.
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::core {

class TelephoneCheck {
public:
    enum class State : std::uint8_t { none, runs, done, brokenOff };
    struct Findings {
        bool hazardous = false, foreign = false, resistive = false, offHook = false;
        bool noRinger = false, manyRingers = false;
        int tip = 0, ring = 0;    // mV of the worst foreign voltage; the chip sees what is below ground, down to -95 V
        unsigned ohms = infinite; // above some 75,000 the chip sees nothing: its currents come in steps of 0.32 mA
        // Hundredths; a ringer has 7000 ohm at 20 Hz. A step of the current is 0.13 REN, and one step is no ringer:
        // GR-909 wants 0.175, but what has 0.18 to 0.25 is told as none too.
        unsigned ren = 0;
    };
    static constexpr unsigned infinite = 0xffffffff;

    // The chip is as it was set: what a test changes is put back, with these. Of a loop that is closed `reversed` is
    // the polarity, which its telephone keeps.
    void begin(FxsChip&, bool offHook, bool reversed, unsigned loopLimit, const Ringer&);
    void tick(unsigned ms); // 1..100
    void stop();            // broken off, if it runs
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Findings& findings() const { return found_; }

private:
    enum class Step : std::uint8_t { open, forward, reverse, ringing, closedLow, closedHigh };
    struct Sums { // of a step
        unsigned readings = 0;
        unsigned tip = 0, ring = 0, between = 0;                         // mV, each below ground or apart
        unsigned out = 0, back = 0;                                      // µA
        unsigned tipMost = 0, ringMost = 0, tipLeast = 0, ringLeast = 0; // mV
        unsigned betweenMost = 0, outMost = 0;
    };
    void enter(Step);
    void judge();
    void judgeOpen();
    void judgeFed(bool reversed);
    void judgeClosed(unsigned& ohms) const;
    void end(State);
    void least(unsigned millivolts, unsigned microamperes);

    FxsChip* chip_ = nullptr;
    State state_ = State::none;
    Findings found_;
    Step step_ = Step::open;
    unsigned passed_ = 0; // ms of the step
    Sums sums_;
    bool closed_ = false; // the loop, by its last reading
    bool reversed_ = false;
    unsigned lowOhms_ = 0;
    unsigned loopLimit_ = 0;
    Ringer ringer_;
};

} // namespace callbox::firmware::core
