// SPDX-License-Identifier: GPL-2.0-or-later
// The analog bank as USB sees it, down to the registers of its chips: two ports towards an exchange, two towards
// telephones, behind two E1 ports.
#include "bench.h"
#include "boards/usbip/si3050_model.h"
#include "boards/usbip/si3210_model.h"
#include "chips/si3050.h"
#include "chips/si3210.h"
#include <algorithm>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace callbox::firmware;
using namespace callbox::firmware::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr unsigned ports = 4, interface = 2;
constexpr std::uint8_t out = 0x07, order = 0x08, in = 0x87, interrupt = 0x88;

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

struct BankBoard final : Chips, Board {
    [[nodiscard]] std::uint32_t milliseconds() const override { return ms; }
    [[nodiscard]] std::string_view serial() const override { return "0123456789abcdef"; }
    card_sensors sensors() override { return {}; }
    card_selftest selfTest(bool) override { return {}; }
    void blink(bool) override {}
    Buffer memory() override { return nvm; }
    void memoryWritten() override {}
    void restart(Restart) override {}
    core::FxoChip* fxoChip(unsigned n) override { return n < 2 ? &fxo[n] : nullptr; }
    core::FxsChip* fxsChip(unsigned n) override { return n < 2 ? &fxs[n] : nullptr; }
    std::uint32_t ms = 0;
    std::array<std::uint8_t, 256> nvm{};
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

TEST_F(Bank, TheConfigurationEndsWithIt)
{
    const Bytes c = [&] {
        Bytes data(512);
        data.resize(static_cast<std::size_t>(device.control(Bench::setup(0x80, 6, 0x0200, 0, 512), data)));
        return data;
    }();
    EXPECT_EQ(c[4], 3);
    const Bytes bank = hex("0904 02 00 02 ff a1 00 09"
                           "0705 88 03 1000 01"
                           "0705 08 02 1000 00"
                           "0904 02 01 04 ff a1 00 0a"
                           "0705 87 25 2800 01"
                           "0705 07 05 2800 01"
                           "0705 88 03 1000 01"
                           "0705 08 02 1000 00");
    ASSERT_GT(c.size(), bank.size());
    EXPECT_EQ(Bytes(c.end() - std::ptrdiff_t(bank.size()), c.end()), bank);
    EXPECT_EQ(c.size(), 9u + 2 * 53 + bank.size());
    Bytes text(64);
    const int n = device.control(Bench::setup(0x80, 6, 0x030a, 0x0409, 64), text);
    ASSERT_EQ(n, 24);
    EXPECT_EQ(text[2], 'A');
    EXPECT_LT(device.control(Bench::setup(0x80, 6, 0x030b, 0x0409, 64), text), 0);
}

TEST_F(Bank, WhatThereIsIsSaid)
{
    EXPECT_EQ(ask(0xc0, 0x80, 0, 64), hex("544c4331 01 00 1000 02 02 02 00 37 3b 0100"));
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_PORT_INFO, 2, 8), hex("03 02 00 00 01 000000"));
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_PORT_INFO, 5, 8), hex("04 02 03 00 01 000000"));
    EXPECT_FALSE(ask(0xc0, CARD_REQ_GET_PORT_INFO, 6, 8));
    EXPECT_FALSE(ask(0xc0, CARD_REQ_LOOP, 2, 1)) << "it has no loops";
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 2, 8), hex("03 00 0100 00 00 0000")) << "no battery is known yet";
    up();
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 2, 8), hex("03 02 0000 00 00 0000"));
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0002, 12).value()[2], 1) << "battery";
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_MEASURED, 0x0002, 16), hex("c012 0000 0000 0000 0000 0000 0000 0000")); // 48 V
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0202, 12), hex("04 00 00 00 00 01 00 00 0200 0000"));
    board.lines[1].volts = 0;
    run(200);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 3, 8), hex("03 02 0100 00 00 0000")) << "no battery";
}

