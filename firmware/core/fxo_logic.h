// SPDX-License-Identifier: GPL-2.0-or-later
// A port towards an exchange's line: rings, battery, polarity, power denial, its hook. Safe without a host: on-hook.
#pragma once
#include "core/analog_event.h"
#include "core/line_chips.h"

namespace callbox::firmware::core {

// Times in ms, volts, milliamperes.
struct FxoTimes {
    unsigned wave = 40; // without alternating voltage that long it has stopped: half a period at 15 Hz, and a margin
    unsigned ring = 90; // alternating that long, `wave` included, is a ring
    unsigned ringGap = 100;    // and stopped that long the ring is over
    unsigned batteryLost = 64; // unlike a flash of the exchange's relays
    unsigned batteryBack = 64;
    unsigned polarity = 64;
    unsigned settle = 650; // after a change of the hook current and voltage mean nothing
    unsigned denial = 80;  // loop open that long: the far side has hung up (250..900 ms are usual)
    int volts = 3;         // below: no battery
    int milliamps = 3;
    unsigned deadAfter = 2000; // the line side does not answer that long
    unsigned noHost = 500;
};

class FxoLogic {
public:
    explicit FxoLogic(FxoChip& chip, const FxoTimes& times = {}) : chip_(chip), times_(times) {}
    void begin(); // on-hook, a ring is over; what the line is like is told anew
    // The host's wish; it also says that there is a host.
    void setHook(bool offHook);
    void hostAlive() { silence_ = 0; }
    void hostGone(); // suspended, switched off: at once what noHost does
    // Reads the chip; `ms` since the last call, 1..100: more is taken as 100.
    void tick(unsigned ms);
    bool take(AnalogEvent& e) { return events_.take(e); }

    [[nodiscard]] bool offHook() const { return offHook_; }
    [[nodiscard]] bool ringing() const { return ring_.value(); }
    [[nodiscard]] bool battery() const { return battery_.value(); }
    [[nodiscard]] bool reversed() const { return reversed_.value(); }
    [[nodiscard]] bool alive() const { return !dead_; }
    [[nodiscard]] const FxoReading& last() const { return last_; }
    [[nodiscard]] const FxoTimes& times() const { return times_; }
    [[nodiscard]] std::uint32_t eventsLost() const { return events_.lost(); }

private:
    void hook(bool offHook);
    void endRing();
    void onHookLine(unsigned ms);
    void offHookLine(unsigned ms);
    void volts(unsigned ms);

    FxoChip& chip_;
    FxoTimes times_;
    AnalogEvents events_;
    FxoReading last_;
    bool offHook_ = false, dead_ = false, denied_ = false, known_ = false;
    unsigned silence_ = 0, unanswered_ = 0, settling_ = 0;
    unsigned still_ = 0; // since the last alternating voltage
    Debounce ring_, battery_, reversed_, denial_;
};

} // namespace callbox::firmware::core
