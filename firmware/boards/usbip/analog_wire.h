// SPDX-License-Identifier: GPL-2.0-or-later
// The two wires between an exchange and a telephone. Each end puts on them what it does; where a card is at one end
// only, a test does the other's part. No unit of it is finer than a millisecond but the voice.
#pragma once
#include <cstdint>
#include <deque>

namespace callbox::usbip {

// Voice in one direction, 16 bits at 8 kHz. The ends need not have the same clock: who takes more than there is gets
// the last sample again for a millisecond, then silence; what nobody takes for 8 ms goes.
class AnalogVoice {
public:
    void put(std::int16_t sample)
    {
        held_.push_back(sample);
        if (held_.size() > most)
            held_.pop_front();
    }
    std::int16_t take()
    {
        if (held_.empty())
            return ++missed_ <= again ? last_ : std::int16_t{0};
        missed_ = 0;
        last_ = held_.front();
        held_.pop_front();
        return last_;
    }

private:
    static constexpr std::size_t most = 64;
    static constexpr unsigned again = 8;
    std::deque<std::int16_t> held_;
    std::int16_t last_ = 0;
    unsigned missed_ = 0;
};

struct AnalogWire {
    // The exchange's end
    int volts = 0;                           // open, tip against ring; 0: no battery
    bool ringing = false;                    // alternating voltage on top
    unsigned ringHertz = 20, ringVolts = 70; // rms
    AnalogVoice toTelephone;
    // The telephone's end
    bool closed = false; // its loop: off hook
    AnalogVoice toExchange;
    double echo = 0; // of what an end says comes back to it: no hybrid is balanced
    // What happened to the wires
    bool cut = false;
    bool crossed = false; // tip is ring
    bool rung = false;    // somebody rings besides the exchange
    bool lifted = false;  // a telephone besides that of the end is off hook
    unsigned opened = 0;  // ms that the loop is open from now on, whoever is off hook
    unsigned ren = 100;   // of the ringers at the line, hundredths
    // Ohm between the wires, and from the ring wire to ground; 0: none.
    unsigned shortOhms = 0, leakOhms = 0;
    int foreign = 0; // V against ground that a foreign battery puts on the ring wire; what it does is below ground

    // As the ends find it.
    [[nodiscard]] int voltsThere() const
    {
        if (cut || shortOhms > 0)
            return 0;
        const int there = lifted && volts != 0 ? (volts < 0 ? -volts / 6 : volts / 6) : volts < 0 ? -volts : volts;
        return crossed != (volts < 0) ? -there : there;
    }
    [[nodiscard]] unsigned ringVoltsThere() const { return ringing ? ringVolts : 70; } // if anybody rings
    [[nodiscard]] bool ringsThere() const { return (ringing || rung) && !cut; }
    [[nodiscard]] bool closedThere() const { return (closed || lifted) && !cut && opened == 0; }
};

} // namespace callbox::usbip