TEST_F(Bank, SamplesOfAllPortsGoBothWays)
{
    ASSERT_TRUE(select(1));
    host = false;
    for (unsigned i = 0; i < 4; ++i) {
        EXPECT_EQ(device.bank().state(), 1u) << "before 32 samples nothing goes out";
        device.out(out, packet(8, 32 * i));
    }
    EXPECT_EQ(device.bank().state(), 2u);
    for (unsigned s = 0; s < 32; ++s) {
        device.bank().sample(Bytes{1, 2, 3, static_cast<std::uint8_t>(s)}, heard);
        EXPECT_EQ(heard, (Bytes{static_cast<std::uint8_t>(4 * s), static_cast<std::uint8_t>(4 * s + 1),
                                static_cast<std::uint8_t>(4 * s + 2), static_cast<std::uint8_t>(4 * s + 3)}));
    }
    device.bank().sample(Bytes{1, 2, 3, 32}, heard);
    EXPECT_EQ(heard, Bytes(4, 0xd5)) << "nothing to say is idle";
    device.out(out, packet(8));
    device.bank().sample(Bytes{1, 2, 3, 33}, heard);
    EXPECT_EQ(heard, Bytes(4, 0xd5)) << "after an underflow 32 again";
    unsigned expected = 0;
    for (const unsigned samples : {9u, 9u, 8u, 8u}) {
        const Bytes p = take(in, 40);
        ASSERT_EQ(p.size(), 4 + samples * ports);
        EXPECT_EQ(p[2], samples);
        EXPECT_EQ(p[3], ports);
        for (unsigned s = 0; s < samples; ++s)
            EXPECT_EQ(p[4 + s * ports + 3], expected++);
    }
    EXPECT_TRUE(take(in, 40).empty());
    const Bytes counters = ask(0xc0, CARD_REQ_GET_COUNTERS, 2, 64).value();
    EXPECT_EQ(counters[32], 1) << "an underflow";
}

TEST_F(Bank, SamplesForWhichThereIsNoRoomAreCounted)
{
    ASSERT_TRUE(select(1));
    for (unsigned s = 0; s < 256 + 20; ++s)
        device.bank().sample(Bytes{1, 2, 3, static_cast<std::uint8_t>(s)}, heard);
    EXPECT_EQ(take(in, 40).at(1), 0);
    device.bank().sample(Bytes{1, 2, 3, 4}, heard);
    device.bank().sample(Bytes{1, 2, 3, 4}, heard);
    unsigned lost = 0;
    for (Bytes p = take(in, 40); !p.empty(); p = take(in, 40))
        lost += p[1];
    EXPECT_EQ(lost, 20u);
    for (unsigned i = 0; i < 40; ++i)
        device.out(out, packet(8));
    EXPECT_EQ(device.bank().waiting(), 256u);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_COUNTERS, 5, 64).value()[28], 20 + 64);
}

TEST_F(Bank, PacketsThatAreNoneAreLeftOutAndCounted)
{
    ASSERT_TRUE(select(1));
    for (const Bytes& wrong : {Bytes{1}, Bytes{0, 0, 1, 4}, packet(8, 0, 3), packet(10), Bytes(70, 0xff)})
        device.out(out, wrong);
    Bytes longer = packet(8);
    longer.push_back(0);
    device.out(out, longer);
    EXPECT_EQ(device.bank().waiting(), 0u);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_COUNTERS, 2, 64).value()[60], 6);
    EXPECT_TRUE(device.out(out, {}));
    EXPECT_FALSE(device.out(order, Bytes(15))) << "no command";
    EXPECT_FALSE(device.out(order, Bytes(17)));
    EXPECT_FALSE(listen()) << "and no answer to one";
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_COUNTERS, 2, 64).value()[60], 8);
}

TEST_F(Bank, WhatIsOnTheLinesIsToldAfterTheStart)
{
    board.lines[0].volts = -48;
    board.lines[1].volts = 0;
    board.phones[1].hook = true;
    ASSERT_TRUE(select(1));
    run(1000);
    EXPECT_THAT(events,
                testing::UnorderedElementsAre(Event{CARD_BANK_EVENT_BATTERY, 0, 1},
                                              Event{CARD_BANK_EVENT_BATTERY, 1, 0}, Event{CARD_BANK_EVENT_HOOK, 3, 1}));
    events.clear();
    board.lines[1].volts = -48;
    run(200);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_BATTERY, 1, 1}));
    EXPECT_EQ(flags, CARD_BANK_FLAG_REVERSED);
    EXPECT_EQ(gaps, 0u);
    ASSERT_TRUE(select(0));
    board.lines[1].volts = 48;
    run(1000);
    EXPECT_FALSE(listen()) << "off, nothing is told";
}

