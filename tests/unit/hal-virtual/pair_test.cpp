// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual spans: lossless both ways, late ends waited for, faults only on demand.
#include "../../support/scratch_folder.h"
#include <algorithm>
#include <callbox/hal/virtual_span.h>
#include <filesystem>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

// Sends a counting pattern and keeps what it hears.
struct Talker final : AudioPort {
    explicit Talker(unsigned seed) : next(seed) {}
    void onAudio(const AudioBlock& b) override
    {
        lost += b.lost;
        heard.insert(heard.end(), b.rx.begin(), b.rx.end());
        for (std::uint8_t& o : b.tx) {
            next = next * 1664525U + 1013904223U;
            o = static_cast<std::uint8_t>(next >> 24);
            said.push_back(o);
        }
    }
    unsigned next;
    std::uint32_t lost = 0;
    OctetBuffer said, heard;
};

// What was heard, after the idle octets at its beginning, is the beginning of what was said.
void expectHeard(const Talker& from, const Talker& to, std::size_t atLeast)
{
    auto it = std::search(to.heard.begin(), to.heard.end(), from.said.begin(), from.said.begin() + 160);
    ASSERT_NE(it, to.heard.end());
    const auto n = static_cast<std::size_t>(to.heard.end() - it);
    EXPECT_GE(n, atLeast);
    EXPECT_TRUE(std::equal(it, to.heard.end(), from.said.begin()));
}

struct Frames final : FrameSink {
    void onFrame(Octets f) override { got.emplace_back(f.begin(), f.end()); }
    void onSpanState(bool) override {}
    std::vector<OctetBuffer> got;
};

struct World {
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    std::unique_ptr<VirtualClock> clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    SpanIo& nearIo = *pair.first;
    SpanIo& farIo = *pair.second;
    Span near{edges, {.name = "near"}, std::move(pair.first)};
    Span far{edges, {.name = "far"}, std::move(pair.second)};
    World()
    {
        EXPECT_TRUE(near.start());
        EXPECT_TRUE(far.start());
    }
};

TEST(VirtualPair, StartsInLossOfSignalUntilSamplesMove)
{
    World w;
    EXPECT_TRUE(w.near.alarms().los);
    EXPECT_TRUE(w.far.alarms().los);
    EXPECT_FALSE(w.far.framesMoving());
    w.loop.runFor(100ms);
    EXPECT_FALSE(w.near.alarms().any());
    EXPECT_FALSE(w.far.alarms().any());
    EXPECT_TRUE(w.far.framesMoving());
}

TEST(VirtualPair, CarriesAllChannelsBothWaysWithoutLoss)
{
    World w;
    w.loop.runFor(100ms);
    std::vector<std::unique_ptr<Channel>> channels;
    std::vector<std::unique_ptr<Talker>> nearTalkers, farTalkers;
    for (unsigned i = 1; i <= 31; ++i) {
        if (i == 16)
            continue;
        const Timeslot slot{static_cast<std::uint8_t>(i)};
        for (Span* s : {&w.near, &w.far}) {
            auto c = s->open(slot);
            ASSERT_TRUE(c);
            auto& talkers = s == &w.near ? nearTalkers : farTalkers;
            talkers.push_back(std::make_unique<Talker>(i * 2 + (s == &w.near)));
            (*c)->setPort(talkers.back().get());
            channels.push_back(std::move(*c));
        }
    }
    w.loop.runFor(2s);
    for (std::size_t i = 0; i < nearTalkers.size(); ++i) {
        expectHeard(*nearTalkers[i], *farTalkers[i], 15000);
        expectHeard(*farTalkers[i], *nearTalkers[i], 15000);
        EXPECT_EQ(nearTalkers[i]->lost, 0u);
    }
}

TEST(VirtualPair, AReopenedChannelHearsNothingOfItsEarlierCall)
{
    World w;
    w.loop.runFor(100ms);
    Talker first(1), second(2), far(3);
    auto farChannel = w.far.open(Timeslot{1});
    (*farChannel)->setPort(&far);
    auto a = w.near.open(Timeslot{1});
    (*a)->setPort(&first);
    w.loop.runFor(1s);
    a->reset();
    farChannel->reset();
    auto b = w.near.open(Timeslot{1});
    (*b)->setPort(&second);
    w.loop.runFor(1s);
    for (std::uint8_t o : second.heard)
        ASSERT_EQ(o, idleOctet(Law::alaw));
}

