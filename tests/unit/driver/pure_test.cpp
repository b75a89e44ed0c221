// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel module has of its own logic, in user space.
#include "../../support/fuzz.h"
#include <array>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

extern "C" {
#include "alarms.h"
#include "events.h"
#include "flow.h"
#include "out_pace.h"
#include "pipes.h"
#include "stall.h"
}

namespace {

using callbox::tests::packetsWanted;
using Octets = std::vector<std::uint8_t>;
const unsigned rounds = packetsWanted(200'000); // of chance

// A packet of `frames` frames, each of octets `fill`.
Octets packet(unsigned position, unsigned sequence, unsigned flags, unsigned frames, std::uint8_t fill = 7)
{
    Octets p{static_cast<std::uint8_t>(position), static_cast<std::uint8_t>(sequence), static_cast<std::uint8_t>(flags),
             static_cast<std::uint8_t>(position & 15)};
    p.resize(4 + std::size_t{32} * frames, fill);
    return p;
}

cb_in_packet take(cb_in& in, const Octets& p)
{
    return cb_in_take(&in, p.data(), static_cast<unsigned>(p.size()));
}

TEST(PacketIn, AnEmptyPacketIsNoErrorAndATruncatedOneIsCounted)
{
    cb_in in{};
    cb_in_begin(&in, false);
    EXPECT_EQ(take(in, {}).count, 0u);
    EXPECT_EQ(in.bad, 0u);
    Octets cut = packet(0, 0, 0, 3);
    cut.resize(cut.size() - 5);
    EXPECT_EQ(take(in, cut).count, 2u);
    EXPECT_EQ(take(in, {1, 2, 3}).count, 0u);
    EXPECT_EQ(in.bad, 2u);
}

TEST(PacketIn, FramesThatTheBusLostAreMissingAndTheirTimeIsKept)
{
    cb_in in{};
    cb_in_begin(&in, false);
    take(in, packet(240, 0, 0, 8));
    EXPECT_EQ(take(in, packet(0, 0, 0, 8)).missing, 8u); // 248..255 never came
    EXPECT_EQ(take(in, packet(8, 0, 0, 8)).missing, 0u);
    EXPECT_EQ(take(in, packet(160, 0, 0, 8)).missing, 0u); // a card that began anew
}

TEST(PacketIn, ALineAlignedAnewIsNoLossOnOurCard)
{
    cb_in in{};
    cb_in_begin(&in, true);
    take(in, packet(0, 0, CARD_E1_HEADER_FILLER, 8));
    EXPECT_EQ(take(in, packet(16, 1, 0, 8)).missing, 0u);
    EXPECT_EQ(take(in, packet(32, 3, 0, 8)).missing, 8u);                   // sequence 2 is missing
    EXPECT_EQ(take(in, packet(48, 4, CARD_E1_HEADER_LOST, 8)).missing, 8u); // the card had no room
}

TEST(PacketIn, PacketsOfChanceNeverPointOutsideThemselves)
{
    std::mt19937 chance(3);
    cb_in in{};
    cb_in_begin(&in, true);
    cb_flow flow{};
    const std::array<std::uint8_t, 32> idle{};
    cb_flow_begin(&flow, idle.data(), CB_FLOW_PORT_KEEPS);
    for (unsigned i = 0; i < rounds; ++i) {
        Octets p(chance() % 3 ? chance() % 300 : chance() % 1024);
        for (auto& o : p)
            o = static_cast<std::uint8_t>(chance());
        if (p.size() > 3 && chance() % 4)
            p[3] &= 0x0f;
        const cb_in_packet got = take(in, p);
        if (got.count > 0) {
            ASSERT_EQ(got.frames, p.data() + 4);
            ASSERT_LE(4 + got.count * 32, p.size());
        }
        ASSERT_LE(got.missing, 64u);
        cb_flow_in(&flow, &got);
        std::array<std::uint8_t, 8 * 32> frames;
        auto* const rows = reinterpret_cast<std::uint8_t(*)[32]>(frames.data());
        for (; cb_flow_due(&flow); cb_flow_send(&flow, rows))
            cb_flow_receive(&flow, rows);
    }
}

TEST(Pace, FollowsTheFeedbackAndRefusesWhatIsNone)
{
    cb_pace p{};
    cb_pace_begin(&p);
    const std::uint8_t more[] = {0x00, 0x21, 0}, usbFormat[] = {0, 0, 2};
    EXPECT_FALSE(cb_pace_feedback(&p, usbFormat, 3)); // 10.14 as USB has it
    EXPECT_FALSE(cb_pace_feedback(&p, more, 2));
    EXPECT_EQ(cb_pace_next(&p, 9), 8u);
    ASSERT_TRUE(cb_pace_feedback(&p, more, 3)); // 8448: 8.25 frames
    unsigned frames = 0;
    for (int i = 0; i < 400; ++i)
        frames += cb_pace_next(&p, 9);
    EXPECT_EQ(frames, 3300u);
}

// A minute of a port: the line `ppm` faster than the card.
cb_flow minuteAt(int ppm, bool lineSilent = false)
{
    cb_flow f{};
    std::array<std::uint8_t, 32> idle;
    idle.fill(0xd5);
    cb_flow_begin(&f, idle.data(), CB_FLOW_PORT_KEEPS);
    std::array<std::uint8_t, 9 * 32> out, in{};
    std::uint8_t rows[8][32];
    std::int64_t line = 0;
    for (unsigned ms = 0; ms < 60'000; ++ms) {
        cb_flow_out(&f, 8, out.data());
        unsigned frames = 0;
        for (line += 8 * (1'000'000 + ppm); line >= 1'000'000; line -= 1'000'000)
            ++frames;
        const cb_in_packet p{in.data(), lineSilent ? 0 : frames, 0, false};
        cb_flow_in(&f, &p);
        for (; cb_flow_due(&f); cb_flow_send(&f, rows))
            cb_flow_receive(&f, rows);
    }
    return f;
}

TEST(Flow, WithoutDriftNothingSlips)
{
    const cb_flow f = minuteAt(0);
    EXPECT_EQ(f.slips_left_out + f.slips_said_twice + f.overflow, 0u);
    EXPECT_EQ(f.clock, CB_CLOCK_LINE);
}

TEST(Flow, ADriftingLineSlipsOnceForEachBufferItFills)
{
    // 200 ppm are 96 frames in a minute; between middle and full lie 128, between middle and empty 64.
    EXPECT_EQ(minuteAt(200).slips_left_out, 0u);
    EXPECT_EQ(minuteAt(1000).slips_left_out, 3u);
    EXPECT_EQ(minuteAt(-200).slips_said_twice, 1u);
    EXPECT_EQ(minuteAt(-200).slips_left_out, 0u);
}

TEST(Flow, ACardThatSendsNothingWithoutAlignmentDoesNotStopTheClock)
{
    const cb_flow f = minuteAt(0, true);
    EXPECT_EQ(f.clock, CB_CLOCK_CARD);
    EXPECT_EQ(f.slips_said_twice, 0u);
}

TEST(Flow, NobodyHearsTheCallBefore)
{
    cb_ring r{};
    std::uint8_t said[32], heard[32];
    std::memset(said, 0x77, sizeof said);
    ASSERT_TRUE(cb_ring_push(&r, said) && cb_ring_push(&r, said));
    ASSERT_TRUE(cb_ring_pop(&r, heard));
    EXPECT_EQ(cb_ring_shorten(&r, 0), 1u);
    for (const auto& frame : r.frame)
        for (const std::uint8_t o : frame)
            ASSERT_EQ(o, 0);
}

TEST(Alarms, ADefectThatLastsIsAnAlarmThenTheLineRecovers)
{
    constexpr cb_alarm_times times{2500, 500, 5000};
    cb_alarms a{};
    cb_alarms_begin(&a);
    for (int i = 0; i < 24; ++i)
        EXPECT_FALSE(cb_alarms_pass(&a, &times, CARD_ALARM_LOS, 100));
    EXPECT_TRUE(cb_alarms_pass(&a, &times, CARD_ALARM_LOS, 100));
    EXPECT_EQ(a.now, CARD_ALARM_LOS);
    EXPECT_TRUE(cb_alarms_pass(&a, &times, 0, 100));
    EXPECT_TRUE(cb_alarms_recovers(&a));
    for (int i = 0; i < 48; ++i)
        EXPECT_FALSE(cb_alarms_pass(&a, &times, 0, 100));
    EXPECT_TRUE(cb_alarms_pass(&a, &times, 0, 100));
    EXPECT_FALSE(cb_alarms_recovers(&a));
}

TEST(Events, CountersRunOverWithoutAJump)
{
    cb_events e{};
    cb_events_begin(&e, false);
    const std::uint8_t before[] = {1, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 2}, after[] = {1, 3, 0, 0, 0, 0, 0, 0, 0, 0};
    cb_events_take(&e, before, 10);
    EXPECT_EQ(e.defects, CARD_ALARM_LOS);
    cb_events_take(&e, after, 10);
    EXPECT_EQ(e.crc, 5u);
    EXPECT_EQ(e.defects, 0);
    cb_events_take(&e, after, 9);
    EXPECT_EQ(e.bad, 1u);
}

TEST(Events, AGapInTheSequenceMakesTheDriverAsk)
{
    cb_events e{};
    cb_events_begin(&e, true);
    const std::uint8_t first[] = {2, 255, 4, 0, 0, 0, 0, 0, 0, 0}, next[] = {2, 0, 0, 0, 4, 0, 0, 0, 0, 0},
                       gap[] = {5, 2, 1, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_FALSE(cb_events_take(&e, first, 10));
    EXPECT_EQ(e.defects, CARD_ALARM_LOF);
    EXPECT_FALSE(cb_events_take(&e, next, 10));
    EXPECT_TRUE(cb_events_take(&e, gap, 10));
    EXPECT_EQ(e.slips_out, 1u);
}

TEST(Events, EventsOfChanceAreTakenWholeOrCountedAsBad)
{
    std::mt19937 chance(9);
    for (const bool ours : {true, false}) {
        cb_events e{};
        cb_events_begin(&e, ours);
        for (unsigned i = 0; i < rounds; ++i) {
            std::array<std::uint8_t, CARD_E1_INTERRUPT_SIZE + 6> octets;
            for (auto& o : octets)
                o = static_cast<std::uint8_t>(chance());
            octets[0] = static_cast<std::uint8_t>(chance() % 4 ? chance() % 7 : octets[0]);
            if (chance() % 4)
                octets[1] = static_cast<std::uint8_t>(i);
            const unsigned length = chance() % 4 ? CARD_E1_INTERRUPT_SIZE : chance() % octets.size();
            const cb_events before = e;
            cb_events_take(&e, octets.data(), length);
            ASSERT_EQ(e.bad + e.told, before.bad + before.told + 1) << i << ", length " << length;
            if (length != CARD_E1_INTERRUPT_SIZE)
                ASSERT_EQ(e.told, before.told) << i;
            if (!ours)
                ASSERT_EQ(e.defects & ~(CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_RAI), 0) << i;
        }
    }
}

TEST(Pace, FeedbackOfChanceNeverAsksForMoreThanAPacketHolds)
{
    std::mt19937 chance(13);
    cb_pace p{};
    cb_pace_begin(&p);
    for (unsigned i = 0; i < rounds; ++i) {
        std::array<std::uint8_t, 8> octets;
        for (auto& o : octets)
            o = static_cast<std::uint8_t>(chance());
        if (chance() % 2) {
            octets[1] = static_cast<std::uint8_t>(0x18 + chance() % 0x10);
            octets[2] = 0;
        }
        cb_pace_feedback(&p, octets.data(), chance() % 4 ? 3 : chance() % 9);
        const unsigned frames = cb_pace_next(&p, 9);
        ASSERT_GE(frames, 4U);
        ASSERT_LE(frames, 9U);
    }
}

TEST(Events, AnAlarmWhoseEndWasLostAsTheLastEventDoesNotStandForEver)
{
    const std::pair<std::uint8_t, std::uint8_t> each[] = {{CARD_ALARM_LOS, CARD_ICE1_FLAG_LOS},
                                                          {CARD_ALARM_AIS, CARD_ICE1_FLAG_AIS},
                                                          {CARD_ALARM_LOF, CARD_ICE1_FLAG_ALIGNMENT},
                                                          {CARD_ALARM_LOMF, CARD_ICE1_FLAG_ALIGNMENT},
                                                          {CARD_ALARM_RAI, CARD_ICE1_FLAG_RAI}};
    for (const auto& [alarm, flag] : each) {
        cb_events e{};
        cb_events_begin(&e, true);
        const std::uint8_t begins[] = {2, 0, alarm, 0, 0, 0, 0, 0, 0, 0}, stands[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, flag},
                           counted[] = {1, 9, 0, 0, 0, 0, 0, 0, 0, 0};
        EXPECT_FALSE(cb_events_take(&e, begins, 10));
        EXPECT_FALSE(cb_events_take(&e, stands, 10)) << "what it says is known: alarm " << int(alarm);
        EXPECT_TRUE(cb_events_take(&e, counted, 10)) << "the event of its end never came: alarm " << int(alarm);
        EXPECT_TRUE(cb_events_status(&e, e.told, 0));
        EXPECT_FALSE(cb_events_take(&e, counted, 10));
    }
}

TEST(Events, TheDefectsOfAnIcE1usbAreItsFlagsAndItIsNotAskedForThem)
{
    cb_events e{};
    cb_events_begin(&e, false);
    const std::uint8_t los[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, CARD_ICE1_FLAG_LOS};
    EXPECT_FALSE(cb_events_take(&e, los, 10));
    EXPECT_EQ(e.defects, CARD_ALARM_LOS);
}

TEST(Events, AnAnswerThatAnEventOvertookChangesNothing)
{
    cb_events e{};
    cb_events_begin(&e, true);
    const card_u32 asked = e.told;
    const std::uint8_t los[] = {2, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    cb_events_take(&e, los, 10);
    EXPECT_FALSE(cb_events_status(&e, asked, 0)) << "the line was well when the card was asked";
    EXPECT_EQ(e.defects, CARD_ALARM_LOS);
    EXPECT_TRUE(cb_events_status(&e, e.told, CARD_ALARM_AIS));
    EXPECT_EQ(e.defects, CARD_ALARM_AIS);
}

TEST(Events, AnAnswerOfAnIcE1usbThatAnEventOvertookIsNot65536Errors)
{
    cb_events e{};
    cb_events_begin(&e, false);
    const card_u32 asked = e.told;
    const std::uint8_t event[] = {1, 9, 0, 0, 0, 0, 0, 0, 0, 0};
    card_ice1_errors before{};
    EXPECT_TRUE(cb_events_asked(&e, asked, &before));
    cb_events_take(&e, event, 10);
    EXPECT_EQ(e.crc, 9u);
    EXPECT_FALSE(cb_events_asked(&e, asked, &before));
    EXPECT_EQ(e.crc, 9u);
}

TEST(Alarms, TheFarEndHearsOfALineThatCannotBeUsedUntilItHasRecovered)
{
    constexpr cb_alarm_times times{100, 100, 200};
    cb_alarms a{};
    cb_alarms_begin(&a);
    EXPECT_FALSE(cb_alarms_unusable(&a));
    cb_alarms_pass(&a, &times, CARD_ALARM_RAI, 100);
    EXPECT_EQ(a.now, CARD_ALARM_RAI);
    EXPECT_FALSE(cb_alarms_unusable(&a)) << "two ends that tell each other never stop";
    cb_alarms_pass(&a, &times, CARD_ALARM_LOF, 100);
    EXPECT_TRUE(cb_alarms_unusable(&a));
    cb_alarms_pass(&a, &times, 0, 100);
    EXPECT_TRUE(cb_alarms_unusable(&a)) << "it recovers";
    cb_alarms_pass(&a, &times, 0, 100);
    EXPECT_FALSE(cb_alarms_unusable(&a));
}

TEST(Stall, EachStreamThatComesBackNoMoreIsFoundAfterASecondAndOnceASecond)
{
    for (unsigned stopped = 0; stopped < CB_STREAMS; ++stopped) {
        cb_stall s{};
        card_u32 back[CB_STREAMS] = {0xffffffff, 5, 5}; // they run over
        cb_stall_begin(&s, back);
        unsigned found = 0;
        for (unsigned ms = 100; ms <= 3000; ms += 100) {
            for (unsigned i = 0; i < CB_STREAMS; ++i)
                back[i] += i != stopped;
            const unsigned now = cb_stall_pass(&s, back, 100);
            EXPECT_EQ(now, ms % 1000 == 0 ? 1U << stopped : 0U) << ms;
            EXPECT_EQ(cb_stall_stands(&s), ms >= 1000);
            found += now != 0;
        }
        EXPECT_EQ(found, 3u);
        ++back[stopped];
        EXPECT_EQ(cb_stall_pass(&s, back, 100), 0u);
        EXPECT_FALSE(cb_stall_stands(&s));
    }
}

TEST(Pipes, DescriptorsOfChanceAreRefusedWithAReason)
{
    const std::vector<cb_endpoint> good{
        {0x82, 0x05, 1, 292}, {0x01, 0x05, 1, 292}, {0x81, 0x11, 3, 3}, {0x83, 3, 4, 10}};
    cb_pipes p;
    ASSERT_EQ(cb_pipes_find(&p, good.data(), 4), nullptr);
    EXPECT_EQ(p.frames_max, 9u);
    EXPECT_FALSE(cb_pipes_off(good.data(), 4));
    EXPECT_TRUE(cb_pipes_off(good.data() + 3, 1));
    std::mt19937 chance(5);
    unsigned accepted = 0;
    for (unsigned i = 0; i < rounds; ++i) {
        auto bad = good;
        cb_endpoint& e = bad[chance() % 4];
        switch (chance() % 4) {
        case 0:
            e.address = static_cast<std::uint8_t>(chance());
            break;
        case 1:
            e.attributes = static_cast<std::uint8_t>(chance());
            break;
        case 2:
            e.interval = static_cast<std::uint8_t>(chance());
            break;
        default:
            e.size = chance() % 2048;
            break;
        }
        if (cb_pipes_find(&p, bad.data(), static_cast<unsigned>(chance() % 5)) != nullptr)
            continue;
        ++accepted;
        ASSERT_TRUE(p.in.size >= 36 && p.in.size <= 1023 && p.out.size >= 260 && p.frames_max >= 8 &&
                    p.frames_max <= 9 && p.feedback.size >= 3 && p.interrupt.size >= 10 && p.interrupt.size <= 64);
    }
    EXPECT_GT(accepted, 0u);
}

} // namespace
