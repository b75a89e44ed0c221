// SPDX-License-Identifier: GPL-2.0-or-later
// A card's analog bank on a table, down to the registers of its chips: two ports towards an exchange, two towards
// telephones, behind two E1 ports; and a host's hand for its requests, samples, commands and events.
#pragma once
#include "bench.h"
#include "boards/usbip/si3050_model.h"
#include "boards/usbip/si3210_model.h"
#include "chips/si3050.h"
#include "chips/si3210.h"
#include <gtest/gtest.h>

namespace callbox::firmware::test {

inline constexpr unsigned ports = 4, interface = 2;
inline constexpr std::uint8_t out = 0x07, order = 0x08, in = 0x87, interrupt = 0x88;

struct Chips {
    Chips()
    {
        for (unsigned i = 0; i < 2; ++i) {
            fxo[i].reset();
            EXPECT_TRUE(fxo[i].begin({}, 8 * i, true));
            EXPECT_TRUE(fxs[i].begin(8 * (i + 2), true, 23));
        }
    }
    std::array<Si3050Model, 2> lines{};
    std::array<Si3210Model, 2> phones{};
    std::array<chips::Si3050, 2> fxo{chips::Si3050(lines[0]), chips::Si3050(lines[1])};
    std::array<chips::Si3210, 2> fxs{chips::Si3210(phones[0]), chips::Si3210(phones[1])};
};

struct BankBoard final : BareBoard, Chips {
    core::FxoChip* fxoChip(unsigned n) override { return n < 2 ? &fxo[n] : nullptr; }
    core::FxsChip* fxsChip(unsigned n) override { return n < 2 ? &fxs[n] : nullptr; }
};

struct Event {
    unsigned type, port, code, a = 0;
    bool operator==(const Event&) const = default;
    friend void PrintTo(const Event& e, std::ostream* o)
    {
        *o << "{" << e.type << ", port " << e.port << ", code " << e.code << ", a " << e.a << "}";
    }
};

struct Bank : testing::Test {
    void SetUp() override
    {
        ASSERT_TRUE(tell(0x00, usb::setConfiguration, 1, 0));
        run(500); // the line sides wake up
    }
    std::optional<Bytes> ask(unsigned type, unsigned request, unsigned index, unsigned length)
    {
        Bytes data(length);
        const int n = device.control(Bench::setup(type, request, 0, index, length), data);
        if (n < 0)
            return std::nullopt;
        data.resize(static_cast<std::size_t>(n));
        return data;
    }
    bool tell(unsigned type, unsigned request, unsigned value, unsigned index, Bytes data = {})
    {
        return device.control(Bench::setup(type, request, value, index, static_cast<unsigned>(data.size())), data) >= 0;
    }
    bool select(unsigned setting) { return tell(0x01, usb::setInterface, setting, interface); }
    // A packet whose octets count up from `first`, one an instant and port.
    static Bytes packet(unsigned samples, unsigned first = 0, unsigned count = ports)
    {
        Bytes p{0, 0, static_cast<std::uint8_t>(samples), static_cast<std::uint8_t>(count)};
        for (unsigned i = 0; i < samples * count; ++i)
            p.push_back(static_cast<std::uint8_t>(first + i));
        return p;
    }
    // Codecs, host and device go on; the lines say 0x10 + their port.
    void run(unsigned ms)
    {
        for (unsigned i = 0; i < ms; ++i) {
            for (Si3050Model& m : board.lines)
                m.pass(1);
            for (Si3210Model& m : board.phones)
                m.pass(1);
            for (unsigned s = 0; s < 8; ++s)
                device.bank().sample(Bytes{0x10, 0x11, 0x12, 0x13}, heard);
            if (host)
                device.out(out, packet(8));
            ++board.ms;
            device.millisecond();
            take(in, 40);
            while (host && listen()) {
            }
        }
    }
    Bytes take(std::uint8_t endpoint, std::size_t room)
    {
        Bytes b(room);
        const int n = device.in(endpoint, b);
        b.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
        return b;
    }
    bool listen()
    {
        const Bytes e = take(interrupt, 16);
        if (e.empty())
            return false;
        gaps += sequence && *sequence + 1 != e.at(2) + e.at(3) * 256;
        sequence = e.at(2) + e.at(3) * 256;
        at = e.at(4) + e.at(5) * 256U + e.at(6) * 65536U;
        flags = e.at(9);
        events.push_back({e.at(0), e.at(1), e.at(8), e.at(10) + e.at(11) * 256U});
        return true;
    }
    bool say(unsigned op, unsigned port, Bytes argument = {})
    {
        Bytes c{static_cast<std::uint8_t>(op), static_cast<std::uint8_t>(port), 0x34, 0x12};
        c.insert(c.end(), argument.begin(), argument.end());
        c.resize(16);
        return device.out(order, c);
    }
    // What it is answered.
    unsigned code(unsigned op, unsigned port, Bytes argument = {})
    {
        run(20);
        events.clear();
        EXPECT_TRUE(say(op, port, std::move(argument)));
        EXPECT_TRUE(listen());
        EXPECT_EQ(events.at(0).type, unsigned(CARD_BANK_EVENT_DONE));
        EXPECT_EQ(events.at(0).port, port);
        EXPECT_EQ(events.at(0).a, 0x1234u);
        const unsigned c = events.at(0).code;
        events.clear();
        return c;
    }
    void up()
    {
        ASSERT_TRUE(select(1));
        run(1000);
        events.clear();
    }
    BankBoard board;
    Device device{Personality::card(2).withBank(2, 2), board};
    bool host = true;
    Bytes heard = Bytes(ports);
    std::vector<Event> events;
    std::optional<int> sequence;
    unsigned gaps = 0, at = 0, flags = 0;
};

} // namespace callbox::firmware::test
