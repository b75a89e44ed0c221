// SPDX-License-Identifier: GPL-2.0-or-later
// What port logic needs of the chips at a line: one interface towards an exchange (FXO), one towards a telephone (FXS),
// and the register bus below their drivers. Called from one thread; none of them waits.
#pragma once
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

struct FxoReading {
    bool alive = false;   // the line side answers
    bool ringing = false; // alternating voltage over the threshold, now
    int volts = 0;        // tip against ring; below 3 V chips read 0
    int milliamps = 0;    // through the loop, off-hook
};

class FxoChip {
public:
    virtual FxoReading read() = 0;
    virtual void setHook(bool offHook) = 0;
    virtual void setOnHookMonitor(bool on) = 0; // audio while on-hook, for caller identity
    virtual void setLaw(bool aLaw) = 0;         // of its codec; else mu-law

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

class FxsChip {
public:
    virtual FxsReading read() = 0;
    virtual void setFeed(Linefeed) = 0;
    virtual void setLaw(bool aLaw) = 0;

protected:
    ~FxsChip() = default;
};

} // namespace callbox::firmware::core
