// SPDX-License-Identifier: GPL-2.0-or-later
// A test of an exchange's line with what a DAA can do: its battery, whether somebody else at it is off hook, and the
// current of the loop, for which it takes the line for a second. It has the chip meanwhile (FxoLogic::lend()).
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::core {

class ExchangeCheck {
public:
    enum class State : std::uint8_t { none, runs, done, brokenOff };
    struct Findings {
        bool noBattery = false, inUse = false, lowCurrent = false;
        int onHook = 0, offHook = 0; // V, tip against ring
        unsigned milliamps = 0;
        unsigned ohms = infinite; // of the line and its feed
    };
    static constexpr unsigned infinite = 0xffffffff;

    void begin(FxoChip&); // a line that is nobody's: FxoLogic::busy() is false
    // `ms` 1..100, and what the chip reads now.
    void tick(unsigned ms, const FxoReading&);
    void stop(); // broken off, if it runs; on hook
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Findings& findings() const { return found_; }

private:
    void end(State);

    FxoChip* chip_ = nullptr;
    State state_ = State::none;
    Findings found_;
    bool offHook_ = false;
    unsigned passed_ = 0; // ms
};

} // namespace callbox::firmware::core
