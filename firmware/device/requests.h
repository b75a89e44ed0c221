// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of control requests. A row says what must hold before its function runs: an OUT request brings exactly
// `length` octets, index and value lie in their ranges. To add a request, add a row.
#pragma once
#include "device/device.h"
#include <cstring>

namespace callbox::firmware {

struct Request {
    enum class Index : std::uint8_t {
        zero,     // wIndex is 0
        port,     // an E1 port in the low octet, 0 in the high one
        e1,       // the number of an E1 interface in the low octet, 0 in the high one
        bankPort, // a port of the bank among all the card's, in the low octet, 0 in the high one
        bank,     // the number of the bank's interface in the low octet, a port of the bank in the high one
        clock,    // that of the clock interface
        serial,   // that of the serial interface
        dfu,      // that of the DFU interface
    };
    static constexpr std::uint16_t any = 0xffff;
    static constexpr std::uint16_t given = 0xfffe; // `length`: 1..controlMax octets

    std::uint8_t type; // bmRequestType
    std::uint8_t request;
    Index index;
    std::uint16_t valueMax;
    std::uint16_t length;     // of an OUT request's data
    std::uint32_t capability; // CARD_CAN_... that the card must have; 0: none
    bool maintenance;         // only while the card is unlocked
    // Octets of answer, or `stalled`; `unit`: the port.
    int (*run)(Device&, const Setup&, unsigned unit, Buffer data);
};

std::span<const Request> ice1Requests();  // an icE1usb's E1 interfaces and device; our card has them too
std::span<const Request> stockRequests(); // only an icE1usb's: clock, serial line, DFU
std::span<const Request> cardRequests();  // only our card's
std::span<const Request> bankRequests();  // only those of a card with an analog bank

// Standard requests, chapter 9.
class Chapter9 {
public:
    static int answer(Device&, const Setup&, Buffer data);

private:
    static int toDevice(Device&, const Setup&, Buffer data);
    static int toInterface(Device&, const Setup&, Buffer data);
    static int toEndpoint(Device&, const Setup&, Buffer data);
    static int descriptor(Device&, const Setup&, Buffer data);
};

// Octets as an answer, or as much of them as there is room for.
int give(const void* octets, std::size_t length, Buffer data);
template <class T> int give(const T& structure, Buffer data)
{
    return give(&structure, sizeof structure, data);
}
// A structure from data whose length the table has checked.
template <class T> T take(Buffer data)
{
    T out{};
    std::memcpy(&out, data.data(), sizeof out);
    return out;
}

} // namespace callbox::firmware
