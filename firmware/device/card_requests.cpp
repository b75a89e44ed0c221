// SPDX-License-Identifier: GPL-2.0-or-later
// What our card answers beyond an icE1usb (firmware/protocol/PROTOCOL.md).
#include "device/requests.h"
#include <algorithm>

namespace callbox::firmware {

namespace {

constexpr std::uint8_t deviceIn = usb::dirIn | usb::vendor | usb::toDevice, deviceOut = usb::vendor | usb::toDevice;
constexpr std::uint8_t in = usb::dirIn | usb::vendor | usb::toInterface, out = usb::vendor | usb::toInterface;
using Index = Request::Index;

int proto(Device& d, const Setup&, unsigned, Buffer data)
{
    card_proto p{};
    p.magic = card_make32(CARD_MAGIC);
    p.major = CARD_MAJOR;
    p.minor = CARD_MINOR;
    p.length = card_make16(sizeof p);
    p.e1_ports = static_cast<card_u8>(d.personality().e1Ports);
    p.fxo_ports = static_cast<card_u8>(d.personality().fxoPorts);
    p.fxs_ports = static_cast<card_u8>(d.personality().fxsPorts);
    p.capabilities = card_make32(d.personality().capabilities);
    return give(p, data);
}

int portInfo(Device& d, const Setup&, unsigned p, Buffer data)
{
    const auto number = static_cast<card_u8>(p);
    const card_port_info info{d.port(p).line().kind, number, 0, static_cast<card_u8>(d.port(p).state()), 1, {}};
    return give(info, data);
}

int status(Device& d, const Setup&, unsigned p, Buffer data)
{
    const E1Port& port = d.port(p);
    const card_status s{port.line().kind,
                        static_cast<card_u8>(port.state()),
                        card_make16(port.alarmsNow()),
                        static_cast<card_u8>(port.loop()),
                        static_cast<card_u8>(d.maintenance() ? 1 : 0),
                        port.isT1() ? card_u8{0} : port.sa(),
                        0};
    return give(s, data);
}

int setLine(Device& d, const Setup&, unsigned p, Buffer data)
{
    const auto line = take<card_line>(data);
    const std::uint32_t can = d.personality().capabilities;
    if ((line.kind == CARD_PORT_T1 && !(can & CARD_CAN_T1)) || (line.cas != 0 && !(can & CARD_CAN_CAS)))
        return stalled;
    return d.port(p).setLine(line) ? 0 : stalled;
}

int readMemory(Device& d, const Setup& setup, unsigned, Buffer data)
{
    const Buffer memory = d.board().memory();
    if (setup.value >= memory.size())
        return stalled;
    const Buffer from = memory.subspan(setup.value);
    return give(from.data(), from.size(), data);
}

int writeMemory(Device& d, const Setup& setup, unsigned, Buffer data)
{
    const Buffer memory = d.board().memory();
    if (setup.value + data.size() > memory.size())
        return stalled;
    std::copy(data.begin(), data.end(), memory.begin() + setup.value);
    d.board().memoryWritten();
    return 0;
}

int unlock(Device& d, const Setup& setup, unsigned, Buffer data)
{
    const bool right = setup.value == 1 && card_get32(take<card_le32>(data)) == CARD_UNLOCK;
    d.say(CARD_LOG_MAINTENANCE, right ? 1 : 2, right ? 2 : 1);
    if (!right)
        return stalled;
    d.setMaintenance(true);
    return 0;
}

int lock(Device& d, const Setup&, unsigned, Buffer)
{
    d.setMaintenance(false);
    d.say(CARD_LOG_MAINTENANCE, 0);
    return 0;
}

int orderUpdate(Device& d, const Setup& setup, unsigned, Buffer)
{
    if (!d.update().order(setup.value))
        return stalled;
    if (setup.value != CARD_UPDATE_END) // its outcome is known later
        d.say(CARD_LOG_UPDATE, setup.value);
    return 0;
}

constexpr std::uint16_t any = Request::any;

constexpr Request table[] = {
    {deviceIn, CARD_REQ_GET_PROTO, Index::zero, 0, 0, 0, false, proto},
    {deviceIn, CARD_REQ_GET_PORT_INFO, Index::port, 0, 0, 0, false, portInfo},
    {deviceIn, CARD_REQ_GET_COUNTERS, Index::port, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).countersOut(), data); }},
    {deviceIn, CARD_REQ_GET_STATUS, Index::port, 0, 0, 0, false, status},
    {deviceIn, CARD_REQ_LOOP, Index::port, 0, 0, CARD_CAN_LOOP, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) {
         return give(static_cast<std::uint8_t>(d.port(p).loop()), data);
     }},
    {deviceOut, CARD_REQ_LOOP, Index::port, CARD_LOOP_DIGITAL, 0, CARD_CAN_LOOP, false,
     [](Device& d, const Setup& setup, unsigned p, Buffer) {
         return d.port(p).on() && d.port(p).setLoop(setup.value) ? 0 : stalled;
     }},
    {deviceOut, CARD_REQ_BERT, Index::port, 0, sizeof(card_bert), CARD_CAN_BERT, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) {
         return d.port(p).setBert(take<card_bert>(data)) ? 0 : stalled;
     }},
    {deviceIn, CARD_REQ_GET_BERT, Index::port, 0, 0, CARD_CAN_BERT, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).bert(), data); }},
    {deviceIn, CARD_REQ_GET_NVM, Index::zero, any, 0, CARD_CAN_NVM, false, readMemory},
    {deviceOut, CARD_REQ_SET_NVM, Index::zero, any, Request::given, CARD_CAN_NVM, true, writeMemory},
    {deviceIn, CARD_REQ_GET_SENSORS, Index::zero, 0, 0, CARD_CAN_SENSORS, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.board().sensors(), data); }},
    {deviceIn, CARD_REQ_CLOCK, Index::zero, 0, 0, CARD_CAN_CLOCK, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.clock(), data); }},
    {deviceOut, CARD_REQ_CLOCK, Index::zero, 0, sizeof(card_clock), CARD_CAN_CLOCK, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return d.setClock(take<card_clock>(data)) ? 0 : stalled; }},
    {deviceIn, CARD_REQ_GET_LOG, Index::zero, any, 0, CARD_CAN_LOG, false,
     [](Device& d, const Setup& setup, unsigned, Buffer data) {
         return static_cast<int>(d.log().read(setup.value, data));
     }},
    {deviceOut, CARD_REQ_SELFTEST, Index::zero, 0, 0, CARD_CAN_SELFTEST, true,
     [](Device& d, const Setup&, unsigned, Buffer) {
         d.board().selfTest(true);
         return 0;
     }},
    {deviceIn, CARD_REQ_SELFTEST, Index::zero, 0, 0, CARD_CAN_SELFTEST, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.board().selfTest(false), data); }},
    {deviceOut, CARD_REQ_LOCATE, Index::zero, CARD_LOCATE_MAX, 0, CARD_CAN_LOCATE, false,
     [](Device& d, const Setup& setup, unsigned, Buffer) {
         d.locate(setup.value);
         return 0;
     }},
    {deviceIn, CARD_REQ_LOCATE, Index::zero, 0, 0, CARD_CAN_LOCATE, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         return give(card_make16(static_cast<card_u16>(d.locating())), data);
     }},
    {deviceOut, CARD_REQ_RESET, Index::zero, 0, 0, CARD_CAN_RESET, true,
     [](Device& d, const Setup&, unsigned, Buffer) {
         d.board().restart(Board::Restart::same);
         return 0;
     }},
    {deviceOut, CARD_REQ_MAINTENANCE, Index::zero, 1, sizeof(card_le32), 0, false, unlock},
    {deviceOut, CARD_REQ_MAINTENANCE, Index::zero, 0, 0, 0, false, lock},
    {deviceIn, CARD_REQ_UPDATE, Index::zero, 0, 0, CARD_CAN_UPDATE, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.update().tell(), data); }},
    {deviceOut, CARD_REQ_UPDATE, Index::zero, CARD_UPDATE_END, 0, CARD_CAN_UPDATE, true, orderUpdate},
    {deviceOut, CARD_REQ_UPDATE_DATA, Index::zero, any, Request::given, CARD_CAN_UPDATE, true,
     [](Device& d, const Setup& setup, unsigned, Buffer data) {
         return d.update().block(setup.value, data) ? 0 : stalled;
     }},
    {out, CARD_E1_EXT_ENABLE, Index::e1, CARD_E1_EXT_FILLER | CARD_E1_EXT_EVENTS, 0, 0, false,
     [](Device& d, const Setup& setup, unsigned p, Buffer) {
         if (!d.port(p).on())
             return stalled;
         d.port(p).extend(setup.value);
         return 0;
     }},
    {out, CARD_E1_SET_LINE, Index::e1, 0, sizeof(card_line), CARD_CAN_LINE, false, setLine},
    {in, CARD_E1_GET_LINE, Index::e1, 0, 0, CARD_CAN_LINE, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).line(), data); }},
    {out, CARD_E1_SET_CAS, Index::e1, 0, sizeof(card_cas), CARD_CAN_CAS, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) {
         return d.port(p).setCas(take<card_cas>(data)) ? 0 : stalled;
     }},
    {in, CARD_E1_GET_CAS, Index::e1, 0, 0, CARD_CAN_CAS, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).cas(), data); }},
    {out, CARD_E1_ROBBED, Index::e1, 0, sizeof(card_le32), CARD_CAN_CAS, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) {
         return d.port(p).setRobbed(card_get32(take<card_le32>(data))) ? 0 : stalled;
     }},
    {in, CARD_E1_ROBBED, Index::e1, 0, 0, CARD_CAN_CAS, false,
     [](Device& d, const Setup&, unsigned p,
        Buffer data) { return give(card_make32(d.port(p).robbedWanted()), data); }},
};

} // namespace

std::span<const Request> cardRequests()
{
    return table;
}

} // namespace callbox::firmware
