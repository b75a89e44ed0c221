// SPDX-License-Identifier: GPL-2.0-or-later
// What port logic needs of the chips at a line: one interface towards an exchange (FXO), one towards a telephone (FXS),
// and the register bus below their drivers. Called from one thread; none of them waits.
#pragma once
#include <array>
#include <cstdint>

namespace callbox::firmware::core {

// A chip's registers, over SPI.
class Registers {
public:
    virtual std::uint8_t read(std::uint8_t reg) = 0;
    virtual void write(std::uint8_t reg, std::uint8_t value) = 0;

protected:
    ~Registers() = default;
};

// Electrical manners of a country's exchanges, by the fields of Si3050's data sheet, table "Country specific register
// settings".
struct DaaCountry {
    std::uint8_t ohs = 0; // slow on-hook
    std::uint8_t ohs2 = 0;
    std::uint8_t rz = 0;   // synthesised ringer impedance
    std::uint8_t rt = 0;   // ring threshold: 0: 13.5..16.5 V, 1: 19.35..23.65 V
    std::uint8_t ilim = 0; // 1: 60 mA limit (TBR21)
    std::uint8_t dcv = 3;  // 0..3
    std::uint8_t mini = 0; // 0..3
    std::uint8_t acim = 0; // AC termination, 0..15: 0 600 ohm, 2 TBR21, 3 Germany
    std::array<std::uint8_t, 8> hybrid{};
};

struct FxoReading {
    bool alive = false;    // the line side answers
    bool ringing = false;  // alternating voltage over the threshold, now
    bool positive = false; // and this is its positive half
    int volts = 0;         // tip against ring; below 3 V chips read 0
    int milliamps = 0;     // through the loop, off-hook
};

constexpr unsigned magnitude(int volts)
{
    return unsigned(volts < 0 ? -volts : volts);
}

class FxoChip {
public:
    virtual FxoReading read() = 0;
    virtual void setHook(bool offHook) = 0;
    virtual void setOnHookMonitor(bool on) = 0; // audio while on-hook, for caller identity
    virtual void setLaw(bool aLaw) = 0;         // of its codec; else mu-law
    // 0.1 dB, to and from the line. False: outside the chip's range, and nothing has changed.
    virtual bool setGain(int toLine, int fromLine) = 0;
    virtual bool setCountry(const DaaCountry&) = 0; // the same

protected:
    ~FxoChip() = default;
};

enum class Linefeed : std::uint8_t {
    open,          // no current: a telephone sees the line cut
    forward,       // talk
    forwardOnHook, // on-hook transmission: audio without a loop
    ringing,       // up to 90 V
    reverse,       // talk, tip and ring exchanged
    reverseOnHook,
};

struct FxsReading {
    Linefeed feed = Linefeed::open; // what the chip does, which after a power alarm is not what it was told
    bool offHook = false;           // loop closed; while ringing: ring trip
    int tip = 0, ring = 0;          // mV against ground
    int battery = 0;                // mV
};

// Through the wires, µA: out of ground into the line, and out of the line into the battery. What the second has more
// comes from elsewhere.
struct FxsCurrents {
    unsigned out = 0, back = 0;
};

struct Ringer {
    unsigned hertz = 20, volts = 50, direct = 0; // V rms, V
    bool operator==(const Ringer&) const = default;
};

class FxsChip {
public:
    virtual FxsReading read() = 0;
    virtual FxsCurrents currents() = 0;
    virtual void setFeed(Linefeed) = 0;
    virtual void setLaw(bool aLaw) = 0;
    virtual bool setGain(int toLine, int fromLine) = 0; // as FxoChip's
    // False: outside the chip's range, and nothing has changed. Not while it rings.
    virtual bool setRinger(const Ringer&) = 0;
    // A voltage on hook that lights a neon lamp, but rings no bell.
    virtual void setLamp(bool on) = 0;
    // By the table of DaaCountry::acim. False: the chip has it not, and takes 600 ohm.
    virtual bool setImpedance(unsigned acim) = 0;
    virtual void setLoopLimit(unsigned milliamps) = 0; // 20..41; 0: the board's

protected:
    ~FxsChip() = default;
};

} // namespace callbox::firmware::core