TEST(VirtualPair, FramesGoAtOnceAndOnlyInjectedOnesAreLost)
{
    World w;
    w.loop.runFor(100ms);
    Frames got;
    w.far.setFrameSink(&got);
    auto& faults = dynamic_cast<FaultInjection&>(w.nearIo);
    const OctetBuffer frame{2, 1, 0, 0, 8};
    ASSERT_TRUE(w.near.sendFrame(frame));
    w.loop.runReady();
    ASSERT_EQ(got.got.size(), 1u);
    EXPECT_EQ(got.got[0], frame);
    faults.setFaults({.dropFrames = 1, .corruptFrames = 1});
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(w.near.sendFrame(frame));
    w.loop.runReady();
    EXPECT_EQ(got.got.size(), 2u);
    EXPECT_EQ(w.far.counters().framesBad, 1u);
    EXPECT_FALSE(w.near.sendFrame(OctetBuffer(265)));
    EXPECT_FALSE(w.near.sendFrame(OctetBuffer(2)));
}

TEST(VirtualPair, CableOutIsSeenAtBothEndsAndClears)
{
    World w;
    w.loop.runFor(100ms);
    auto& faults = dynamic_cast<FaultInjection&>(w.farIo);
    faults.setFaults({.los = true});
    w.loop.runFor(20ms);
    EXPECT_TRUE(w.near.alarms().los);
    EXPECT_TRUE(w.far.alarms().los);
    w.loop.runFor(2s);
    EXPECT_FALSE(w.near.framesMoving());
    faults.setFaults({.ais = true});
    w.loop.runFor(100ms);
    EXPECT_FALSE(w.near.alarms().los);
    EXPECT_TRUE(w.near.alarms().ais);
    EXPECT_FALSE(w.far.alarms().any());
    EXPECT_GT(w.near.counters().lostSamples, 15000u); // told, not hidden
}

TEST(VirtualPair, ASilentEndIsWaitedForThenAloneInLos)
{
    SimLoop loop;
    World w; // its own loop; a second pair on the same clock shows that others go on
    VirtualPair other = makeVirtualPair(w.loop, *w.clock);
    Span near2(w.edges, {.name = "near2"}, std::move(other.first));
    Span far2(w.edges, {.name = "far2"}, std::move(other.second));
    ASSERT_TRUE(near2.start());
    ASSERT_TRUE(far2.start());
    w.loop.runFor(200ms);
    auto& faults = dynamic_cast<FaultInjection&>(w.farIo);
    faults.setFaults({.silent = true});
    w.loop.runFor(300ms);
    EXPECT_FALSE(w.near.alarms().los);
    faults.setFaults({});
    w.loop.runFor(100ms);
    EXPECT_FALSE(w.near.alarms().los);
    EXPECT_EQ(w.near.counters().lostSamples, 0u); // late is not lost
    EXPECT_GE(w.near.counters().lateMs, 200u);
    faults.setFaults({.silent = true});
    w.loop.runFor(1s);
    EXPECT_TRUE(w.near.alarms().los);
    EXPECT_FALSE(near2.alarms().any());
    EXPECT_TRUE(near2.framesMoving());
    faults.setFaults({});
    w.loop.runFor(200ms);
    EXPECT_FALSE(w.near.alarms().los);
    EXPECT_FALSE(w.far.alarms().los);
}

// A message was heard with 20 ms of silence in it: the box answered one tick of the exchange's clock late.
TEST(VirtualPair, AnEndThatIsLateNowAndThenLeavesNoHoleInWhatIsHeard)
{
    World w;
    w.loop.runFor(100ms);
    Talker near(1), far(2);
    auto farChannel = w.far.open(Timeslot{1});
    (*farChannel)->setPort(&far);
    auto nearChannel = w.near.open(Timeslot{1});
    (*nearChannel)->setPort(&near);
    auto& faults = dynamic_cast<FaultInjection&>(w.farIo);
    for (const Duration late : {0ms, 25ms, 45ms, 130ms, 25ms}) {
        w.loop.runFor(205ms);
        faults.setFaults({.silent = true});
        w.loop.runFor(late);
        faults.setFaults({});
    }
    w.loop.runFor(1s);
    expectHeard(near, far, 14000);
    expectHeard(far, near, 14000);
    EXPECT_EQ(near.lost, 0u);
    EXPECT_EQ(w.near.counters().slips, 0u);
}

