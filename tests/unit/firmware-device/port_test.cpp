// SPDX-License-Identifier: GPL-2.0-or-later
// What an E1 port of our own card does: filler frames, events, loops, seconds of G.826, losses, a host that is gone.
#include "card.h"
#include <algorithm>
#include <random>

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

TEST_F(Card, NothingIsSentUnasked)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned i = 0; i < 32; ++i)
        b.device.port(0).receiveNothing();
    EXPECT_EQ(b.in(0x82), Bytes());
    b.device.port(0).alarms(CARD_ALARM_LOS);
    EXPECT_EQ(b.in(0x83, 10)[0], CARD_E1_EVENT_ERRORS);
    EXPECT_EQ(b.in(0x83, 10), Bytes());
}

TEST_F(Card, FillerFramesKeepTheHostsClockGoing)
{
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_FILLER, 0));
    b.start();
    for (unsigned i = 0; i < 8; ++i)
        b.device.port(0).receiveNothing();
    Bytes p = b.in(0x82);
    ASSERT_EQ(p.size(), 260u);
    EXPECT_EQ(p[2], CARD_E1_HEADER_FILLER);
    EXPECT_EQ(Bytes(p.begin() + 4, p.end()), Bytes(256, 0xff));
    for (unsigned i = 0; i < 3; ++i)
        b.device.port(0).receiveNothing();
    b.multiframe(0, 0x10); // alignment is back
    p = b.in(0x82);
    ASSERT_EQ(p.size(), 4u + 3 * 32) << "filler and frames do not share a packet";
    EXPECT_EQ(p[2], CARD_E1_HEADER_FILLER) << "nothing was lost before these";
    p = b.in(0x82);
    ASSERT_EQ(p.size(), 260u);
    EXPECT_EQ(p[2], CARD_E1_HEADER_LOST);
    EXPECT_EQ(p[0] % 16, 0);
    EXPECT_EQ(p[4], 0x10);
}

TEST_F(Card, EventsTellAlarmsAndSlipsInOrder)
{
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0));
    b.device.port(0).alarms(CARD_ALARM_LOS | CARD_ALARM_LOF);
    ++b.device.port(0).counters().losses;
    b.device.port(0).alarms(CARD_ALARM_RAI);
    b.device.port(0).slip(-1);
    EXPECT_EQ(b.in(0x83, 10), hex("02 00 0500 0000 00000000"));
    EXPECT_EQ(b.in(0x83, 10), hex("02 01 1000 0500 00000000"));
    EXPECT_EQ(b.in(0x83, 10), hex("05 02 ffff 0000 00000000"));
    EXPECT_EQ(b.in(0x83, 10), hex("01 0000 0100 0000 0000 04"));
    for (unsigned i = 0; i < 20; ++i)
        b.device.port(0).slip(1);
    Bytes last;
    for (Bytes e = b.in(0x83, 10); !e.empty(); e = b.in(0x83, 10))
        last = e;
    EXPECT_EQ(last[1], 18) << "sixteen are kept";
    b.device.port(0).slip(1);
    EXPECT_EQ(b.in(0x83, 10)[1], 23) << "the gap tells that four were lost";
}

TEST_F(Card, HalfASecondWithoutAHostAndTheLineHearsAis)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    b.milliseconds(499);
    EXPECT_TRUE(b.transmitted());
    b.milliseconds(1);
    std::array<std::uint8_t, 32> f{};
    EXPECT_EQ(b.device.port(0).transmit(f), E1Port::Send::ais);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8), hex("01 01 4000 00 00 0000"));
    b.device.port(0).alarms(CARD_ALARM_RAI);
    EXPECT_EQ(b.device.port(0).alarmsNow(), CARD_ALARM_RAI | CARD_ALARM_NO_HOST);
    b.start();
    EXPECT_EQ(b.transmitted(), Bytes(32, 0)) << "from the new beginning";
    EXPECT_EQ(b.device.port(0).alarmsNow(), CARD_ALARM_RAI);
}

