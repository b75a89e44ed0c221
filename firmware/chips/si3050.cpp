// SPDX-License-Identifier: GPL-2.0-or-later
#include "chips/si3050.h"

namespace callbox::firmware::chips {

namespace {

enum Register : std::uint8_t {
    control1 = 1,      // bit 7: software reset
    daaControl1 = 5,   // hook, ring detectors
    daaControl2 = 6,   // 0: link and line side powered
    lineRevision = 11, // high nibble: the line side, 0 while it does not answer
    international1 = 16,
    dcTermination = 26,
    loopCurrent = 28, // 1.1 mA a step
    lineVoltage = 29, // signed, 1 V a step, 0 below 3 V
    acTermination = 30,
    daaControl5 = 31,
    pcmMode = 33,
    pcmTransmit = 34,  // low, 35 high
    pcmReceive = 36,   // low, 37 high
    transmitGain = 38, // bit 4: loss, bits 3..0: dB
    receiveGain = 39,
    transmitTenths = 40, // the same in 0.1 dB
    receiveTenths = 41,
    hybridFirst = 45, // 8 of them
};

constexpr std::uint8_t resetBit = 0x80;
constexpr std::uint8_t hookBit = 0x01, monitorBit = 0x08;    // OH, ONHM
constexpr std::uint8_t positiveRing = 0x20, ringBits = 0x60; // RDTP, and RDTN
constexpr std::uint8_t pcmALaw = 0x20, pcmMuLaw = 0x28;
constexpr std::uint8_t pcmSlots[] = {pcmTransmit, pcmReceive};
constexpr unsigned lastSlot = 1023;
constexpr std::uint8_t lossBit = 0x10;
constexpr int leastGain = -150, mostGain = 120; // 0.1 dB

bool fits(const DaaCountry& c)
{
    return c.ohs <= 1 && c.ohs2 <= 1 && c.rz <= 1 && c.rt <= 1 && c.ilim <= 1 && c.dcv <= 3 && c.mini <= 3 &&
           c.acim <= 15;
}

} // namespace

void Si3050::reset()
{
    registers_.write(control1, resetBit);
    offHook_ = monitor_ = false;
}

bool Si3050::begin(const DaaCountry& country, unsigned slot, bool aLaw)
{
    if (slot > lastSlot)
        return false;
    if (!setCountry(country))
        return false;
    for (const std::uint8_t first : pcmSlots) {
        registers_.write(first, std::uint8_t(slot));
        registers_.write(std::uint8_t(first + 1), std::uint8_t(slot >> 8));
    }
    setLaw(aLaw);
    setGain(0, 0);
    registers_.write(daaControl2, 0);
    offHook_ = false;
    monitor_ = true;
    hookControl();
    return true;
}

core::FxoReading Si3050::read()
{
    core::FxoReading out;
    out.alive = (registers_.read(lineRevision) & 0xF0) != 0;
    if (!out.alive)
        return out;
    const std::uint8_t ring = offHook_ ? 0 : registers_.read(daaControl1) & ringBits;
    out.ringing = ring != 0;
    out.positive = (ring & positiveRing) != 0;
    const int volts = registers_.read(lineVoltage);
    out.volts = volts < 128 ? volts : volts - 256;
    out.milliamps = registers_.read(loopCurrent) * 11 / 10;
    return out;
}

void Si3050::setHook(bool offHook)
{
    offHook_ = offHook;
    hookControl();
}

void Si3050::setOnHookMonitor(bool on)
{
    monitor_ = on;
    hookControl();
}

void Si3050::setLaw(bool aLaw)
{
    registers_.write(pcmMode, aLaw ? pcmALaw : pcmMuLaw);
}

bool Si3050::setCountry(const DaaCountry& country)
{
    if (!fits(country))
        return false;
    const std::uint8_t international = std::uint8_t(country.ohs << 6 | country.rz << 1 | country.rt);
    registers_.write(international1, international);
    if (registers_.read(international1) != international)
        return false;
    registers_.write(dcTermination, std::uint8_t(country.dcv << 6 | country.mini << 4 | country.ilim << 1));
    registers_.write(acTermination, country.acim);
    registers_.write(daaControl5, std::uint8_t(0xA3 | country.ohs2 << 3));
    for (std::uint8_t i = 0; i < country.hybrid.size(); ++i)
        registers_.write(std::uint8_t(hybridFirst + i), country.hybrid[i]);
    return true;
}

bool Si3050::setGain(int toLine, int fromLine)
{
    if (toLine < leastGain || toLine > mostGain || fromLine < leastGain || fromLine > mostGain)
        return false;
    setGain(transmitGain, transmitTenths, toLine);
    setGain(receiveGain, receiveTenths, fromLine);
    return true;
}

void Si3050::setGain(std::uint8_t whole, std::uint8_t tenths, int gain)
{
    const unsigned size = unsigned(gain < 0 ? -gain : gain);
    const unsigned loss = gain < 0 ? lossBit : 0U;
    registers_.write(whole, std::uint8_t(loss | size / 10));
    registers_.write(tenths, std::uint8_t(loss | size % 10));
}

void Si3050::hookControl()
{
    // The monitor stays on off-hook as well, as the data sheet's application has it.
    registers_.write(daaControl1, std::uint8_t((offHook_ ? hookBit | monitorBit : 0) | (monitor_ ? monitorBit : 0)));
}

} // namespace callbox::firmware::chips
