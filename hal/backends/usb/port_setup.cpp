// SPDX-License-Identifier: GPL-2.0-or-later
#include "port_setup.h"

namespace callbox::hal::usb {

namespace {

// The kind of line that the port is to be, which changes in setting 0 alone. An E1 that is one already stays as it is,
// but for signalling, which a driver may have left in the D channel's slot: transmitter and receiver choose CRC-4
// within it.
Task<> setLine(Loop& loop, Device& device, PortSetup wanted)
{
    const auto interface = static_cast<std::uint16_t>(wanted.port.number);
    const OctetBuffer answer =
        co_await ask(loop, device, To::interface, CARD_E1_GET_LINE, 0, interface, sizeof(card_line));
    auto line = read<card_line>(answer);
    const bool t1 = wanted.type == SpanType::t1;
    const bool other = t1 || line.kind != CARD_PORT_E1;
    if (!other && line.cas == 0)
        co_return;
    line.cas = 0;
    if (!other) {
        OctetBuffer same = write(line);
        co_return co_await tell(loop, device, To::interface, CARD_E1_SET_LINE, 0, interface, std::move(same));
    }
    line.kind = t1 ? CARD_PORT_T1 : CARD_PORT_E1;
    line.framing = t1 ? wanted.t1Framing : static_cast<std::uint8_t>(CARD_FRAMING_CRC4);
    line.code = 1; // HDB3 or B8ZS: a B channel carries any octet
    line.build_out = t1 ? line.build_out : 0;
    line.impedance = t1 ? 100 : 120;
    line.sa = 0xff;
    OctetBuffer octets = write(line);
    co_await tell(loop, device, To::interface, CARD_E1_SET_LINE, 0, interface, std::move(octets));
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
    if (wanted.type == SpanType::t1 && !kind.can(CARD_CAN_T1))
        co_await Result<void>(Error{Errc::unsupported, "it is an E1 alone: type = e1 is what it can be"});
    co_await select(loop, device, interface, wanted.port.offSetting);
    if (kind.can(CARD_CAN_T1) || kind.can(CARD_CAN_CAS))
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
