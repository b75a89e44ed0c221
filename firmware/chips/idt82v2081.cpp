// SPDX-License-Identifier: GPL-2.0-or-later
#include "chips/idt82v2081.h"

namespace callbox::firmware::chips {

namespace {

enum Register : std::uint8_t {
    resets = 0x01, // by any value
    global = 0x02,
    termination = 0x03,
    jitter = 0x04,
    transmitter0 = 0x05,
    transmitter1 = 0x06,
    transmitter2 = 0x07, // amplitude
    receiver0 = 0x0A,
    receiver1 = 0x0B,
    maintenance0 = 0x0D,
    maintenance1 = 0x0E, // loops
    maintenance6 = 0x13, // error counter
    status0 = 0x17,
    status1 = 0x18,
    counterLow = 0x1B,
    counterHigh = 0x1C,
};

constexpr std::uint8_t isT1 = 0x04, pushPull = 0x01;      // GCF; INT is driven, active low
constexpr std::uint8_t jitterReceives = 0x18;             // JACF: attenuator in the receive path, 128 bits
constexpr std::uint8_t transmitterOff = 0x10, ami = 1;    // TCF0, RCF0
constexpr std::uint8_t equalizer = 0x40;                  // RCF1; bits 4..0: signal is lost below -(4 + 2n) dB
constexpr std::uint8_t remoteLoop = 0x04;                 // MAINT1
constexpr std::uint8_t errorsOfCode = 0x0C, transfer = 1; // MAINT6: violations and excess zeros; counter handed over
constexpr std::uint8_t statusLos = 0x01, statusDriver = 0x04, statusNoClock = 0x08;

struct Pulse {
    std::uint8_t shape, amplitude; // TCF1 PULS, TCF2 SCAL
};
constexpr Pulse t1Pulses[] = {{2, 0x36}, {3, 0x36}, {4, 0x36}, {5, 0x36}, {6, 0x36}, {9, 0x11}, {10, 0x08}, {11, 0x04}};
constexpr Pulse e1Pulse75{0, 0x21}, e1Pulse120{1, 0x21};

// TERM, the same for both directions; 8: there is none.
std::uint8_t terminationOf(const LineInterfaceSettings& s)
{
    if (s.t1)
        return s.ohms == 100 ? 2 : 8;
    return s.ohms == 75 ? 0 : s.ohms == 120 ? 1 : 8;
}

} // namespace

void Idt82v2081::reset()
{
    registers_.write(resets, 0);
    set_ = false;
}

bool Idt82v2081::keep(std::uint8_t reg, std::uint8_t value)
{
    registers_.write(reg, value);
    return registers_.read(reg) == value;
}

bool Idt82v2081::set(const LineInterfaceSettings& s)
{
    const std::uint8_t term = terminationOf(s);
    const bool far = s.sensitivity > 12;
    set_ = false;
    // Off while the pulses change, and if nothing comes of it.
    registers_.write(transmitter0, transmitterOff);
    if (term > 7 || (s.t1 ? s.buildOut > 7 : s.buildOut != 0) || s.sensitivity < 12 || s.sensitivity > 43)
        return false;
    const Pulse& pulse = s.t1 ? t1Pulses[s.buildOut] : s.ohms == 75 ? e1Pulse75 : e1Pulse120;
    const auto code = static_cast<std::uint8_t>(s.zeroCode ? 0 : ami);
    global_ = static_cast<std::uint8_t>((s.t1 ? isT1 : 0) | pushPull);
    termination_ = static_cast<std::uint8_t>(term << 3 | term);
    const struct {
        std::uint8_t reg, value;
    } values[] = {
        {global, global_},
        {termination, termination_},
        {jitter, jitterReceives},
        {transmitter1, pulse.shape}, // and out of high impedance
        {transmitter2, pulse.amplitude},
        {receiver0, code},
        {receiver1, static_cast<std::uint8_t>(far ? equalizer | (s.sensitivity - 4) / 2 : 0)},
        {maintenance0, 0}, // loss of signal by G.775 and T1.231; no ones by itself: the framer says AIS
        {maintenance1, static_cast<std::uint8_t>(s.remoteLoop ? remoteLoop : 0)},
        {maintenance6, errorsOfCode},
        {transmitter0, code},
    };
    for (const auto& v : values)
        if (!keep(v.reg, v.value)) {
            registers_.write(transmitter0, transmitterOff);
            return false;
        }
    set_ = true;
    return true;
}

LineInterfaceReading Idt82v2081::read()
{
    LineInterfaceReading out;
    out.alive = set_ && registers_.read(termination) == termination_ && registers_.read(global) == global_;
    if (!out.alive)
        return out;
    const std::uint8_t s = registers_.read(status0);
    out.los = s & statusLos;
    out.driver = s & statusDriver;
    out.noClock = s & statusNoClock;
    out.lossDb = 2 * (registers_.read(status1) & 0x1fu);
    return out;
}

unsigned Idt82v2081::codeErrors()
{
    registers_.write(maintenance6, errorsOfCode);
    registers_.write(maintenance6, errorsOfCode | transfer); // its rising edge takes the count and begins anew
    const unsigned low = registers_.read(counterLow);
    return low | static_cast<unsigned>(registers_.read(counterHigh)) << 8;
}

} // namespace callbox::firmware::chips
