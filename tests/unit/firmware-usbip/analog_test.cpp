// SPDX-License-Identifier: GPL-2.0-or-later
// A card's port towards an exchange wired to another card's port towards a telephone: what either side does the other
// is told, and voice goes through. The hosts are played.
#include "boards/usbip/line_fault.h"
#include "boards/usbip/virtual_card.h"
#include "peer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::usbip;
using firmware::Personality;
using firmware::test::Bench;
using testing::ElementsAre;

namespace {

using Told = std::pair<unsigned, unsigned>; // type and code of an event

// The host of a bank of one port: sends as much as it gets, a sawtooth, and hears.
struct BankHost {
    explicit BankHost(VirtualCard& c) : card(c) {}
    void open()
    {
        OctetBuffer none;
        card.device().control(Bench::setup(0x00, 9, 1, 0, 0), none);
        card.device().control(Bench::setup(0x01, 11, 1, 0, 0), none);
    }
    unsigned order(unsigned op, OctetBuffer argument)
    {
        OctetBuffer c{static_cast<std::uint8_t>(op), 0, 0, 0};
        c.insert(c.end(), argument.begin(), argument.end());
        c.resize(16);
        return card.device().out(0x02, c);
    }
    void millisecond()
    {
        OctetBuffer p(13);
        const int n = card.device().in(0x81, p);
        for (int i = 4; i < n; ++i)
            heard.push_back(p[static_cast<std::size_t>(i)]);
        const auto samples = static_cast<std::uint8_t>(n > 4 ? n - 4 : 8);
        OctetBuffer back{0, 0, samples, 1};
        for (unsigned i = 0; i < samples; ++i)
            back.push_back(says == 0 ? 0xd5 : static_cast<std::uint8_t>(says++));
        says = says > 0xff ? 1 : says;
        card.device().out(0x01, back);
        OctetBuffer e(16);
        if (card.device().in(0x82, e) == 16 && e[0] != CARD_BANK_EVENT_DONE)
            told.emplace_back(e[0], e[8]);
    }
    [[nodiscard]] unsigned voice() const // octets that are no silence
    {
        return static_cast<unsigned>(
            std::count_if(heard.begin(), heard.end(), [](std::uint8_t o) { return o != 0xd5; }));
    }
    VirtualCard& card;
    OctetBuffer heard;
    std::vector<Told> told;
    unsigned says = 0; // 0: nothing
};

struct Wired : testing::Test {
    void SetUp() override
    {
        box.plugAnalog(0, office, 0);
        here.open();
        there.open();
        run(1500);
        EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_BATTERY, 1}));
        here.told.clear();
    }
    void run(unsigned ms)
    {
        for (unsigned i = 0; i < ms; ++i) {
            box.millisecond();
            office.millisecond();
            here.millisecond();
            there.millisecond();
        }
    }
    VirtualCard box{Personality::card(0).withBank(1, 0), "000000000000000a", "1-1"};
    VirtualCard office{Personality::card(0).withBank(0, 1), "000000000000000b", "1-2"};
    BankHost here{box}, there{office};
};

TEST_F(Wired, ARingIsHeardPickedUpAndEndsWithTheFarSidesHangUp)
{
    there.order(CARD_BANK_RING, {1});
    run(400);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_RING, 1}));
    here.order(CARD_BANK_HOOK, {1});
    run(100);
    EXPECT_THAT(there.told, ElementsAre(Told{CARD_BANK_EVENT_HOOK, 3})) << "ring trip";
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_RING, 1}, Told{CARD_BANK_EVENT_RING, 0}));
    run(1000);
    here.told.clear();
    there.order(CARD_BANK_LINEFEED, {CARD_BANK_FEED_REVERSE});
    run(200);
    there.order(CARD_BANK_LINEFEED, {CARD_BANK_FEED_OPEN, 0xf4, 0x01});
    run(300);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_POLARITY, 1}, Told{CARD_BANK_EVENT_CURRENT, 0}));
}

TEST_F(Wired, WhatIsInjectedOnALineIsNoticedAtTheEndThatItConcerns)
{
    const auto inject = [&](Fault f) {
        here.told.clear();
        there.told.clear();
        EXPECT_TRUE(usbip::inject(office, {.what = f, .line = 1}));
        run(2000);
    };
    inject(Fault::ring);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_RING, 1}));
    inject(Fault::ok);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_RING, 0}));
    inject(Fault::polarity);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_POLARITY, 1}));
    inject(Fault::ok);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_POLARITY, 0}));
    inject(Fault::battery);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_BATTERY, 0}));
    inject(Fault::ok);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_BATTERY, 1}));
    EXPECT_THAT(there.told, ElementsAre()) << "the exchange's end hears of none of these";
    inject(Fault::hook);
    EXPECT_THAT(there.told, ElementsAre(Told{CARD_BANK_EVENT_HOOK, 1}));
    inject(Fault::flash);
    EXPECT_THAT(there.told, ElementsAre(Told{CARD_BANK_EVENT_HOOK, 2}));
    inject(Fault::ok);
    EXPECT_THAT(there.told, ElementsAre(Told{CARD_BANK_EVENT_HOOK, 0}));
}

