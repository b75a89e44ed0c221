// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/virtual_card.h"
#include "core/e1_check.h"

namespace callbox::usbip {

namespace {

constexpr unsigned positionsApart = 37; // bits; seven places of the 256

} // namespace

VirtualCard::VirtualCard(const firmware::Personality& p, std::string serial, std::string busId)
    : serial_(std::move(serial)), analog_(p.fxoPorts, p.fxsPorts), device_(p, *this),
      lines_{VirtualLine(device_.port(0), wires_[0].toCard, wires_[0].fromCard),
             VirtualLine(device_.port(1), wires_[1].toCard, wires_[1].fromCard)},
      export_{std::move(busId), device_, nullptr}
{
    lines_[0].loopFrom(p.e1Ports > 1 ? &lines_[1] : nullptr);
    lines_[1].loopFrom(&lines_[0]);
}

void VirtualCard::drift(int ppm)
{
    ppm_ = ppm;
    for (VirtualLine& l : lines_)
        l.drift(ppm);
    analog_.drift(ppm);
}

void VirtualCard::plug(unsigned port, VirtualCard& other, unsigned otherPort)
{
    Wire& w = wires_[port];
    lines_[port].connect(w.toCard, w.fromCard);
    other.lines_[otherPort].connect(w.fromCard, w.toCard);
    wired_[port] = other.wired_[otherPort] = true;
}

void VirtualCard::plugIn(bool in)
{
    leaving_ = leaving_ || (export_.present && !in);
    export_.present = in;
}

void VirtualCard::plugAnalog(unsigned port, VirtualCard& other, unsigned otherPort)
{
    other.analog_.connect(otherPort, analog(port));
    wiredAnalog_[port] = other.wiredAnalog_[otherPort] = true;
}

void VirtualCard::millisecond()
{
    ++now_;
    for (unsigned p = 0; p < device_.personality().e1Ports; ++p)
        lines_[p].millisecond();
    analog_.millisecond(device_.bank());
    device_.millisecond();
    if (export_.bus)
        export_.bus->frame();
}

// There is nothing to measure but how far its clock was set off.
card_sensors VirtualCard::sensors()
{
    card_sensors s{};
    s.valid = card_make16(0x0020);
    s.clock = card_make32(static_cast<std::uint32_t>(ppm_ * 1000));
    return s;
}

// Its framer is the one thing in it that can be wrong.
card_selftest VirtualCard::selfTest(bool start)
{
    constexpr std::uint32_t framer = 1U << CARD_SELFTEST_FRAMER;
    tested_.tests = card_make32(framer);
    if (start) {
        tested_.done = card_make32(framer);
        tested_.failed = card_make32(firmware::core::checkE1Framer(positionsApart) ? framer : 0);
    }
    return tested_;
}

} // namespace callbox::usbip
