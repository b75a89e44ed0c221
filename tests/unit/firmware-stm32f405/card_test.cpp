// SPDX-License-Identifier: GPL-2.0-or-later
// The whole card on models of its registers: a host at one side, a plug in the line's socket at the other.
#include "boards/stm32f405/card.h"
#include "boot/update.h"
#include "flash_model.h"
#include "host.h"
#include "image_file.h"
#include "line_model.h"
#include <gtest/gtest.h>

using namespace callbox::board;
using namespace callbox::board::test;
using namespace callbox::firmware;

namespace {

struct Both final : LineModel {
    OtgModel usb;
    FlashModel flash;
    unsigned askedMost = 0; // registers of the line interface between two looks at USB
    static bool ofFlash(std::uint32_t a) { return a >> 24 == 0x08 || a >> 5 == 0x40023C00 >> 5; }
    std::uint32_t read(std::uint32_t a) override
    {
        asked_ = a == otg::status ? 0 : asked_;
        return a >> 28 == 5 ? usb.read(a) : ofFlash(a) ? flash.read(a) : LineModel::read(a);
    }
    void write(std::uint32_t a, std::uint32_t v) override
    {
        if (a == 0x40020818 && v >> (16 + LineBus::selectPin) & 1)
            askedMost = std::max(askedMost, ++asked_);
        if (a >> 28 == 5)
            usb.write(a, v);
        else if (ofFlash(a))
            flash.write(a, v);
        else
            LineModel::write(a, v);
    }

private:
    unsigned asked_ = 0;
};

// As it leaves the factory and has run once: version 1, confirmed. Its slot.
unsigned installed(boot::Slots& slots)
{
    boot::Update u(slots);
    u.feed(imageFile(1));
    EXPECT_EQ(u.end(), boot::Wrong::nothing);
    const int slot = slots.start();
    EXPECT_GE(slot, 0);
    EXPECT_TRUE(slots.confirm(static_cast<unsigned>(slot)));
    return static_cast<unsigned>(slot);
}

struct TheCard : testing::Test {
    explicit TheCard(bool updatable = false, unsigned startedBy = CARD_LOG_START_POWER)
        : running(updatable ? installed(slots) : 0), card(model, {.serial = "00112233aabbccdd",
                                                                  .build = "callbox-1.2.3",
                                                                  .line = model.memory(),
                                                                  .slots = updatable ? &slots : nullptr,
                                                                  .runningSlot = running,
                                                                  .startedBy = startedBy,
                                                                  .watchdog = &watchdog})
    {
    }
    Both model;
    Watchdog watchdog{model};
    SlotFlash slotFlash{model, boot::stm32f405, &model.flash.memory[0x20000], &watchdog};
    boot::Slots slots{boot::stm32f405, slotFlash};
    unsigned running;
    Card card;
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
        EXPECT_EQ(model.flash.misuses, 0U);
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

TEST_F(TheCard, ItsWatchdogIsFedWhileItsLoopTurnsWhateverTheLineDoes)
{
    begin();
    frames(200);
    unsigned feeds = model.feeds;
    frames(50);
    EXPECT_EQ(model.feeds, feeds + 50);
    model.clockOfLine = false; // the interface answers, and no bits come
    feeds = model.feeds;
    frames(1200);
    EXPECT_EQ(model.feeds, feeds + 1200) << "a host can ask it: resets would take that from it";
    EXPECT_FALSE(card.line().alive());
    model.clockOfLine = true;
    frames(100);
    EXPECT_TRUE(card.line().alive());
    model.chip.powered = false;
    feeds = model.feeds;
    frames(50);
    EXPECT_EQ(model.feeds, feeds + 50);
}

TEST_F(TheCard, AsksTheLineInterfaceForOneRegisterBetweenTwoLooksAtUsb)
{
    begin();
    model.askedMost = 0;
    frames(600); // its counters and, when it lost its power, all of its settings
    model.chip.powerFails();
    frames(10);
    EXPECT_TRUE(model.chip.sends()) << "it was set";
    EXPECT_EQ(model.askedMost, 1U);
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
    const unsigned feeds = model.feeds;
    for (unsigned i = 0; i < 12; ++i) {
        frames(100);
        EXPECT_TRUE(host.control(0x80, 8, 0, 0, 1)) << "for as long as it wants";
    }
    EXPECT_EQ(model.feeds, feeds + 1200) << "its watchdog does not take it away";
    model.pllDead = false;
    frames(1000);
    EXPECT_TRUE(card.line().alive()) << "the line is tried each second";
    EXPECT_EQ(card.trouble(), "");
}

struct ACardThatARequestReset : TheCard {
    ACardThatARequestReset() : TheCard(false, CARD_LOG_START_REQUEST) {}
};
TEST_F(ACardThatARequestReset, SaysSoInItsLog)
{
    begin();
    const auto log = host.control(0xc0, CARD_REQ_GET_LOG, 0, 0, 512);
    ASSERT_TRUE(log);
    unsigned starts = 0;
    for (std::size_t at = 0; at + sizeof(card_log_record) <= log->size(); at += sizeof(card_log_record)) {
        card_log_record r{};
        std::memcpy(&r, log->data() + at, sizeof r);
        if (r.code != CARD_LOG_START)
            continue;
        ++starts;
        EXPECT_EQ(card_get16(r.value), CARD_LOG_START_REQUEST);
    }
    EXPECT_EQ(starts, 1U);
}

TEST(TheFramersCheck, GivesWayBeforeEachOfItsFrames)
{
    unsigned calls = 0;
    EXPECT_EQ(core::checkE1Framer(256, {[](void* n) { ++*static_cast<unsigned*>(n); }, &calls}), nullptr);
    EXPECT_EQ(calls, 48U + (80 + 320 + 160 + 16) + (80 + 80 + 80 + 160));
}

struct CardWithSlots : TheCard {
    CardWithSlots() : TheCard(true) {}
    // A sector is erased: 200 ms of the seconds that it may take, with a host that gives up each 50 and asks again.
    void stands()
    {
        ++sectors;
        model.heard = &heard;
        for (unsigned ms = 0; ms < 200; ++ms) {
            model.usb.startOfFrame();
            model.octets(256);
            model.usb.endOfPeriodic();
            if (ms % 50 == 10) {
                ASSERT_TRUE(model.usb.setup(9, {0xc0, CARD_REQ_UPDATE, 0, 0, 0, 0, sizeof(card_update), 0}));
            }
            EXPECT_NE(model.usb.in(9, 0).hand, OtgModel::Hand::ack) << "nobody is there to answer";
        }
        model.heard = nullptr;
    }
    card_update state()
    {
        const auto answer = host.control(0xc0, CARD_REQ_UPDATE, 0, 0, sizeof(card_update));
        EXPECT_TRUE(answer);
        card_update u{};
        if (answer && answer->size() == sizeof u)
            std::memcpy(&u, answer->data(), sizeof u);
        return u;
    }
    unsigned sectors = 0;
    std::vector<std::uint8_t> heard;
};

TEST_F(CardWithSlots, TakesAnUpdateByUsbAndSaysAisWhileTheFlashKeepsTheProcessor)
{
    begin();
    ASSERT_TRUE(host.select(1));
    frames(300);
    ASSERT_TRUE(unlock());
    ASSERT_EQ(card.device().port(0).alarmsNow(), 0);
    model.flash.stands = [this] { stands(); };
    const Bytes file = imageFile(2);
    ASSERT_TRUE(host.control(0x40, CARD_REQ_UPDATE, CARD_UPDATE_BEGIN, 0, 0));
    unsigned number = 0;
    for (std::size_t at = 0; at < file.size(); at += CARD_UPDATE_BLOCK, ++number) {
        const std::size_t n = std::min<std::size_t>(CARD_UPDATE_BLOCK, file.size() - at);
        const auto from = file.begin() + static_cast<std::ptrdiff_t>(at);
        ASSERT_TRUE(host.control(0x40, CARD_REQ_UPDATE_DATA, number, 0, static_cast<unsigned>(n),
                                 Bytes(from, from + static_cast<std::ptrdiff_t>(n))))
            << number;
        EXPECT_EQ(card.device().update().busy(), true);
        const unsigned before = sectors;
        frames(1);
        if (sectors > before) { // the host still waits for the last of what it asked
            const auto answer = host.in();
            ASSERT_TRUE(answer);
            ASSERT_EQ(answer->size(), sizeof(card_update));
            EXPECT_EQ((*answer)[0], CARD_UPDATE_READY);
            ASSERT_TRUE(host.out({}));
        }
        const card_update u = state();
        ASSERT_EQ(u.state, CARD_UPDATE_READY) << number;
        ASSERT_EQ(card_get32(u.received), at + n);
    }
    EXPECT_EQ(sectors, 3U) << "of one slot";
    EXPECT_EQ(heard.size(), 3U * 200 * 256);
    EXPECT_TRUE(std::all_of(heard.begin(), heard.end(), [](std::uint8_t o) { return o == 0xff; }))
        << "the far end hears AIS, not the same frames again and again";
    ASSERT_TRUE(host.control(0x40, CARD_REQ_UPDATE, CARD_UPDATE_END, 0, 0));
    frames(1);
    EXPECT_EQ(state().state, CARD_UPDATE_WRITTEN);
    EXPECT_EQ(slots.start(), static_cast<int>(1 - running)) << "the new one is tried with the next reset";
    frames(200);
    EXPECT_EQ(card.device().port(0).alarmsNow(), 0) << "and the line is there again";
    EXPECT_EQ(card.usb().counters().stuck, 0U);
    EXPECT_TRUE(model.flash.locked());
}

} // namespace