TEST_F(Bank, ARingIsToldWithTheTimesAtWhichItWas)
{
    up();
    const unsigned before = at;
    board.lines[0].phase = 0;
    board.lines[0].ringing = true;
    run(2000);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_RING, 0, 1}));
    const unsigned began = at;
    EXPECT_GT(began, before);
    board.lines[0].ringing = false;
    run(500);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_RING, 0, 1}, Event{CARD_BANK_EVENT_RING, 0, 0}));
    EXPECT_NEAR((at - began) / 8.0, 2000, 20);
}

TEST_F(Bank, PolarityDropAndTheFarSidesHangUpHaveTheirNames)
{
    up();
    board.lines[1].volts = -48;
    run(200);
    board.lines[1].volts = 0;
    run(200);
    board.lines[1].volts = 48;
    run(200);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_POLARITY, 1, 1}, Event{CARD_BANK_EVENT_BATTERY, 1, 0},
                                    Event{CARD_BANK_EVENT_BATTERY, 1, 1}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 1, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_TRUE(board.lines[1].offHook());
    run(1000);
    board.lines[1].milliamps = 0;
    run(250);
    board.lines[1].milliamps = 25;
    run(250);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_CURRENT, 1, 0}, Event{CARD_BANK_EVENT_BATTERY, 1, 1}));
}

TEST_F(Bank, ATelephoneRingsIsPickedUpFlashesAndIsPutDown)
{
    up();
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_TRUE(board.phones[0].highVoltage());
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0202, 12).value()[5], 5);
    board.phones[0].hook = true;
    run(30);
    EXPECT_FALSE(board.phones[0].highVoltage());
    board.phones[0].hook = false;
    run(300);
    board.phones[0].hook = true;
    run(500);
    board.phones[0].hook = false;
    run(1500);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0], (Event{CARD_BANK_EVENT_HOOK, 2, 3})) << "ring trip";
    EXPECT_EQ(events[1].code, 2u);
    EXPECT_NEAR(events[1].a, 300, 3);
    EXPECT_EQ(events[2], (Event{CARD_BANK_EVENT_HOOK, 2, 0}));
}

TEST_F(Bank, FeedsAreAsOrdered)
{
    up();
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_REVERSE}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 5u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_ON_HOOK, 0xff, 0xff}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 6u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_FORWARD}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 2u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_ON_HOOK, 0, 0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_OPEN, 100, 0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 0u);
    run(110);
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(board.phones[1].state(), 1u) << "the other port is another";
}

TEST_F(Bank, DigitsAndFlashesAreBreaksOfTheLoop)
{
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {2, 3, 1}), unsigned(CARD_BANK_DONE));
    unsigned breaks = 0;
    bool closed = true;
    for (unsigned i = 0; i < 3000 && events.empty(); ++i) {
        breaks += closed && !board.lines[0].offHook();
        closed = board.lines[0].offHook();
        run(1);
        EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0002, 12).value()[1], 1) << "off hook, whatever it dials";
    }
    EXPECT_EQ(breaks, 4u);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_DIALLED, 0, 0}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 0x2c, 0x01}), unsigned(CARD_BANK_DONE));
    run(290);
    EXPECT_FALSE(board.lines[0].offHook());
    run(20);
    EXPECT_TRUE(board.lines[0].offHook());
    EXPECT_THAT(events, IsEmpty());
}