TEST_F(Card, LoopsOfThePort)
{
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_DIGITAL, 0)) << "the port is off";
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_ANALOG, 0));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_DIGITAL, 0));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_LOOP, 0, 0, 1), hex("03"));
    b.start();
    for (unsigned i = 0; i < 16; ++i)
        ASSERT_TRUE(b.transmitted());
    b.multiframe(0, 0x77);
    const Bytes p = b.in(0x82);
    ASSERT_EQ(p.size(), 260u);
    EXPECT_EQ(Bytes(p.begin() + 4, p.end()), Bytes([] {
                  Bytes f = Bench::frames(8, 0);
                  return Bytes(f.begin() + 4, f.end());
              }()))
        << "what was sent, not what the line said";

    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    for (unsigned i = 0; i < 5; ++i)
        b.multiframe(0, 0x30);
    const auto back = [](std::uint8_t slots) {
        Bytes f(32, slots);
        f[0] = 0xff; // slot 0 is ours
        return f;
    };
    EXPECT_EQ(b.transmitted(), back(0x30));
    b.send(0, 8, 0x99);
    EXPECT_EQ(b.transmitted(), back(0x31));
    ASSERT_TRUE(b.select(0, 0));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_LOOP, 0, 0, 1), hex("00")) << "no loop outlives its host";
}

TEST_F(Card, SecondsByG826)
{
    E1Port& port = b.device.port(0);
    const auto second = [&](unsigned errored) {
        for (unsigned i = 0; i < errored; ++i)
            port.blocks(true, false);
        b.milliseconds(1000);
    };
    enum { los = 9, es = 12, ses = 13, uas = 14 };
    second(0);
    second(1);
    second(299);
    second(300);
    EXPECT_EQ(counter(es), 2u);
    EXPECT_EQ(counter(ses), 0u) << "it may belong to unavailable time";
    EXPECT_EQ(counter(1), 600u);
    port.alarms(CARD_ALARM_LOS);
    for (unsigned i = 0; i < 9; ++i)
        second(0);
    EXPECT_EQ(counter(uas), 10u) << "the severely errored second before belongs to the ten";
    EXPECT_EQ(counter(es), 2u);
    EXPECT_EQ(counter(ses), 0u);
    second(0);
    EXPECT_EQ(counter(los), 10u);
    EXPECT_EQ(counter(uas), 11u);
    port.alarms(0);
    second(0);
    EXPECT_EQ(counter(los), 11u) << "the defect ended in it";
    EXPECT_EQ(counter(uas), 12u);
    for (unsigned i = 0; i < 10; ++i)
        second(i == 3 ? 1 : 0);
    EXPECT_EQ(counter(uas), 12u) << "ten good seconds were available after all";
    EXPECT_EQ(counter(es), 3u);
    second(300);
    second(0);
    EXPECT_EQ(counter(ses), 1u);
    EXPECT_EQ(counter(es), 4u);
}

TEST_F(Card, ADefectThatEndsInASecondSpoilsIt)
{
    E1Port& port = b.device.port(0);
    enum { ais = 10, es = 12, ses = 13 };
    b.milliseconds(500);
    port.alarms(CARD_ALARM_AIS);
    b.milliseconds(1000); // stands over the end of the first second
    port.alarms(0);
    b.milliseconds(500);
    b.milliseconds(1000);
    EXPECT_EQ(counter(ais), 2u);
    EXPECT_EQ(counter(es), 2u);
    EXPECT_EQ(counter(ses), 2u);
}

TEST_F(Card, SecondsWithoutAMultiframeAreSeverelyErrored)
{
    enum { lof = 11, ses = 13 };
    b.device.port(0).alarms(CARD_ALARM_LOMF);
    b.milliseconds(1500);
    b.device.port(0).alarms(0);
    b.milliseconds(1500);
    EXPECT_EQ(counter(lof), 2u);
    EXPECT_EQ(counter(ses), 2u);
}

