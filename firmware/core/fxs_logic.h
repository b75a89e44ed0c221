// SPDX-License-Identifier: GPL-2.0-or-later
// A port towards a telephone: its hook, ringing and ring trip, flash, digits, on-hook transmission, polarity,
// disconnect, its message lamp. The cadence of a ring is the host's: it switches ringing on and off. Safe without a
// host: no high voltage, line open.
#pragma once
#include "core/analog_event.h"
#include "core/line_chips.h"

namespace callbox::firmware::core {

struct FxsTimes { // ms
    unsigned hook = 64;
    unsigned ringTrip = 20; // the chip has filtered it already
    unsigned flashLeast = 80, flashMost = 1250;
    unsigned pulseLeast = 25;        // a shorter break is none; one shorter than a flash is a pulse of a digit
    unsigned digitEnds = 300;        // loop closed for so long
    unsigned onHookAfterRing = 6000; // on-hook transmission after a ring: caller identity
    unsigned disconnect = 500;       // open loop that tells a telephone that the far side has hung up
    unsigned guard = 300;            // after it the hook means nothing
    unsigned alarmsMost = 5;         // power alarms of a minute; then the port stays off
    unsigned noHost = 500;
    unsigned lampLit = 500, lampEach = 1000; // a neon lamp blinks
};

class FxsLogic {
public:
    explicit FxsLogic(FxsChip& chip, const FxsTimes& times = {}) : chip_(chip), times_(times) {}
    void begin(); // feeds the line once a host has spoken
    // ---- The host's wishes; each says that there is a host. ----
    void hostAlive();
    void hostGone(); // suspended, switched off: high voltage off, line open
    // Ignored while the telephone is off-hook. In a break that may be a flash it is held until that is known, and
    // behind a disconnect until the hook can be read again.
    void ring(bool on);
    void onHookAudio(unsigned ms); // on-hook transmission for that long, 0 ends it
    void listen(bool on);          // on-hook transmission whenever on-hook
    void reverse(bool on);
    void disconnect(unsigned ms = 0); // opens the line; 0: as long as times say
    void lamp(bool on);               // it blinks while the telephone is on-hook, and neither rings nor hears who calls
    // Somebody else has the chip until takeBack(), as for a test, and leaves its feed open: the line tells nothing.
    // Not while it is busy.
    void lend();
    void takeBack();

    void tick(unsigned ms); // reads the chip; `ms` since the last call, 1..100: more is taken as 100
    bool take(AnalogEvent& e) { return events_.take(e); }

    [[nodiscard]] bool offHook() const { return hook_.value(); }
    [[nodiscard]] unsigned lastBreak() const { return lastBreak_; } // ms, of the last flash
    [[nodiscard]] const FxsReading& last() const { return last_; }
    [[nodiscard]] bool ringing() const { return feed_ == Linefeed::ringing; }
    [[nodiscard]] bool reversed() const { return reversed_; } // as the host wishes
    // What another hand at the chip would cut short: a ring, ordered or under way, the caller's identity behind it, a
    // loop that is open for a while, a break of the hook or a digit that is not told yet.
    [[nodiscard]] bool busy() const { return ring_ || held_ || audio_ > 0 || cut_ > 0 || gap_ > 0 || pulses_ > 0; }
    [[nodiscard]] Linefeed feed() const { return feed_; }
    [[nodiscard]] bool alive() const { return !dead_; }
    [[nodiscard]] std::uint32_t powerAlarms() const { return alarms_; }
    [[nodiscard]] std::uint32_t eventsLost() const { return events_.lost(); }

private:
    [[nodiscard]] Linefeed wanted() const;
    void settle();
    void blink(unsigned ms);
    void setLit(bool);
    void powerAlarm();
    void hook(unsigned ms, bool closed);
    void breakOver();
    void digit(unsigned ms);

    FxsChip& chip_;
    FxsTimes times_;
    AnalogEvents events_;
    Linefeed feed_ = Linefeed::open; // as the chip was told
    bool host_ = false, dead_ = false, ring_ = false, reversed_ = false;
    bool listen_ = false, lent_ = false;
    bool lamp_ = false, lit_ = false;
    unsigned blink_ = 0; // ms of its period
    bool held_ = false;  // a ring, until a break of the hook has its name
    unsigned silence_ = 0, audio_ = 0, cut_ = 0, guard_ = 0;
    unsigned gap_ = 0; // on-hook, but it may become a flash
    unsigned lastBreak_ = 0;
    unsigned pulses_ = 0, made_ = 0; // of a digit; since the last of them
    FxsReading last_;
    Debounce hook_;
    std::uint32_t alarms_ = 0;
    unsigned minute_ = 0, inMinute_ = 0;
};

} // namespace callbox::firmware::core