TEST_F(Bank, OrdersThatCannotBeAreAnsweredWithTheReason)
{
    up();
    using enum_t = unsigned;
    EXPECT_EQ(code(0, 0), enum_t(CARD_BANK_NO_SUCH_COMMAND));
    EXPECT_EQ(code(CARD_BANK_MWI, 2, {1}), enum_t(CARD_BANK_NO_SUCH_COMMAND));
    EXPECT_EQ(code(CARD_BANK_GAIN, 0), enum_t(CARD_BANK_NO_SUCH_COMMAND));
    EXPECT_EQ(code(200, 0), enum_t(CARD_BANK_NO_SUCH_COMMAND));
    for (const unsigned op : {CARD_BANK_HOOK, CARD_BANK_LINEFEED, CARD_BANK_RING, CARD_BANK_LAW, CARD_BANK_DIAL})
        for (const unsigned port : {4u, 8u, 255u})
            EXPECT_EQ(code(op, port, {1}), enum_t(CARD_BANK_NO_SUCH_PORT)) << op;
    EXPECT_EQ(code(CARD_BANK_HOOK, 2, {1}), enum_t(CARD_BANK_NO_SUCH_PORT)) << "it faces a telephone";
    EXPECT_EQ(code(CARD_BANK_DIAL, 3, {1, 1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_RING, 0, {1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 1, {1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {3}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 49, 0}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 0xe9, 3}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {2}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1, 50}), enum_t(CARD_BANK_OUT_OF_RANGE)) << "it has its own frequency only";
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {4}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {0, 0, 0}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {0, 0x89, 0x13}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LAW, 2, {2}), enum_t(CARD_BANK_OUT_OF_RANGE));
    for (const Bytes& wrong : {Bytes{0}, Bytes{12, 1}, Bytes{255, 1}, Bytes{2, 1, 10}})
        EXPECT_EQ(code(CARD_BANK_DIAL, 0, wrong), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {1, 1}), enum_t(CARD_BANK_NOT_NOW)) << "on hook";
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 100, 0}), enum_t(CARD_BANK_NOT_NOW));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {1, 9}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {1, 9}), enum_t(CARD_BANK_NOT_NOW)) << "it dials";
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 100, 0}), enum_t(CARD_BANK_NOT_NOW));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {0}), enum_t(CARD_BANK_DONE));
    run(2000);
    EXPECT_FALSE(board.lines[0].offHook()) << "hanging up ends the digits";
    EXPECT_THAT(events, IsEmpty());
    EXPECT_EQ(code(CARD_BANK_LAW, 0, {1}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(board.lines[0].regs[33], 0x28);
    EXPECT_EQ(code(CARD_BANK_LAW, 3, {1}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[1].regs[1], 0x28);
    ASSERT_TRUE(select(0));
    EXPECT_FALSE(say(CARD_BANK_HOOK, 0, {1})) << "off, it takes none";
    EXPECT_FALSE(board.lines[0].offHook());
}

TEST_F(Bank, WithoutAHostAllPortsAreSafeWithinHalfASecond)
{
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    run(100);
    host = false;
    run(480);
    EXPECT_TRUE(board.lines[0].offHook());
    EXPECT_TRUE(board.phones[0].highVoltage());
    run(30);
    EXPECT_FALSE(board.lines[0].offHook());
    EXPECT_EQ(board.phones[0].state(), 0u);
    EXPECT_EQ(board.phones[1].state(), 0u);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 4, 8).value()[2], CARD_ALARM_NO_HOST);
    events.clear();
    host = true;
    run(20);
    EXPECT_EQ(board.phones[0].state(), 1u) << "fed, and not ringing by itself";
    EXPECT_FALSE(board.lines[0].offHook());
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_NO_HOST}));
    const Bytes log = ask(0xc0, CARD_REQ_GET_LOG, 0, 512).value();
    ASSERT_GE(log.size(), 32u);
    EXPECT_EQ(log[log.size() - 16 + 9], CARD_LOG_NO_HOST);
    EXPECT_EQ(log[log.size() - 16 + 10], 2) << "the port behind the E1 ports";
}

TEST_F(Bank, SettingZeroAResetAndTheLossOfTheConfigurationMakeItSafe)
{
    const auto busy = [&] {
        up();
        EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
        EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
        EXPECT_TRUE(board.lines[0].offHook());
        EXPECT_TRUE(board.phones[0].highVoltage());
    };
    const auto safe = [&] { return !board.lines[0].offHook() && board.phones[0].state() == 0; };
    busy();
    ASSERT_TRUE(select(0));
    EXPECT_TRUE(safe());
    busy();
    ASSERT_TRUE(tell(0x00, usb::setConfiguration, 0, 0));
    EXPECT_TRUE(safe());
    ASSERT_TRUE(tell(0x00, usb::setConfiguration, 1, 0));
    busy();
    device.busReset();
    EXPECT_TRUE(safe());
}

