// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/virtual_card.h"
#include "core/e1_check.h"
#include "image/virtual_program.h"

namespace callbox::usbip {

namespace {

constexpr unsigned positionsApart = 37; // bits; seven places of the 256

// "callbox-0.1", "callbox-1.2.3"
std::string buildOf(std::uint32_t version)
{
    const std::string text = "callbox-" + firmware::image::versionText(version);
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

} // namespace

VirtualCard::VirtualCard(const firmware::Personality& p, std::string serial, std::string busId)
    : serial_(std::move(serial)), stock_(p.stock), build_(buildOf(FlashMemory::factoryVersion)),
      analog_(p.fxoPorts, p.fxsPorts), device_(p, *this),
      lines_{VirtualLine(device_.port(0), wires_[0].toCard, wires_[0].fromCard),
             VirtualLine(device_.port(1), wires_[1].toCard, wires_[1].fromCard)},
      export_{std::move(busId), device_, nullptr}
{
    lines_[0].loopFrom(p.e1Ports > 1 ? &lines_[1] : nullptr);
    lines_[1].loopFrom(&lines_[0]);
}

Result<void> VirtualCard::keepFlashIn(Files& files, const std::string& path)
{
    if (auto r = flash_.keepIn(files, path); !r)
        return r;
    powerOn(false);
    if (!export_.present)
        return Error{Errc::invalid, path + ": no image in it can be started; remove it"};
    return {};
}

// An image that does not start hangs until the watchdog's reset, which takes no time here.
void VirtualCard::powerOn(bool asked)
{
    starts_ = false;
    for (unsigned attempts = 0; attempts <= 2 * firmware::boot::Slots::tries; ++attempts) {
        const int slot = slots_.start();
        if (slot == firmware::boot::Slots::none)
            break;
        const auto state = slots_.look(static_cast<unsigned>(slot));
        const Octets program = flash_.read(static_cast<unsigned>(slot)).subspan(firmware::boot::headerSize);
        if (!firmware::image::starts(program))
            continue;
        running_ = static_cast<unsigned>(slot);
        build_ = buildOf(state.image.version);
        return device_.restarted(asked);
    }
    plugIn(false); // a loader that has nothing to start is not heard on the bus
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
    if (std::exchange(export_.present, in) || !in)
        return;
    device_.busReset(); // its power comes
    powerOn(false);
}

void VirtualCard::plugAnalog(unsigned port, VirtualCard& other, unsigned otherPort)
{
    other.analog_.connect(otherPort, analog(port));
    wiredAnalog_[port] = other.wiredAnalog_[otherPort] = true;
}

void VirtualCard::millisecond()
{
    ++now_;
    if (starts_)
        powerOn(true);
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
