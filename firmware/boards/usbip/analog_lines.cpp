// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/analog_lines.h"
#include <algorithm>
#include <array>
#include <callbox/hal/media.h>
#include <cmath>
#include <numbers>

namespace callbox::usbip {

namespace {

using firmware::Si3050Model;
using firmware::Si3210Model;
using hal::Law;

constexpr std::int64_t million = 1'000'000;
constexpr int loopCurrent = 25;      // mA
constexpr unsigned feedCurrent = 23; // mA, that a Si3210 is set to

// The registers that the chips' drivers write, as what they do to the voice.
bool on(const Si3050Model& m)
{
    return (m.regs[33] & 0x20) != 0;
}
Law lawOf(const Si3050Model& m)
{
    return (m.regs[33] & 0x08) != 0 ? Law::mulaw : Law::alaw;
}
bool hears(const Si3050Model& m) // off hook, or its monitor is on
{
    return on(m) && m.alive() && (m.regs[5] & 0x09) != 0;
}
bool on(const Si3210Model& m)
{
    return (m.regs[1] & 0x20) != 0;
}
Law lawOf(const Si3210Model& m)
{
    return (m.regs[1] & 0x08) != 0 ? Law::mulaw : Law::alaw;
}
template <class Port> void takeGains(Port& p)
{
    const auto factor = [](double decibel) { return std::abs(decibel) < 0.01 ? 1.0 : std::pow(10, decibel / 20); };
    p.toLine = factor(p.model.gainToLine());
    p.fromLine = factor(p.model.gainFromLine());
}
std::int16_t times(std::int16_t sample, double factor)
{
    return static_cast<std::int16_t>(std::clamp(sample * factor, -32768.0, 32767.0));
}
// What the other end says, and what comes back of the port's own voice.
template <class Port> std::int16_t onLine(AnalogVoice& other, const AnalogWire& wire, const Port& p)
{
    return times(static_cast<std::int16_t>(std::clamp(other.take() + p.said * wire.echo, -32768.0, 32767.0)),
                 p.fromLine);
}
bool reversed(unsigned state)
{
    return state == 5 || state == 6;
}
// Voice needs a loop, or on-hook transmission.
bool talks(const Si3210Model& m, const AnalogWire& w)
{
    const unsigned s = m.state();
    return on(m) && !w.cut && (s == 2 || s == 6 || ((s == 1 || s == 5) && w.closedThere()));
}

} // namespace

AnalogLines::AnalogLines(unsigned fxo, unsigned fxs)
{
    for (unsigned i = 0; i < fxo; ++i) {
        fxo_.push_back(std::make_unique<Exchange>());
        fxo_.back()->chip.reset();
        fxo_.back()->chip.begin({}, 8 * i, true);
    }
    for (unsigned i = 0; i < fxs; ++i) {
        fxs_.push_back(std::make_unique<Telephone>());
        fxs_.back()->chip.begin(8 * (fxo + i), true, feedCurrent);
    }
    for (unsigned i = 0; i < fxo + fxs; ++i) {
        own_.push_back(std::make_unique<AnalogWire>());
        wires_.push_back(own_.back().get());
    }
}

void AnalogLines::look(Exchange& port, AnalogWire& w)
{
    Si3050Model& m = port.model;
    const bool ringing = w.ringsThere();
    if (ringing && !m.ringing)
        m.phase = 0; // its wave begins with the ring
    m.ringing = ringing;
    m.hertz = w.ringHertz;
    m.ringVolts = w.ringVoltsThere();
    takeGains(port);
    m.volts = w.voltsThere();
    m.milliamps = m.volts == 0 ? 0 : loopCurrent;
    m.pass(1);
    w.closed = m.offHook();
}

void AnalogLines::look(Telephone& port, AnalogWire& w)
{
    Si3210Model& m = port.model;
    m.pass(1);
    m.hook = w.closedThere();
    m.ren = w.cut ? 0 : w.ren;
    m.shortOhms = w.cut ? 0 : w.shortOhms;
    m.ringLeak = w.cut ? 0 : w.leakOhms;
    m.ringForeign = w.cut ? 0 : w.foreign;
    takeGains(port);
    w.opened -= w.opened > 0 ? 1 : 0;
    w.ringing = m.highVoltage();
    if (w.ringing) {
        w.ringHertz = static_cast<unsigned>(std::lround(m.ringHertz()));
        w.ringVolts = static_cast<unsigned>(std::lround(m.ringPeak() / std::numbers::sqrt2));
    }
    const auto volts = static_cast<int>(m.openVolts());
    w.volts = m.state() == 0 ? 0 : reversed(m.state()) ? -volts : volts;
}

void AnalogLines::millisecond(firmware::AnalogBank& bank)
{
    for (std::size_t i = 0; i < fxo_.size(); ++i)
        look(*fxo_[i], *wires_[i]);
    for (std::size_t i = 0; i < fxs_.size(); ++i)
        look(*fxs_[i], *wires_[fxo_.size() + i]);
    for (clock_ += 8 * (million + ppm_); clock_ >= million; clock_ -= million)
        sample(bank);
}

void AnalogLines::sample(firmware::AnalogBank& bank)
{
    std::array<std::uint8_t, CARD_BANK_PORTS_MAX> from{}, to{};
    for (std::size_t i = 0; i < fxo_.size(); ++i) {
        const std::int16_t heard = onLine(wires_[i]->toTelephone, *wires_[i], *fxo_[i]);
        from[i] = hal::fromLinear(hears(fxo_[i]->model) && !wires_[i]->cut ? heard : 0, lawOf(fxo_[i]->model));
    }
    for (std::size_t i = 0; i < fxs_.size(); ++i) {
        const std::size_t port = fxo_.size() + i;
        const std::int16_t heard = onLine(wires_[port]->toExchange, *wires_[port], *fxs_[i]);
        from[port] = hal::fromLinear(talks(fxs_[i]->model, *wires_[port]) ? heard : 0, lawOf(fxs_[i]->model));
    }
    bank.sample(from, to);
    for (std::size_t i = 0; i < fxo_.size(); ++i) {
        const bool speaks = on(fxo_[i]->model) && fxo_[i]->model.offHook();
        const std::int16_t said = speaks ? hal::toLinear(to[i], lawOf(fxo_[i]->model)) : std::int16_t{0};
        fxo_[i]->said = times(said, fxo_[i]->toLine);
        wires_[i]->toExchange.put(fxo_[i]->said);
    }
    for (std::size_t i = 0; i < fxs_.size(); ++i) {
        const std::size_t port = fxo_.size() + i;
        const bool speaks = talks(fxs_[i]->model, *wires_[port]);
        const std::int16_t said = speaks ? hal::toLinear(to[port], lawOf(fxs_[i]->model)) : std::int16_t{0};
        fxs_[i]->said = times(said, fxs_[i]->toLine);
        wires_[port]->toTelephone.put(fxs_[i]->said);
    }
}

} // namespace callbox::usbip