TEST_F(Bank, ChipsThatFailAreTold)
{
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    board.lines[0].lineSide = false;
    run(3000);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_MUTE}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_NOT_NOW));
    const Bytes dead = ask(0xc1, CARD_BANK_GET_STATUS, 0x0002, 12).value();
    EXPECT_EQ(dead[1], 0);
    EXPECT_EQ(dead[6], CARD_BANK_FAULT_MUTE);
    board.lines[0].lineSide = true;
    run(2000);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_BATTERY, 0, 1}));
    events.clear();
    for (unsigned i = 0; i < 6; ++i) {
        board.phones[0].powerAlarm();
        run(10);
    }
    ASSERT_EQ(events.size(), 6u);
    EXPECT_EQ(events[4], (Event{CARD_BANK_EVENT_FAULT, 2, CARD_BANK_FAULT_POWER}));
    EXPECT_EQ(events[5], (Event{CARD_BANK_EVENT_FAULT, 2, CARD_BANK_FAULT_GIVEN_UP}));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_NOT_NOW));
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_MEASURED, 0x0202, 16).value()[12], 6);
}

TEST_F(Bank, EventsThatNobodyFetchesLeaveAGap)
{
    up();
    for (unsigned i = 0; i < 100; ++i)
        say(CARD_BANK_LAW, 0, {0});
    unsigned told = 0;
    while (listen())
        ++told;
    EXPECT_EQ(told, 65u);
    EXPECT_EQ(gaps, 1u);
    EXPECT_EQ(events.back(), (Event{CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_EVENTS})) << "nothing else need happen";
    say(CARD_BANK_LAW, 0, {0});
    EXPECT_TRUE(listen());
    EXPECT_EQ(gaps, 1u);
}

TEST_F(Bank, ACardThatLacksAChipHasNoBank)
{
    Device other{Personality::card(1).withBank(3, 1), board};
    Bytes data(64);
    ASSERT_GT(other.control(Bench::setup(0xc0, 0x80, 0, 0, 16), data), 0);
    EXPECT_EQ(data[9] + data[10], 0);
    EXPECT_FALSE(other.exists(0x85));
}

TEST_F(Bank, EveryWrongLengthIndexAndDirectionIsStalled)
{
    up();
    const auto taken = [&](unsigned type, unsigned request, unsigned value, unsigned index, unsigned length) {
        Bytes data(length);
        return device.control(Bench::setup(type, request, value, index, length), data) >= 0;
    };
    for (const unsigned r : {CARD_BANK_GET_STATUS, CARD_BANK_GET_MEASURED}) {
        for (const unsigned index : {0x0002u, 0x0102u, 0x0202u, 0x0302u})
            EXPECT_TRUE(taken(0xc1, r, 0, index, 16)) << index;
        for (const unsigned index : {0x0000u, 0x0001u, 0x0003u, 0x0402u, 0x0502u, 0x8002u, 0xff02u, 0xffffu, 0x0300u})
            EXPECT_FALSE(taken(0xc1, r, 0, index, 16)) << index;
        for (const unsigned value : {1u, 0x100u, 0xffffu})
            EXPECT_FALSE(taken(0xc1, r, value, 2, 16)) << value;
        for (const unsigned type : {0x41u, 0xc0u, 0x40u, 0xa1u, 0x81u, 0xc2u})
            EXPECT_FALSE(taken(type, r, 0, 2, type & 0x80 ? 16 : 0)) << type;
        for (const unsigned length : {1u, 16u, 64u})
            EXPECT_FALSE(taken(0x41, r, 0, 2, length)) << length;
    }
    for (const unsigned r : {unsigned(CARD_BANK_LINE_TEST), unsigned(CARD_BANK_COUNTRY), 0x44U})
        for (const unsigned type : {0xc1u, 0x41u})
            EXPECT_FALSE(taken(type, r, 0, 2, 16)) << r;
    for (const unsigned r : {CARD_REQ_GET_PORT_INFO, CARD_REQ_GET_COUNTERS, CARD_REQ_GET_STATUS})
        for (const unsigned index : {6u, 7u, 0x80u, 0xffu, 0x102u, 0x202u, 0xffffu})
            EXPECT_FALSE(taken(0xc0, r, 0, index, 64)) << index;
    EXPECT_FALSE(select(2));
    EXPECT_FALSE(tell(0x01, usb::setInterface, 1, 3));
    EXPECT_EQ(ask(0x81, usb::getInterface, 2, 1), hex("01"));
    for (const char* e1 : {"03000000"}) // requests of an E1 interface are none of the bank's
        EXPECT_FALSE(tell(0x41, CARD_ICE1_SET_TX, 0, 2, hex(e1)));
    ASSERT_TRUE(tell(0x02, usb::setFeature, 0, in));
    Bytes buffer(40);
    EXPECT_EQ(device.in(in, buffer), stalled);
    ASSERT_TRUE(select(1));
    EXPECT_NE(device.in(in, buffer), stalled) << "a new setting begins with no halt";
    ASSERT_TRUE(select(0));
    EXPECT_FALSE(device.exists(in));
    EXPECT_TRUE(device.exists(interrupt));
    EXPECT_TRUE(device.exists(order));
}

