// SPDX-License-Identifier: GPL-2.0-or-later
// A card on a table: its device, a board of nothing but memory, and a host's hand for requests and packets.
#pragma once
#include "device/descriptors.h"
#include "device/device.h"
#include "device/requests.h"
#include <optional>
#include <vector>

namespace callbox::firmware::test {

struct BareBoard : Board {
    virtual ~BareBoard() = default;
    std::uint32_t ms = 0;
    std::array<std::uint8_t, 256> nvm{};
    unsigned writes = 0;
    bool blinks = false;
    card_selftest tested{{}, card_make32(0x10000), card_make32(0x10001)}; // one of them fails
    std::optional<Restart> restarted;
    [[nodiscard]] std::uint32_t milliseconds() const override { return ms; }
    [[nodiscard]] std::string_view serial() const override { return "0123456789abcdef"; }
    card_sensors sensors() override
    {
        card_sensors s{};
        s.valid = card_make16(3);
        s.temperature = card_make16(315);
        s.vbus = card_make16(5010);
        return s;
    }
    card_selftest selfTest(bool start) override
    {
        if (start)
            tested.done = tested.tests;
        return tested;
    }
    void blink(bool on) override { blinks = on; }
    Buffer memory() override { return nvm; }
    void memoryWritten() override { ++writes; }
    void restart(Restart r) override { restarted = r; }
};

using Bytes = std::vector<std::uint8_t>;

struct Bench {
    explicit Bench(const Personality& p) : device(p, board) {}
    BareBoard board;
    Device device;

    // What an IN request answers; nothing: stalled.
    std::optional<Bytes> ask(unsigned type, unsigned request, unsigned value, unsigned index, unsigned length)
    {
        Bytes data(length);
        const int n = device.control(setup(type, request, value, index, length), data);
        if (n < 0)
            return std::nullopt;
        data.resize(static_cast<std::size_t>(n));
        return data;
    }
    bool tell(unsigned type, unsigned request, unsigned value, unsigned index, Bytes data = {})
    {
        const auto length = static_cast<unsigned>(data.size());
        return device.control(setup(type, request, value, index, length), data) >= 0;
    }
    static Setup setup(unsigned type, unsigned request, unsigned value, unsigned index, unsigned length)
    {
        return {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(request), static_cast<std::uint16_t>(value),
                static_cast<std::uint16_t>(index), static_cast<std::uint16_t>(length)};
    }
    bool configure() { return tell(0x00, usb::setConfiguration, 1, 0); }
    bool select(unsigned interface, unsigned setting) { return tell(0x01, usb::setInterface, setting, interface); }

    // A packet of frames whose octets all count up from `first`, one a frame.
    static Bytes frames(unsigned count, unsigned first)
    {
        Bytes out(4, 0xff);
        for (unsigned i = 0; i < count; ++i)
            out.insert(out.end(), 32, static_cast<std::uint8_t>(first + i));
        return out;
    }
    bool send(unsigned port, unsigned count, unsigned first = 0)
    {
        return device.out(Layout::out(port), frames(count, first));
    }
    // Eighty frames, as ten packets of a host.
    void start(unsigned port = 0)
    {
        for (unsigned i = 0; i < 10; ++i)
            send(port, 8, 8 * i);
    }
    Bytes in(std::uint8_t endpoint, std::size_t room = CARD_E1_PACKET_MAX)
    {
        Bytes out(room);
        const int n = device.in(endpoint, out);
        out.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
        return out;
    }
    // A multiframe from the line, its octets `first` + the number of the frame.
    void multiframe(unsigned port, unsigned first = 0)
    {
        for (unsigned n = 0; n < 16; ++n)
            frame(port, n, first + n);
    }
    void frame(unsigned port, unsigned number, unsigned octet)
    {
        std::array<std::uint8_t, 32> f{};
        f.fill(static_cast<std::uint8_t>(octet));
        device.port(port).lineBrings(f, number);
        device.port(port).receive(f, number);
    }
    std::optional<Bytes> transmitted(unsigned port = 0)
    {
        std::array<std::uint8_t, 32> f{};
        if (device.port(port).transmit(f) != E1Port::Send::frame)
            return std::nullopt;
        return Bytes(f.begin(), f.end());
    }
    void milliseconds(unsigned n)
    {
        for (unsigned i = 0; i < n; ++i, ++board.ms)
            device.millisecond();
    }
};

inline Bytes hex(std::string_view text)
{
    Bytes out;
    unsigned digits = 0, value = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\n')
            continue;
        value = value << 4 | static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
        if (++digits % 2 == 0)
            out.push_back(static_cast<std::uint8_t>(value));
    }
    return out;
}

} // namespace callbox::firmware::test
