// SPDX-License-Identifier: GPL-2.0-or-later
#include "chips/si3210.h"

namespace callbox::firmware::chips {

namespace {

enum Register : std::uint8_t {
    revision = 0,
    pcmMode = 1,     // bit 5: on, bits 4..3: 00 A-law, 01 mu-law
    pcmTransmit = 2, // low, 3 high
    pcmReceive = 4,  // low, 5 high
    linefeed = 64,   // bits 2..0 wanted, bits 6..4 what it does
    loopStatus = 68, // bit 0: loop closed, by the hook or by ring trip
    loopLimit = 71,  // 20 mA + 3 mA a step, 0..7
    tipVoltage = 80, // 376 mV a step below ground
    ringVoltage = 81,
    battery = 82,
};

constexpr std::uint8_t pcmSlots[] = {pcmTransmit, pcmReceive};
constexpr unsigned lastSlot = 1023, loopLeast = 20, loopStep = 3, loopMost = 41;
constexpr std::uint8_t pcmOn = 0x20, muLaw = 0x08;

// Linefeed states of register 64 by what they mean to us.
constexpr std::uint8_t states[] = {0, 1, 2, 4, 5, 6};

core::Linefeed feedOf(std::uint8_t state)
{
    for (std::uint8_t i = 0; i < sizeof states; ++i)
        if (states[i] == state)
            return core::Linefeed(i);
    return core::Linefeed::open; // tip or ring open: never ordered
}

int millivolts(std::uint8_t steps)
{
    return -376 * int(steps);
}

} // namespace

bool Si3210::begin(unsigned slot, bool aLaw, unsigned loop)
{
    if (slot > lastSlot || loop < loopLeast || loop > loopMost)
        return false;
    registers_.write(linefeed, 0);
    const std::uint8_t limit = std::uint8_t((loop - loopLeast) / loopStep);
    registers_.write(loopLimit, limit);
    if (registers_.read(loopLimit) != limit || registers_.read(revision) == 0xFF)
        return false;
    for (const std::uint8_t first : pcmSlots) {
        registers_.write(first, std::uint8_t(slot));
        registers_.write(std::uint8_t(first + 1), std::uint8_t(slot >> 8));
    }
    setLaw(aLaw);
    return true;
}

core::FxsReading Si3210::read()
{
    core::FxsReading out;
    // What it was told last and has not reached yet counts as reached: its shadow follows within a millisecond.
    out.feed = feedOf(registers_.read(linefeed) & 0x07);
    out.offHook = (registers_.read(loopStatus) & 0x01) != 0;
    out.tip = millivolts(registers_.read(tipVoltage));
    out.ring = millivolts(registers_.read(ringVoltage));
    out.battery = millivolts(registers_.read(battery));
    return out;
}

void Si3210::setLaw(bool aLaw)
{
    registers_.write(pcmMode, std::uint8_t(pcmOn | (aLaw ? 0 : muLaw)));
}

void Si3210::setFeed(core::Linefeed feed)
{
    registers_.write(linefeed, states[std::uint8_t(feed)]);
}

} // namespace callbox::firmware::chips
