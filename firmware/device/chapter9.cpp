// SPDX-License-Identifier: GPL-2.0-or-later
// Standard requests, USB 2.0 9.4.
#include "device/descriptors.h"
#include "device/requests.h"
#include <array>

namespace callbox::firmware {

namespace {

constexpr std::uint16_t endpointHalt = 0; // table 9-6

int zeros(const Setup& setup, Buffer data)
{
    static constexpr std::array<std::uint8_t, 2> none{};
    return setup.value == 0 && setup.length == 2 ? give(none, data) : stalled;
}

} // namespace

int Chapter9::answer(Device& d, const Setup& setup, Buffer data)
{
    const bool asks = setup.request == usb::getStatus || setup.request == usb::getDescriptor ||
                      setup.request == usb::getConfiguration || setup.request == usb::getInterface;
    if (asks != setup.in() || (!setup.in() && setup.length != 0))
        return stalled;
    switch (setup.type & 0x1f) {
    case usb::toDevice:
        return toDevice(d, setup, data);
    case usb::toInterface:
        return d.configured() ? toInterface(d, setup, data) : stalled;
    case usb::toEndpoint:
        return toEndpoint(d, setup, data);
    default:
        return stalled;
    }
}

int Chapter9::toDevice(Device& d, const Setup& setup, Buffer data)
{
    if (setup.request == usb::getDescriptor)
        return descriptor(d, setup, data);
    if (setup.index != 0)
        return stalled;
    switch (setup.request) {
    case usb::getStatus: // powered by the bus, no remote wake-up
        return zeros(setup, data);
    case usb::setAddress:
        if (setup.value > 127 || d.configured())
            return stalled;
        d.address_ = setup.value;
        return 0;
    case usb::getConfiguration:
        return setup.value == 0 && setup.length == 1 ? give(d.configuration_, data) : stalled;
    case usb::setConfiguration:
        if (setup.value > 1)
            return stalled;
        d.deselect();
        d.configuration_ = static_cast<std::uint8_t>(setup.value);
        d.say(CARD_LOG_CONFIGURED, setup.value);
        return 0;
    default:
        return stalled;
    }
}

int Chapter9::descriptor(Device& d, const Setup& setup, Buffer data)
{
    const unsigned index = setup.value & 0xff;
    std::size_t length = 0;
    switch (setup.value >> 8) {
    case usb::device:
        if (index != 0 || setup.index != 0)
            return stalled;
        length = deviceDescriptor(d.personality(), data);
        break;
    case usb::configuration:
        if (index != 0 || setup.index != 0)
            return stalled;
        length = configurationDescriptor(d.personality(), data);
        break;
    case usb::string:
        length = stringDescriptor(d.personality(), d.board().serial(), index, data);
        if (length == 0)
            return stalled;
        break;
    default:
        return stalled; // no qualifier either: there is no high speed, 9.6.2
    }
    return static_cast<int>(length < data.size() ? length : data.size());
}

int Chapter9::toInterface(Device& d, const Setup& setup, Buffer data)
{
    const Layout layout = d.layout();
    if (setup.index >= layout.interfaces())
        return stalled;
    E1Port* port = layout.isE1(setup.index) ? &d.ports_[setup.index] : nullptr;
    const bool bank = layout.isBank(setup.index);
    switch (setup.request) {
    case usb::getStatus:
        return zeros(setup, data);
    case usb::getInterface: {
        const std::uint8_t setting = bank ? d.bank_.on() : port && port->on();
        return setup.value == 0 && setup.length == 1 ? give(setting, data) : stalled;
    }
    case usb::setInterface:
        if (setup.value > (port || bank ? 1 : 0))
            return stalled;
        if (port) {
            for (const std::uint8_t e : {Layout::out(setup.index), Layout::in(setup.index),
                                         Layout::feedback(setup.index), Layout::interrupt(setup.index)})
                d.halted_ &= ~(1u << ((e & 0x0f) + (e & 0x80 ? 16 : 0)));
            port->select(setup.value == 1);
            d.say(CARD_LOG_SETTING, setup.value, 2, setup.index);
        } else if (bank) {
            for (const std::uint8_t e :
                 {layout.bankOut(), layout.bankIn(), layout.bankCommand(), layout.bankInterrupt()})
                d.halted_ &= ~(1u << ((e & 0x0f) + (e & 0x80 ? 16 : 0)));
            d.bank_.select(setup.value == 1);
            d.say(CARD_LOG_SETTING, setup.value, 2, setup.index);
        }
        return 0;
    default:
        return stalled;
    }
}

int Chapter9::toEndpoint(Device& d, const Setup& setup, Buffer data)
{
    if (setup.index & ~0x8fu)
        return stalled;
    const auto endpoint = static_cast<std::uint8_t>(setup.index);
    const bool control = (endpoint & 0x0f) == 0;
    if (!control && !d.exists(endpoint))
        return stalled;
    const std::uint32_t bit = control ? 0 : 1u << ((endpoint & 0x0f) + (endpoint & 0x80 ? 16 : 0));
    switch (setup.request) {
    case usb::getStatus: {
        const std::array<std::uint8_t, 2> state{static_cast<std::uint8_t>(d.halted_ & bit ? 1 : 0), 0};
        return setup.value == 0 && setup.length == 2 ? give(state, data) : stalled;
    }
    case usb::clearFeature:
    case usb::setFeature:
        if (setup.value != endpointHalt)
            return stalled;
        if (setup.request == usb::setFeature)
            d.halted_ |= bit;
        else
            d.halted_ &= ~bit;
        return 0;
    default:
        return stalled;
    }
}

} // namespace callbox::firmware