// Requests, packets, commands and lines of chance. CALLBOX_FUZZ says how many.
struct FuzzBank : Bank {};
TEST_F(FuzzBank, AMillionRequestsPacketsAndCommandsOfTheBank)
{
    const char* const wanted = std::getenv("CALLBOX_FUZZ");
    const unsigned rounds = wanted ? static_cast<unsigned>(std::strtoul(wanted, nullptr, 10)) : 20'000;
    std::mt19937 chance(17);
    const auto octet = [&] { return static_cast<std::uint8_t>(chance()); };
    unsigned answered = 0, commands = 0, told = 0;
    for (unsigned i = 0; i < rounds; ++i) {
        if (i % 64 == 0) {
            tell(0x00, usb::setConfiguration, 1, 0);
            select(1);
        }
        const auto rows = bankRequests();
        const Request& row = rows[chance() % rows.size()];
        const struct Setup s {
            row.type, chance() % 8 ? row.request : octet(), static_cast<std::uint16_t>(chance() % 8 ? 0 : chance()),
                static_cast<std::uint16_t>(chance() % 2 ? (chance() % 5) << 8 | 2 : chance() % 700),
                static_cast<std::uint16_t>(chance() % 100)
        };
        Bytes data(600, octet());
        const int n = device.control(s, data);
        ASSERT_LE(n, s.in() ? static_cast<int>(s.length) : 0);
        answered += n >= 0;
        if (chance() % 200 == 0)
            select(chance() % 3);
        Bytes command(chance() % 8 ? 16 : chance() % 40);
        std::generate(command.begin(), command.end(), octet);
        if (chance() % 4 && command.size() >= 16) {
            command[0] %= 9;
            command[1] %= 5;
            command[4] %= 4;
            std::fill(command.begin() + 6, command.end(), std::uint8_t(chance() % 2));
        }
        commands += device.out(order, command);
        Bytes p = chance() % 2 ? packet(chance() % 11, octet(), chance() % 8 ? ports : chance() % 9)
                               : Bytes(chance() % 80, octet());
        device.out(out, p);
        Bytes answer(chance() % 60);
        ASSERT_LE(device.in(in, answer), static_cast<int>(answer.size()));
        told += device.in(interrupt, answer) > 0;
        for (Si3050Model& m : board.lines) {
            m.volts = chance() % 40 ? m.volts : int(chance() % 3) * 48 - 48;
            m.ringing = chance() % 100 ? m.ringing : chance() % 2;
            m.lineSide = chance() % 3000 ? m.lineSide || chance() % 2 : false;
        }
        for (Si3210Model& m : board.phones) {
            m.hook = chance() % 50 ? m.hook : chance() % 2;
            if (chance() % 2000 == 0)
                m.powerAlarm();
        }
        host = chance() % 8 != 0;
        for (unsigned k = 0; k < chance() % 20; ++k)
            device.bank().sample(Bytes(ports, octet()), heard);
        ASSERT_LE(device.bank().waiting(), unsigned(CARD_BANK_BUFFER));
        ASSERT_LE(device.bank().received(), unsigned(CARD_BANK_BUFFER));
        device.millisecond();
    }
    EXPECT_GT(answered, rounds / 8);
    EXPECT_GT(commands, rounds / 4);
    EXPECT_GT(told, rounds / 8);
    select(0);
    for (unsigned i = 0; i < 2; ++i) {
        EXPECT_FALSE(board.lines[i].offHook());
        EXPECT_EQ(board.phones[i].state(), 0u);
    }
}

} // namespace
