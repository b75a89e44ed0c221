// SPDX-License-Identifier: GPL-2.0-or-later
// Loops of a virtual span: every sample comes back once and in order, with and without a far end; afterwards all is as
// before.
#include <algorithm>
#include <callbox/hal/loopback.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

struct Talker final : AudioPort {
    void onAudio(const AudioBlock& b) override
    {
        heard.insert(heard.end(), b.rx.begin(), b.rx.end());
        for (std::uint8_t& o : b.tx) {
            next = next * 1664525U + 1013904223U;
            o = static_cast<std::uint8_t>(next >> 24);
            said.push_back(o);
        }
    }
    explicit Talker(unsigned seed) : next(seed) {}
    unsigned next;
    OctetBuffer said, heard;
};

// What `to` heard, after the quiet at its beginning, is what `from` said, without a gap.
void expectHeard(const Talker& from, const Talker& to, std::size_t atLeast)
{
    const auto it = std::search(to.heard.begin(), to.heard.end(), from.said.begin(), from.said.begin() + 160);
    ASSERT_NE(it, to.heard.end());
    EXPECT_GE(std::size_t(to.heard.end() - it), atLeast);
    EXPECT_TRUE(std::equal(it, to.heard.end(), from.said.begin()));
}

struct Frames final : FrameSink {
    void onFrame(Octets f) override { got.emplace_back(f.begin(), f.end()); }
    void onSpanState(bool) override {}
    std::vector<OctetBuffer> got;
};

class Loops : public testing::TestWithParam<bool> { // whether the end that is looped has the clock
protected:
    Loops()
    {
        EXPECT_TRUE(near.start());
        EXPECT_TRUE(far.start());
        near.setFrameSink(&nearFrames);
        far.setFrameSink(&farFrames);
        loop.runFor(100ms);
    }
    static Result<void> set(SpanIo& io, Loopback l) { return dynamic_cast<LoopbackControl&>(io).setLoopback(l); }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    std::unique_ptr<VirtualClock> clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    SpanIo& nearIo = GetParam() ? *pair.first : *pair.second;
    Span near{edges, {.name = "near"}, std::move(GetParam() ? pair.first : pair.second)};
    Span far{edges, {.name = "far"}, std::move(GetParam() ? pair.second : pair.first)};
    Frames nearFrames, farFrames;
    OctetBuffer frame{0x02, 0x01, 0x7F};
};
INSTANTIATE_TEST_SUITE_P(Virtual, Loops, testing::Bool(),
                         [](const auto& param) { return param.param ? "ClockEnd" : "FollowEnd"; });

TEST_P(Loops, ALocalOneBringsBackWhatWeSend)
{
    ASSERT_TRUE(set(nearIo, Loopback::local));
    auto first = std::move(*near.open(Timeslot{1}));
    auto second = std::move(*near.open(Timeslot{9}));
    Talker one(1), two(2);
    first->setPort(&one);
    second->setPort(&two);
    loop.runFor(1s);
    expectHeard(one, one, 7000);
    expectHeard(two, two, 7000);
    EXPECT_TRUE(near.sendFrame(frame));
    EXPECT_TRUE(nearFrames.got.empty()) << "from inside the call that sent it";
    loop.runFor(20ms);
    EXPECT_EQ(nearFrames.got, std::vector<OctetBuffer>{frame});
    EXPECT_TRUE(farFrames.got.empty());
    EXPECT_TRUE(far.alarms().ais) << "the far end is told";
    EXPECT_FALSE(near.alarms().any());
}

TEST_P(Loops, ALocalOneNeedsNobody)
{
    far.stop();
    loop.runFor(1s);
    EXPECT_TRUE(near.alarms().los);
    ASSERT_TRUE(set(nearIo, Loopback::local));
    loop.runFor(100ms);
    EXPECT_FALSE(near.alarms().any());
    auto channel = std::move(*near.open(Timeslot{1}));
    Talker talker(1);
    channel->setPort(&talker);
    loop.runFor(1s);
    expectHeard(talker, talker, 7000);
    ASSERT_TRUE(set(nearIo, Loopback::none));
    loop.runFor(1s);
    EXPECT_TRUE(near.alarms().los) << "nothing moves any more";
}

TEST_P(Loops, TheNextUserOfAChannelHearsNothingOfTheLast)
{
    ASSERT_TRUE(set(nearIo, Loopback::local));
    Talker last(1), next(2);
    auto other = std::move(*near.open(Timeslot{2}));
    other->setPort(&next);
    auto channel = std::move(*near.open(Timeslot{1}));
    channel->setPort(&last);
    loop.runFor(200ms);
    channel.reset();
    channel = std::move(*near.open(Timeslot{1}));
    Talker quiet(3);
    channel->setPort(&quiet);
    loop.runFor(60ms);
    EXPECT_EQ(std::search(quiet.heard.begin(), quiet.heard.end(), last.said.end() - 160, last.said.end()),
              quiet.heard.end());
    expectHeard(next, next, 1600);
}

TEST_P(Loops, OneTowardsTheLineSendsBackWhatComes)
{
    for (const Loopback kind : {Loopback::line, Loopback::payload}) {
        ASSERT_TRUE(set(nearIo, kind));
        auto channel = std::move(*far.open(Timeslot{31}));
        Talker talker(7);
        channel->setPort(&talker);
        auto ours = std::move(*near.open(Timeslot{30}));
        Talker listener(8); // on a channel that the far end has not open
        ours->setPort(&listener);
        loop.runFor(1s);
        expectHeard(talker, talker, 7000);
        EXPECT_TRUE(far.sendFrame(frame));
        loop.runFor(40ms);
        EXPECT_EQ(farFrames.got, std::vector<OctetBuffer>{frame});
        farFrames.got.clear();
        EXPECT_TRUE(near.sendFrame(frame)) << "it goes nowhere";
        loop.runFor(40ms);
        EXPECT_TRUE(farFrames.got.empty());
    }
}

TEST_P(Loops, AfterwardsTheEndsHearEachOther)
{
    for (const Loopback kind : {Loopback::local, Loopback::line, Loopback::payload}) {
        ASSERT_TRUE(set(nearIo, kind));
        loop.runFor(1s);
        ASSERT_TRUE(set(nearIo, Loopback::none));
        loop.runFor(1s);
        EXPECT_FALSE(near.alarms().any()) << name(kind);
        EXPECT_FALSE(far.alarms().any()) << name(kind);
        auto a = std::move(*near.open(Timeslot{3}));
        auto b = std::move(*far.open(Timeslot{3}));
        Talker here(1), there(2);
        a->setPort(&here);
        b->setPort(&there);
        loop.runFor(1s);
        expectHeard(here, there, 7000);
        expectHeard(there, here, 7000);
    }
}

TEST_P(Loops, AStopEndsItAndAStoppedSpanHasNone)
{
    ASSERT_TRUE(set(nearIo, Loopback::local));
    near.stop();
    EXPECT_EQ(set(nearIo, Loopback::local).error().code, Errc::gone);
    ASSERT_TRUE(near.start());
    loop.runFor(1s);
    EXPECT_FALSE(far.alarms().any());
    EXPECT_FALSE(near.alarms().any());
}

} // namespace