TEST_F(Card, CountersOfSecondsNeverGoBack)
{
    std::mt19937 chance(3);
    std::array<std::uint32_t, 3> last{};
    unsigned severe = 0, all = 0;
    for (unsigned i = 0; i < 400; ++i) {
        if (i % 13 == 0)
            severe = chance() % 2;
        for (unsigned k = 0; k < (severe ? 300 : chance() % 2); ++k)
            b.device.port(0).blocks(true, false);
        b.milliseconds(1000);
        for (unsigned k = 0; k < 3; ++k) {
            const std::uint32_t now = counter(12 + k);
            ASSERT_GE(now, last[k]) << "counter " << 12 + k << ", second " << i;
            last[k] = now;
        }
        all += severe;
    }
    EXPECT_GT(last[2], 100u);
    EXPECT_LE(last[1] + last[2], 400u);
    EXPECT_GT(all, 100u);
}

TEST_F(Card, TheLogSaysThatAHostWentAndThatItCameBack)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    const auto said = [&] {
        std::vector<unsigned> out;
        const Bytes log = b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 512).value();
        for (std::size_t at = 0; at < log.size(); at += 16)
            if (log[at + 9] == CARD_LOG_NO_HOST)
                out.push_back(log[at + 12]);
        return out;
    };
    b.milliseconds(501);
    EXPECT_EQ(said(), (std::vector<unsigned>{1}));
    b.start();
    b.milliseconds(1);
    EXPECT_EQ(said(), (std::vector<unsigned>{1, 0}));
    b.milliseconds(501);
    EXPECT_EQ(said(), (std::vector<unsigned>{1, 0, 1}));
    ASSERT_TRUE(b.select(0, 0));
    b.milliseconds(2);
    EXPECT_EQ(said(), (std::vector<unsigned>{1, 0, 1})) << "switched off is not back";
}

TEST_F(Card, ADriverThatBeginsIsToldOfADefectThatStands)
{
    ASSERT_TRUE(b.select(0, 1));
    b.device.port(0).alarms(CARD_ALARM_LOS);
    EXPECT_EQ(b.in(0x83, 10), hex("01 0000 0000 0000 0000 02"));
    EXPECT_EQ(b.in(0x83, 10), Bytes());
    ASSERT_TRUE(b.select(0, 0));
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_EQ(b.in(0x83, 10), hex("01 0000 0000 0000 0000 02"));
    EXPECT_EQ(b.in(0x83, 10), Bytes());
    b.device.port(0).alarms(0);
    EXPECT_EQ(b.in(0x83, 10).size(), 10u);
    ASSERT_TRUE(b.select(0, 0));
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_EQ(b.in(0x83, 10), Bytes()) << "all is well: nothing to tell";
}

// ---- Losses ----

TEST_F(Card, ThePacketBehindALossSaysSoAndNotTheOneBefore)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    b.multiframe(0, 0x10);
    for (unsigned n = 0; n < 5; ++n)
        b.frame(0, n, 0x55);
    b.multiframe(0, 0x80); // after a loss
    for (unsigned n = 0; n < 3; ++n)
        b.frame(0, n, 0x66);
    b.multiframe(0, 0xa0); // after another, before anything was fetched
    struct Seen {
        unsigned octet, flags, frames;
        bool operator==(const Seen&) const = default;
    };
    std::vector<Seen> seen;
    for (Bytes p = b.in(0x82); !p.empty(); p = b.in(0x82))
        seen.push_back({p[4], p[2], static_cast<unsigned>(p.size() / 32)});
    const unsigned lost = CARD_E1_HEADER_LOST;
    std::vector<Seen> begins;
    unsigned frames = 0;
    for (const Seen& s : seen) {
        frames += s.frames;
        if (s.flags)
            begins.push_back({s.octet, s.flags, 0});
    }
    EXPECT_EQ(begins, (std::vector<Seen>{{0x80, lost, 0}, {0xa0, lost, 0}}));
    EXPECT_EQ(frames, 3 * 16u + 5 + 3) << "what was received whole is not thrown away";
    EXPECT_EQ(b.device.port(0).received(), 0u);
}