TEST_F(Wired, AFlashAndDigitsArrive)
{
    here.order(CARD_BANK_HOOK, {1});
    run(500);
    here.order(CARD_BANK_HOOK, {2, 0x2c, 0x01});
    run(1000);
    here.order(CARD_BANK_DIAL, {2, 7, 0});
    run(4000);
    EXPECT_THAT(there.told, ElementsAre(Told{CARD_BANK_EVENT_HOOK, 1}, Told{CARD_BANK_EVENT_HOOK, 2},
                                        Told{CARD_BANK_EVENT_DIGIT, 7}, Told{CARD_BANK_EVENT_DIGIT, 0}));
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_DIALLED, 0}));
}

TEST_F(Wired, VoiceGoesThroughOctetByOctet)
{
    here.order(CARD_BANK_HOOK, {1});
    run(500);
    here.says = there.says = 1;
    run(200);
    for (BankHost* h : {&here, &there}) {
        h->heard.clear();
        run(200);
        unsigned jumps = 0;
        for (std::size_t i = 1; i < h->heard.size(); ++i) {
            const unsigned before = h->heard[i - 1], now = h->heard[i];
            jumps += now != before + 1 && !(now <= 8 && before >= 0xf8); // between packets the sawtooth begins anew
        }
        EXPECT_EQ(jumps, 0u);
        EXPECT_GE(h->heard.size(), 1590u);
    }
}

TEST_F(Wired, OnHookOnlyOnHookTransmissionIsHeard)
{
    there.says = 1;
    run(200);
    EXPECT_EQ(here.voice(), 0u);
    there.order(CARD_BANK_LINEFEED, {CARD_BANK_FEED_ON_HOOK, 0x64, 0});
    run(200);
    EXPECT_NEAR(here.voice(), 800, 40);
    here.says = 1;
    run(200);
    EXPECT_EQ(there.voice(), 0u) << "who is on hook says nothing";
}

TEST_F(Wired, ACutLineHasNoBatteryNoHookAndNoVoice)
{
    here.order(CARD_BANK_HOOK, {1});
    run(1000);
    box.analog(0).cut = true;
    run(1500);
    EXPECT_THAT(here.told, ElementsAre(Told{CARD_BANK_EVENT_CURRENT, 0}));
    EXPECT_THAT(there.told, ElementsAre(Told{CARD_BANK_EVENT_HOOK, 1}, Told{CARD_BANK_EVENT_HOOK, 0}));
    box.analog(0).cut = false;
    run(300);
    EXPECT_EQ(here.told.back(), (Told{CARD_BANK_EVENT_BATTERY, 1}));
}

TEST_F(Wired, ClocksThatDifferCostNoLineAndNoPort)
{
    office.drift(200);
    here.order(CARD_BANK_HOOK, {1});
    run(500);
    here.says = there.says = 1;
    run(20'000);
    EXPECT_NEAR(double(here.voice()), 160'000, 3000);
    OctetBuffer counters(64);
    office.device().control(Bench::setup(0xc0, CARD_REQ_GET_COUNTERS, 0, 0, 64), counters);
    EXPECT_EQ(counters[28] + counters[32], 0) << "nothing ran over or dry";
}

TEST(OneEnd, ATestIsTheExchangeOfAPort)
{
    VirtualCard box{Personality::card(0).withBank(1, 0), "000000000000000a", "1-1"};
    BankHost host(box);
    host.open();
    const auto run = [&](unsigned ms) {
        for (unsigned i = 0; i < ms; ++i) {
            for (unsigned s = 0; s < 8; ++s)
                box.analog(0).toTelephone.put(1000);
            box.millisecond();
            host.millisecond();
        }
    };
    run(1500);
    box.analog(0).volts = -50;
    run(200);
    box.analog(0).ringing = true;
    run(300);
    EXPECT_THAT(host.told, ElementsAre(Told{CARD_BANK_EVENT_BATTERY, 0}, Told{CARD_BANK_EVENT_BATTERY, 1},
                                       Told{CARD_BANK_EVENT_RING, 1}));
    EXPECT_GT(host.voice(), 1000u) << "on hook the port listens";
    box.analog(0).ringing = false;
    host.order(CARD_BANK_HOOK, {1});
    run(10);
    EXPECT_TRUE(box.analog(0).closed);
}

} // namespace