// A switch's tie cannot wait for a box: what is missing is at least counted.
TEST(VirtualPair, UnderAFollowingClockWhatCameTooLateIsASlip)
{
    World w;
    const std::unique_ptr<VirtualClock> following = VirtualClock::following(w.loop);
    VirtualPair tie = makeVirtualPair(w.loop, *following);
    SpanIo& boxIo = *tie.second;
    Span switchEnd(w.edges, {.name = "tie"}, std::move(tie.first));
    Span boxEnd(w.edges, {.name = "box"}, std::move(tie.second));
    ASSERT_TRUE(switchEnd.start());
    ASSERT_TRUE(boxEnd.start());
    const auto tick = [&] {
        following->follow(160);
        w.loop.runReady();
    };
    for (int i = 0; i < 5; ++i)
        tick();
    Talker near(1), far(2);
    auto boxChannel = boxEnd.open(Timeslot{1});
    (*boxChannel)->setPort(&far);
    auto channel = switchEnd.open(Timeslot{1});
    (*channel)->setPort(&near);
    auto& faults = dynamic_cast<FaultInjection&>(boxIo);
    const auto late = [&](int ticks) {
        for (int i = 0; i < 5; ++i)
            tick();
        faults.setFaults({.silent = true});
        for (int i = 0; i < ticks; ++i)
            tick();
        faults.setFaults({});
        w.loop.runReady();
        for (int i = 0; i < 5; ++i)
            tick();
    };
    late(2); // the second tick finds nothing new, but the answer in hand
    late(2);
    EXPECT_EQ(switchEnd.counters().slips, 0u);
    expectHeard(far, near, 20 * 160);
    late(3);
    EXPECT_EQ(switchEnd.counters().slips, 1u);
}

TEST(VirtualPair, ASlipIsCountedAndToldAsLost)
{
    World w;
    w.loop.runFor(100ms);
    dynamic_cast<FaultInjection&>(w.farIo).setFaults({.slips = 2});
    w.loop.runFor(200ms);
    EXPECT_EQ(w.far.counters().slips, 2u);
    EXPECT_EQ(w.far.counters().lostSamples, 320u);
    EXPECT_EQ(w.near.counters().slips, 0u);
}

TEST(VirtualSocket, AFolderDeeperThanASocketAddressWorksAndAKilledEndComesBack)
{
    RealLoop loop;
    auto random = makeSystemRandom();
    auto files = makeSystemFiles();
    auto disk = makeThreadExecutor(loop, "disk");
    Edges edges{loop, *random, *files, *disk, Log()};
    const tests::ScratchFolder folder("span");
    const std::string deep = folder.path() + "/" + std::string(120, 'd') + "/with blanks";
    std::filesystem::create_directories(deep);
    auto clock = VirtualClock::paced(loop);
    Span near(edges, {.name = "near"}, makeVirtualListener(loop, *clock, deep + "/span.sock"));
    ASSERT_TRUE(near.start());
    Talker a(1), b(2);
    std::unique_ptr<Channel> ca, cb;
    auto far =
        std::make_unique<Span>(edges, SpanConfig{.name = "far"}, makeVirtualConnector(loop, deep + "/span.sock"));
    ASSERT_TRUE(far->start());
    int phase = 0;
    near.onChange([&] {
        if (phase == 0 && near.framesMoving()) {
            phase = 1;
            ca = std::move(*near.open(Timeslot{5}));
            cb = std::move(*far->open(Timeslot{5}));
            ca->setPort(&a);
            cb->setPort(&b);
        } else if (phase == 2 && near.alarms().los) {
            phase = 3;
            loop.post([&] {
                far = std::make_unique<Span>(edges, SpanConfig{.name = "far"},
                                             makeVirtualConnector(loop, deep + "/span.sock"));
                ASSERT_TRUE(far->start());
            });
        } else if (phase == 3 && near.framesMoving() && !near.alarms().any()) {
            loop.stop();
        }
    });
    Timer enough(loop);
    std::function<void()> look = [&] {
        if (phase == 1 && a.heard.size() > 3200) {
            phase = 2;
            expectHeard(a, b, 1600);
            expectHeard(b, a, 1600);
            cb.reset();
            far.reset();
        }
        enough.after(5ms, look);
    };
    look();
    loop.run();
    EXPECT_EQ(phase, 3);
    near.stop();
}

} // namespace
