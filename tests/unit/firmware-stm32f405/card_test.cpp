// SPDX-License-Identifier: GPL-2.0-or-later
// The whole card on models of its registers: a host at one side, a plug in the line's socket at the other.
#include "boards/stm32f405/card.h"
#include "host.h"
#include "line_model.h"
#include <gtest/gtest.h>

using namespace callbox::board;
using namespace callbox::board::test;
using namespace callbox::firmware;

namespace {

struct Both final : LineModel {
    OtgModel usb;
    std::uint32_t read(std::uint32_t a) override { return a >> 28 == 5 ? usb.read(a) : LineModel::read(a); }
    void write(std::uint32_t a, std::uint32_t v) override
    {
        if (a >> 28 == 5)
            usb.write(a, v);
        else
            LineModel::write(a, v);
    }
};

struct TheCard : testing::Test {
    Both model;
    Watchdog watchdog{model};
    Card card{model,
              {.serial = "00112233aabbccdd", .build = "callbox-1.2.3", .line = model.memory(), .watchdog = &watchdog}};
    Host host{model.usb, [this] { turns(2); }};

    void turns(unsigned n)
    {
        for (; n > 0; --n)
            card.turn(false);
    }
    void frames(unsigned n)
    {
        for (; n > 0; --n)
            host.frame([this] { millisecond(); });
    }
    void millisecond()
    {
        for (unsigned i = 0; i < 32; ++i) {
            model.octets(8);
            card.turn(false);
        }
        card.turn(true);
        card.testIfAsked({[](void* self) { static_cast<TheCard*>(self)->turns(1); }, this});
    }
    void begin()
    {
        ASSERT_TRUE(card.begin()) << card.trouble();
        host.reset();
        ASSERT_TRUE(host.setAddress(9));
        ASSERT_TRUE(host.configure());
    }
    bool unlock() { return host.control(0x40, CARD_REQ_MAINTENANCE, 1, 0, 4, {'O', 'P', 'E', 'N'}).has_value(); }
    void TearDown() override
    {
        EXPECT_EQ(model.usb.misuses, 0U) << model.usb.misuse;
        EXPECT_EQ(model.misuses, 0U) << model.misuse;
    }
};

TEST_F(TheCard, BringsFramesFromTheHostToTheLineAndBack)
{
    begin();
    ASSERT_TRUE(host.select(1));
    model.delay = 3;
    frames(300); // until the line is aligned
    EXPECT_EQ(card.device().port(0).alarmsNow(), 0);
    const std::size_t before = host.stream.received.size();
    frames(1000);
    EXPECT_GT(host.stream.received.size(), before + 7'900U);
    EXPECT_EQ(host.stream.breaks(before), 0U);
    EXPECT_EQ(card.line().late(), 0U);
    EXPECT_EQ(card.usb().counters().stuck, 0U);
    EXPECT_EQ(card.device().port(0).counters().underflow, 0U);
}

TEST_F(TheCard, SaysWhoItIsAndNoMoreThanItHas)
{
    begin();
    const auto build = host.control(0xc0, CARD_ICE1_DEVICE_BUILD, 0, 0, 64);
    ASSERT_TRUE(build);
    EXPECT_EQ(std::string(build->begin(), build->end()), "callbox-1.2.3");
    const auto proto = host.control(0xc0, CARD_REQ_GET_PROTO, 0, 0, 64);
    ASSERT_TRUE(proto);
    card_proto p{};
    std::memcpy(&p, proto->data(), sizeof p);
    EXPECT_EQ(p.e1_ports, 1);
    EXPECT_EQ(p.fxo_ports + p.fxs_ports, 0);
    EXPECT_FALSE(card_get32(p.capabilities) & (CARD_CAN_NVM | CARD_CAN_UPDATE)) << "no memory, no slots here";
    EXPECT_TRUE(card_get32(p.capabilities) & CARD_CAN_T1);
    EXPECT_FALSE(host.control(0xc0, CARD_REQ_GET_NVM, 0, 0, 16));
}

TEST_F(TheCard, ASelfTestLeavesTheLineAlone)
{
    begin();
    ASSERT_TRUE(host.select(1));
    frames(300);
    const std::size_t before = host.stream.received.size();
    ASSERT_TRUE(unlock());
    ASSERT_TRUE(host.control(0x40, CARD_REQ_SELFTEST, 0, 0, 0));
    frames(200);
    const auto answer = host.control(0xc0, CARD_REQ_SELFTEST, 0, 0, 12);
    ASSERT_TRUE(answer);
    card_selftest t{};
    std::memcpy(&t, answer->data(), sizeof t);
    EXPECT_EQ(card_get32(t.tests), 0x10001U) << "the framer's, the line interface's";
    EXPECT_EQ(card_get32(t.done), 0x10001U);
    EXPECT_EQ(card_get32(t.failed), 0U);
    EXPECT_EQ(host.stream.breaks(before), 0U);
    model.chip.powered = false;
    frames(50);
    ASSERT_TRUE(host.control(0x40, CARD_REQ_SELFTEST, 0, 0, 0));
    frames(10);
    std::memcpy(&t, host.control(0xc0, CARD_REQ_SELFTEST, 0, 0, 12)->data(), sizeof t);
    EXPECT_EQ(card_get32(t.failed), 0x10000U) << "the line interface is dead";
}

TEST_F(TheCard, ItsLightBlinksWhileItIsLocated)
{
    begin();
    ASSERT_TRUE(host.control(0x40, CARD_REQ_LOCATE, 1, 0, 0));
    unsigned changes = 0;
    bool before = model.light();
    for (unsigned i = 0; i < 1200; ++i) {
        frames(1);
        changes += std::exchange(before, model.light()) != model.light();
    }
    EXPECT_GE(changes, 3U);
    EXPECT_FALSE(model.light());
}

TEST_F(TheCard, AResetThatAHostWantsIsAnsweredAndTheCardLeavesTheBus)
{
    begin();
    frames(10);
    ASSERT_TRUE(unlock());
    ASSERT_TRUE(host.control(0x40, CARD_REQ_RESET, 0, 0, 0)) << "it has its answer";
    for (unsigned i = 0; i < 5; ++i)
        millisecond();
    EXPECT_FALSE(model.usb.connected());
    EXPECT_FALSE(card.resets()) << "a host has to see it";
    for (unsigned i = 0; i < 200; ++i)
        millisecond();
    EXPECT_TRUE(card.resets());
}

TEST_F(TheCard, ItsWatchdogIsFedWhileTheLineLivesOrNoInterfaceIsThere)
{
    begin();
    frames(200);
    unsigned feeds = model.feeds;
    frames(50);
    EXPECT_EQ(model.feeds, feeds + 50);
    model.clockOfLine = false; // the interface answers, and no bits come
    frames(200);
    feeds = model.feeds;
    frames(50);
    EXPECT_EQ(model.feeds, feeds) << "a reset may help";
    model.chip.powered = false;
    frames(10);
    feeds = model.feeds;
    frames(50);
    EXPECT_EQ(model.feeds, feeds + 50) << "no reset will: the host is told instead";
}

TEST_F(TheCard, TellsItsTemperatureOnceItIsMeasured)
{
    begin();
    card_sensors s{};
    std::memcpy(&s, host.control(0xc0, CARD_REQ_GET_SENSORS, 0, 0, 16)->data(), sizeof s);
    EXPECT_EQ(card_get16(s.valid), 0) << "nothing is converted yet";
    model.write(0x40012000, 2);                        // EOC
    model.write(0x4001204C, 950 + 25);                 // DR
    model.write(0x1FFF7A2C, 950 | (950 + 250) << 16U); // 30 and 110 degrees
    std::memcpy(&s, host.control(0xc0, CARD_REQ_GET_SENSORS, 0, 0, 16)->data(), sizeof s);
    EXPECT_EQ(card_get16(s.valid), 1);
    EXPECT_EQ(card_get16(s.temperature), 380);
    model.write(0x1FFF7A2C, 0xffffffff); // a part that was not calibrated
    std::memcpy(&s, host.control(0xc0, CARD_REQ_GET_SENSORS, 0, 0, 16)->data(), sizeof s);
    EXPECT_EQ(card_get16(s.valid), 0);
}

TEST_F(TheCard, IsOnTheBusWithoutALineAndSaysSo)
{
    model.pllDead = true;
    EXPECT_FALSE(card.begin());
    EXPECT_EQ(card.trouble(), "no PLL for the line's clock");
    EXPECT_TRUE(model.usb.connected()) << "a host can ask it";
    host.reset();
    ASSERT_TRUE(host.setAddress(9));
    ASSERT_TRUE(host.configure());
}

} // namespace
