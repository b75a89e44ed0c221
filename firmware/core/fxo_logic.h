// SPDX-License-Identifier: GPL-2.0-or-later
// A port towards an exchange's line: rings and their frequency, battery, polarity, power denial, its hook. Safe without
// a host: on-hook.
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
    unsigned volts = 3;    // below: no battery
    int milliamps = 3;
    unsigned deadAfter = 2000; // the line side does not answer that long
    unsigned noHost = 500;
    unsigned afterRing = 6000; // silence that long: whoever rang has given up; exchanges pause for 5 s at most
    unsigned afterHook = 2000; // on hook that long was a hang-up, no flash, and the line's voltage has settled
};

class FxoLogic {
public:
    explicit FxoLogic(FxoChip& chip, const FxoTimes& times = {}) : chip_(chip), times_(times) {}
    void begin(); // on-hook, a ring is over; what the line is like is told anew
    // The host's wish; it also says that there is a host.
    void setHook(bool offHook);
    void hostAlive() { silence_ = 0; }
    void hostGone(); // suspended, switched off: at once what noHost does
    // What is a ring: its frequency in Hz, give or take a twentieth. 0: whatever swings.
    void setRingWindow(unsigned least, unsigned most);
    // Somebody else has the chip until takeBack(), as for a test: the line tells nothing. On-hook before and after it.
    // Not while it is busy.
    void lend();
    void takeBack();
    // Reads the chip; `ms` since the last call, 1..100: more is taken as 100.
    void tick(unsigned ms);
    bool take(AnalogEvent& e) { return events_.take(e); }

    [[nodiscard]] bool offHook() const { return offHook_; }
    [[nodiscard]] bool ringing() const { return ring_.value(); }
    // Going off hook would answer somebody, or be a flash of the hook.
    [[nodiscard]] bool busy() const { return offHook_ || rest_ > 0; }
    [[nodiscard]] bool battery() const { return battery_.value(); }
    [[nodiscard]] bool reversed() const { return reversed_.value(); }
    [[nodiscard]] bool alive() const { return !dead_; }
    [[nodiscard]] const FxoReading& last() const { return last_; }
    [[nodiscard]] unsigned ringHertz1000() const;              // of the last ring, mHz; 0: not known
    [[nodiscard]] unsigned swungFor() const { return swung_; } // ms, of the ring that is told now
    [[nodiscard]] const FxoTimes& times() const { return times_; }
    [[nodiscard]] std::uint32_t eventsLost() const { return events_.lost(); }

private:
    void hook(bool offHook);
    void endRing();
    void onHookLine(unsigned ms);
    void offHookLine(unsigned ms);
    void volts(unsigned ms);
    void swing(unsigned ms);
    [[nodiscard]] bool isARing() const;

    FxoChip& chip_;
    FxoTimes times_;
    AnalogEvents events_;
    FxoReading last_;
    bool offHook_ = false, dead_ = false, denied_ = false, known_ = false, lent_ = false;
    unsigned silence_ = 0, unanswered_ = 0, settling_ = 0;
    unsigned rest_ = 0;  // till the line is nobody's: since its last ring, or since it was hung up
    unsigned still_ = 0; // since the last alternating voltage
    unsigned swung_ = 0; // since the first of this ring
    // Of this ring or the last one: whole waves and the ms that they took.
    unsigned waves_ = 0, wavesTook_ = 0, sinceFirstWave_ = 0;
    bool waveSeen_ = false, wasPositive_ = false;
    unsigned least_ = 0, most_ = 0; // Hz
    Debounce ring_, battery_, reversed_, denial_;
};

} // namespace callbox::firmware::core
