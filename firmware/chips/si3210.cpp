// SPDX-License-Identifier: GPL-2.0-or-later
#include "chips/si3210.h"
#include "chips/si3210_tables.h"

namespace callbox::firmware::chips {

namespace {

enum Register : std::uint8_t {
    revision = 0,
    pcmMode = 1,     // bit 5: on, bits 4..3: 00 A-law, 01 mu-law
    pcmTransmit = 2, // low, 3 high
    pcmReceive = 4,  // low, 5 high
    impedance = 10,  // bit 3: on, bits 2..0: which
    indirectLow = 28,
    indirectHigh = 29,
    indirectAddress = 30, // written last
    indirectStatus = 31,  // bit 0: it is at it
    ringControl = 34,     // bit 1: with direct voltage; a sine
    linefeed = 64,        // bits 2..0 wanted, bits 6..4 what it does
    loopStatus = 68,      // bit 0: loop closed, by the hook or by ring trip
    loopLimit = 71,       // 20 mA + 3 mA a step, 0..7
    openVoltage = 72,     // on hook, 1.5 V a step
    highBattery = 74,     // 1.5 V a step
    tipVoltage = 80,      // 376 mV a step below ground
    ringVoltage = 81,
    battery = 82,  // 83: the second battery's
    current1 = 84, // Q1: ground to tip; 85, Q2: ground to ring
    current5 = 88, // Q5: ring to the battery; 89, Q6: tip to the battery
};
enum Indirect : std::uint8_t {
    ringOffset = 19, // 96 V is 2^15
    ringCoefficient = 20,
    ringAmplitude = 21,
    ringPhase = 22,
    gainToLine = 26, // 2^14 is 0 dB
    gainFromLine = 27,
};

constexpr std::uint8_t pcmSlots[] = {pcmTransmit, pcmReceive};
constexpr unsigned lastSlot = 1023, loopLeast = 20, loopStep = 3, loopMost = 41;
constexpr std::uint8_t pcmOn = 0x20, muLaw = 0x08;
constexpr std::uint8_t directRing = 0x02, impedanceOn = 0x08;
constexpr std::uint8_t usualOpen = 0x20, lampOpen = 0x3A;       // 48 V, 87 V
constexpr std::uint8_t leastBattery = 0x32, mostBattery = 0x3F; // 75 V, 94.5 V
constexpr unsigned looks = 64;                                  // an indirect register is written within 125 µs
constexpr unsigned leastVolts = 12, mostVolts = 63, mostDirect = 30, mostPeak = 90, overhead = 8;
constexpr unsigned step1 = 319, step5 = 316; // µA

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
    loop_ = loop;
    for (const std::uint8_t first : pcmSlots) {
        registers_.write(first, std::uint8_t(slot));
        registers_.write(std::uint8_t(first + 1), std::uint8_t(slot >> 8));
    }
    setLaw(aLaw);
    setImpedance(0);
    if (!setGain(0, 0) || !setRinger({}))
        return false;
    setLamp(false);
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

// Of each pair one conducts: which, polarity and the half of a ring say.
core::FxsCurrents Si3210::currents()
{
    return {step1 * (unsigned(registers_.read(current1)) + registers_.read(current1 + 1)),
            step5 * (unsigned(registers_.read(current5)) + registers_.read(current5 + 1))};
}

void Si3210::setLaw(bool aLaw)
{
    registers_.write(pcmMode, std::uint8_t(pcmOn | (aLaw ? 0 : muLaw)));
}

void Si3210::setFeed(core::Linefeed feed)
{
    registers_.write(linefeed, states[std::uint8_t(feed)]);
}

bool Si3210::writeIndirect(std::uint8_t reg, unsigned value)
{
    for (unsigned i = 0; (registers_.read(indirectStatus) & 0x01) != 0; ++i)
        if (i == looks)
            return false;
    registers_.write(indirectLow, std::uint8_t(value));
    registers_.write(indirectHigh, std::uint8_t(value >> 8));
    registers_.write(indirectAddress, reg);
    return true;
}

bool Si3210::setGain(int toLine, int fromLine)
{
    if (toLine < gainLeast || toLine > gainMost || fromLine < gainLeast || fromLine > gainMost)
        return false;
    return writeIndirect(gainToLine, gainFactors[unsigned(toLine - gainLeast)]) &&
           writeIndirect(gainFromLine, gainFactors[unsigned(fromLine - gainLeast)]);
}

bool Si3210::setRinger(const core::Ringer& r)
{
    if (r.hertz < ringLeast || r.hertz > ringMost || r.volts < leastVolts || r.volts > mostVolts ||
        r.direct > mostDirect)
        return false;
    const unsigned peak = (r.volts * 362 + 255) / 256; // times the root of 2
    if (peak + r.direct > mostPeak)
        return false;
    const RingWave& wave = ringWaves[r.hertz - ringLeast];
    if (!writeIndirect(ringCoefficient, wave.coefficient) ||
        !writeIndirect(ringAmplitude, wave.amplitude * r.volts / 256 * 362 / 256 / 96) ||
        !writeIndirect(ringPhase, 0) || !writeIndirect(ringOffset, r.direct * 32768 / 96))
        return false;
    registers_.write(ringControl, r.direct > 0 ? directRing : 0);
    const unsigned steps = (2 * (peak + r.direct + overhead) + 2) / 3;
    ringBattery_ = std::uint8_t(steps < leastBattery ? leastBattery : steps > mostBattery ? mostBattery : steps);
    registers_.write(highBattery, ringBattery_);
    return true;
}

void Si3210::setLamp(bool on)
{
    registers_.write(highBattery, on ? mostBattery : ringBattery_);
    registers_.write(openVoltage, on ? lampOpen : usualOpen);
}

bool Si3210::setImpedance(unsigned acim)
{
    // Register 10's number for each of Si3050's: 900, TBR 21, 220 + (820 | 120 nF), 370 + (620 | 310 nF), ...
    constexpr std::uint8_t none = 0xFF;
    constexpr std::uint8_t numbers[] = {0, 1, 4, 5, 7, none, none, 6, none, none, none, 2, none, 3, none, none};
    const std::uint8_t number = acim < sizeof numbers ? numbers[acim] : none;
    registers_.write(impedance, std::uint8_t(impedanceOn | (number == none ? 0 : number)));
    return number != none;
}

void Si3210::setLoopLimit(unsigned milliamps)
{
    const unsigned wanted = milliamps == 0 ? loop_ : milliamps < loopLeast ? loopLeast : milliamps;
    registers_.write(loopLimit, std::uint8_t(((wanted > loopMost ? loopMost : wanted) - loopLeast) / loopStep));
}

} // namespace callbox::firmware::chips
