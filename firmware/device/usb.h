// SPDX-License-Identifier: GPL-2.0-or-later
// What of USB 2.0 chapter 9 the card needs: the setup packet and the numbers in it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace callbox::firmware {

using Octets = std::span<const std::uint8_t>;
using Buffer = std::span<std::uint8_t>;

// The eight octets of a SETUP, 9.3.
struct Setup {
    std::uint8_t type = 0; // bmRequestType
    std::uint8_t request = 0;
    std::uint16_t value = 0, index = 0, length = 0;

    [[nodiscard]] bool in() const { return type & 0x80; }
    static Setup read(std::span<const std::uint8_t, 8> o)
    {
        const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>(o[at] | o[at + 1] << 8); };
        return {o[0], o[1], word(2), word(4), word(6)};
    }
};

// What an endpoint answers instead of a number of octets.
inline constexpr int stalled = -1;
inline constexpr int nothing = -2; // NAK: ask again later

namespace usb {

enum Type : std::uint8_t { // bmRequestType without its direction
    standard = 0x00,
    cls = 0x20,
    vendor = 0x40,
    toDevice = 0x00,
    toInterface = 0x01,
    toEndpoint = 0x02,
    dirIn = 0x80,
};
enum Request : std::uint8_t { // table 9-4
    getStatus = 0,
    clearFeature = 1,
    setFeature = 3,
    setAddress = 5,
    getDescriptor = 6,
    getConfiguration = 8,
    setConfiguration = 9,
    getInterface = 10,
    setInterface = 11,
};
enum Descriptor : std::uint8_t { device = 1, configuration = 2, string = 3, interface = 4, endpoint = 5 };

} // namespace usb

} // namespace callbox::firmware
