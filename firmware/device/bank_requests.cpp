// SPDX-License-Identifier: GPL-2.0-or-later
// What a card with an analog bank answers of it (firmware/protocol/PROTOCOL.md).
#include "device/requests.h"

namespace callbox::firmware {

namespace {

constexpr std::uint8_t deviceIn = usb::dirIn | usb::vendor | usb::toDevice;
constexpr std::uint8_t in = usb::dirIn | usb::vendor | usb::toInterface, out = usb::vendor | usb::toInterface;
using Index = Request::Index;

int portInfo(Device& d, const Setup&, unsigned p, Buffer data)
{
    const card_port_info info{static_cast<card_u8>(d.bank().kind(p)),
                              static_cast<card_u8>(d.layout().bankInterface()),
                              static_cast<card_u8>(p),
                              static_cast<card_u8>(d.bank().state()),
                              1,
                              {}};
    return give(info, data);
}

int status(Device& d, const Setup&, unsigned p, Buffer data)
{
    const card_status s{static_cast<card_u8>(d.bank().kind(p)),
                        static_cast<card_u8>(d.bank().state()),
                        card_make16(static_cast<card_u16>(d.bank().alarms(p))),
                        CARD_LOOP_NONE,
                        static_cast<card_u8>(d.maintenance() ? 1 : 0),
                        0,
                        0};
    return give(s, data);
}

constexpr Request table[] = {
    {deviceIn, CARD_REQ_GET_PORT_INFO, Index::bankPort, 0, 0, 0, false, portInfo},
    {deviceIn, CARD_REQ_GET_COUNTERS, Index::bankPort, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.bank().counters(), data); }},
    {deviceIn, CARD_REQ_GET_STATUS, Index::bankPort, 0, 0, 0, false, status},
    {in, CARD_BANK_GET_STATUS, Index::bank, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.bank().status(p), data); }},
    {in, CARD_BANK_GET_MEASURED, Index::bank, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.bank().measured(p), data); }},
    {out, CARD_BANK_LINE_TEST, Index::bank, 0, 0, CARD_CAN_LINE_TEST, false,
     [](Device& d, const Setup&, unsigned p, Buffer) { return d.bank().testLine(p) ? 0 : stalled; }},
    {in, CARD_BANK_LINE_TEST, Index::bank, 0, 0, CARD_CAN_LINE_TEST, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.bank().lineTest(p), data); }},
    {out, CARD_BANK_COUNTRY, Index::bank, 0, sizeof(card_analog_country), CARD_CAN_COUNTRY, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) {
         return d.bank().setCountry(p, take<card_analog_country>(data)) ? 0 : stalled;
     }},
    {in, CARD_BANK_COUNTRY, Index::bank, 0, 0, CARD_CAN_COUNTRY, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.bank().country(p), data); }},
};

} // namespace

std::span<const Request> bankRequests()
{
    return table;
}

} // namespace callbox::firmware