TEST_F(Card, OverflowCountsEachFrameThatWasNotFetched)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned i = 0; i < 16 + 10; ++i)
        b.multiframe(0, 0x10);
    EXPECT_EQ(counter(7), 160u);
    for (unsigned i = 0; i < 5; ++i)
        b.frame(0, i, 0x20);
    Bytes p = b.in(0x82);
    EXPECT_EQ(p[2], 0) << "these came before the loss";
    for (unsigned i = 5; i < 16; ++i)
        b.frame(0, i, 0x20); // there is room, but not at their place
    EXPECT_EQ(counter(7), 176u);
    for (; !p.empty(); p = b.in(0x82))
        EXPECT_EQ(p[2], 0);
    b.multiframe(0, 0x30);
    p = b.in(0x82);
    EXPECT_EQ(p[2], CARD_E1_HEADER_LOST);
    EXPECT_EQ(p[4], 0x30);
    EXPECT_EQ(b.in(0x82)[2], 0);
    EXPECT_EQ(counter(7), 176u);
}

TEST_F(Card, FillerHoldsInEveryLoop)
{
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_FILLER, 0));
    b.start();
    const auto filler = [&] {
        const Bytes p = b.in(0x82);
        return !p.empty() && p[2] & CARD_E1_HEADER_FILLER;
    };
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    b.multiframe(0, 0x10);
    EXPECT_TRUE(filler()) << "payload: the host gets none of the line's frames";
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_LINE, 0));
    b.device.port(0).receiveNothing();
    EXPECT_TRUE(filler()) << "line: no alignment";
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_DIGITAL, 0));
    EXPECT_FALSE(b.transmitted()) << "the host's frames were those before the loop";
    EXPECT_TRUE(filler()) << "digital: the host said nothing";
    b.multiframe(0, 0x10);
    b.device.port(0).receiveNothing();
    EXPECT_EQ(b.in(0x82), Bytes()) << "and not twice as fast";
}

TEST_F(Card, APayloadLoopWithoutAHostSlipsNothing)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    b.milliseconds(600);
    for (unsigned i = 0; i < 100; ++i)
        b.multiframe(0);
    EXPECT_EQ(counter(5), 0u) << "slips_out";
}

TEST_F(Card, APayloadLoopDoesNotStartWithoutAHost)
{
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    std::array<std::uint8_t, 32> f{};
    for (unsigned i = 0; i < 20; ++i) {
        b.multiframe(0, 0x30);
        ASSERT_EQ(b.device.port(0).transmit(f), E1Port::Send::ais) << i;
    }
    EXPECT_EQ(b.device.port(0).state(), 1u) << "waiting for data";
    EXPECT_EQ(counter(5), 0u) << "slips_out";
    b.send(0, 9);
    for (unsigned i = 0; i < 6; ++i)
        b.multiframe(0, 0x30);
    ASSERT_EQ(b.device.port(0).transmit(f), E1Port::Send::ais) << "one packet is not eighty frames";
    b.start();
    for (unsigned i = 0; i < 6; ++i)
        b.multiframe(0, 0x30);
    ASSERT_EQ(b.device.port(0).transmit(f), E1Port::Send::frame);
    EXPECT_EQ(f[1], 0x30);
    ASSERT_TRUE(b.select(0, 0));
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    b.multiframe(0);
    EXPECT_EQ(b.device.port(0).transmit(f), E1Port::Send::ais) << "the next host starts it anew";
}

TEST_F(Card, SpareBitsAreOnesWhereTheHostHasNone)
{
    ASSERT_TRUE(b.select(0, 1));
    Bytes line = b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12).value();
    line[6] = 0x54; // idle octet: a telephone's silence, say
    ASSERT_TRUE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, line));
    b.start();
    std::array<std::uint8_t, 32> f{};
    for (unsigned i = 0; i < 80; ++i)
        b.transmitted();
    ASSERT_EQ(b.device.port(0).transmit(f), E1Port::Send::idle);
    EXPECT_EQ(f[0], 0xff);
    EXPECT_EQ(f[1], 0x54);
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    for (unsigned i = 0; i < 6; ++i)
        b.multiframe(0, 0x40);
    EXPECT_EQ(b.transmitted()->at(0), 0xff);
    ASSERT_TRUE(b.tell(0x41, CARD_ICE1_SET_TX, 0, 0, hex("00000000"))); // transparent: slot 0 as well
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_NONE, 0));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    for (unsigned i = 0; i < 6; ++i)
        b.multiframe(0, 0x40);
    EXPECT_EQ(b.transmitted(), Bytes(32, 0x40));
}

} // namespace
