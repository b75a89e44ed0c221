// SPDX-License-Identifier: GPL-2.0-or-later
// What an icE1usb of firmware 0.3 answers. It looks at bRequest alone on its interfaces; here the direction counts too.
#include "device/requests.h"

namespace callbox::firmware {

namespace {

constexpr std::uint8_t deviceIn = usb::dirIn | usb::vendor | usb::toDevice;
constexpr std::uint8_t in = usb::dirIn | usb::vendor | usb::toInterface, out = usb::vendor | usb::toInterface;
using Index = Request::Index;

int accepted(bool yes)
{
    return yes ? 0 : stalled;
}

constexpr Request shared[] = {
    {deviceIn, CARD_ICE1_DEVICE_CAPABILITIES, Index::zero, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         return give(static_cast<std::uint8_t>(d.personality().stock ? 1 : 0), data);
     }},
    {deviceIn, CARD_ICE1_DEVICE_BUILD, Index::zero, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         const std::string_view running = d.board().build(), build = running.empty() ? d.personality().build : running;
         return give(build.data(), build.size(), data);
     }},
    {in, CARD_ICE1_GET_CAPABILITIES, Index::e1, 0, 0, 0, false,
     [](Device&, const Setup&, unsigned, Buffer) { return 0; }},
    {out, CARD_ICE1_SET_TX, Index::e1, 0, sizeof(card_ice1_tx), 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) {
         return accepted(d.port(p).setTx(take<card_ice1_tx>(data)));
     }},
    {in, CARD_ICE1_GET_TX, Index::e1, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).tx(), data); }},
    {out, CARD_ICE1_SET_RX, Index::e1, 0, 1, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return accepted(d.port(p).setRx(data[0])); }},
    {in, CARD_ICE1_GET_RX, Index::e1, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).rx(), data); }},
    {in, CARD_ICE1_GET_ERRORS, Index::e1, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned p, Buffer data) { return give(d.port(p).errors(), data); }},
};

constexpr std::uint8_t classIn = usb::dirIn | usb::cls | usb::toInterface, classOut = usb::cls | usb::toInterface;
constexpr std::uint8_t setLineCoding = 0x20, getLineCoding = 0x21, setControlLineState = 0x22; // CDC PSTN 6.3
constexpr std::uint8_t detach = 0, dfuGetStatus = 3, dfuGetState = 5;                          // DFU 1.1 3

constexpr Request stock[] = {
    {in, CARD_ICE1_GET_GPSDO_STATUS, Index::clock, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         card_ice1_gpsdo s{};
         s.mode = d.clockMode;
         s.state = d.clockMode ? 2 : 0; // without a receiver it holds over
         s.antenna = 2;                 // open
         s.coarse = d.tune.coarse;
         s.fine = d.tune.fine;
         return give(s, data);
     }},
    {in, CARD_ICE1_GET_GPSDO_MODE, Index::clock, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         return give(static_cast<std::uint8_t>(d.clockMode ? 0 : 1), data); // so says firmware 0.3
     }},
    {out, CARD_ICE1_SET_GPSDO_MODE, Index::clock, 1, 0, 0, false,
     [](Device& d, const Setup& setup, unsigned, Buffer) {
         d.clockMode = static_cast<std::uint8_t>(setup.value);
         return 0;
     }},
    {in, CARD_ICE1_GET_GPSDO_TUNE, Index::clock, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.tune, data); }},
    {out, CARD_ICE1_SET_GPSDO_TUNE, Index::clock, 0, sizeof(card_ice1_tune), 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         d.tune = take<card_ice1_tune>(data);
         return 0;
     }},
    {classOut, setLineCoding, Index::serial, 0, 7, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) {
         d.lineCoding = take<std::array<std::uint8_t, 7>>(data);
         return 0;
     }},
    {classIn, getLineCoding, Index::serial, 0, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer data) { return give(d.lineCoding, data); }},
    {classOut, setControlLineState, Index::serial, 3, 0, 0, false,
     [](Device&, const Setup&, unsigned, Buffer) { return 0; }},
    {classOut, detach, Index::dfu, Request::any, 0, 0, false,
     [](Device& d, const Setup&, unsigned, Buffer) {
         d.board().restart(Board::Restart::loader);
         return 0;
     }},
    {classIn, dfuGetStatus, Index::dfu, 0, 0, 0, false,
     [](Device&, const Setup&, unsigned, Buffer data) {
         static constexpr std::array<std::uint8_t, 6> idle{}; // OK, no wait, appIDLE
         return give(idle, data);
     }},
    {classIn, dfuGetState, Index::dfu, 0, 0, 0, false,
     [](Device&, const Setup&, unsigned, Buffer data) { return give(std::uint8_t{0}, data); }},
};

} // namespace

std::span<const Request> ice1Requests()
{
    return shared;
}
std::span<const Request> stockRequests()
{
    return stock;
}

} // namespace callbox::firmware
