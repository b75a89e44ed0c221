// SPDX-License-Identifier: GPL-2.0-or-later
#include "port_setup.h"

namespace callbox::hal::usb {

namespace {

// All of it: nothing of whoever had the port before stands. Its kind changes in setting 0 alone.
Task<> setLine(Loop& loop, Device& device, PortSetup wanted)
{
    OctetBuffer octets = write(wanted.line);
    const Result<void> r = co_await check(tell(loop, device, To::interface, CARD_E1_SET_LINE, 0,
                                               static_cast<std::uint16_t>(wanted.port.number), std::move(octets)));
    if (!r)
        co_await Result<void>(
            r.error().because("the card does not take framing, impedance, sensitivity and build-out"));
}

} // namespace

card_ice1_tx transmitter(bool crc4, bool clockFromLine)
{
    card_ice1_tx tx{};
    tx.mode = crc4 ? CARD_ICE1_TX_CRC4_E : CARD_ICE1_TX_TS0;
    tx.timing = clockFromLine ? 1 : 0;
    return tx;
}

Task<> setUp(Loop& loop, Device& device, PortSetup wanted, CardKind& kind)
{
    const auto interface = static_cast<std::uint16_t>(wanted.port.number);
    kind = co_await whatIsIt(loop, device);
    if (wanted.line.kind == CARD_PORT_T1 && !(kind.can(CARD_CAN_T1) && kind.can(CARD_CAN_LINE)))
        co_await Result<void>(Error{Errc::unsupported, "it is an E1 alone: type = e1 is what it can be"});
    if (wanted.lineIsChosen && !kind.can(CARD_CAN_LINE))
        co_await Result<void>(Error{Errc::unsupported, "its line is as it was built: leave out framing, impedance, "
                                                       "sensitivity and build_out"});
    co_await select(loop, device, interface, wanted.port.offSetting);
    if (kind.can(CARD_CAN_LINE))
        co_await setLine(loop, device, wanted);
    OctetBuffer octets = write(transmitter(wanted.crc4, wanted.clockFromLine));
    co_await tell(loop, device, To::interface, CARD_ICE1_SET_TX, 0, interface, std::move(octets));
    octets = {static_cast<std::uint8_t>(wanted.crc4 ? CARD_ICE1_RX_CRC4 : CARD_ICE1_RX_BASIC)};
    co_await tell(loop, device, To::interface, CARD_ICE1_SET_RX, 0, interface, std::move(octets));
    co_await select(loop, device, interface, wanted.port.onSetting);
    octets = {};
    if (kind.can(CARD_CAN_EVENTS))
        co_await tell(loop, device, To::interface, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, interface,
                      std::move(octets));
}

} // namespace callbox::hal::usb
