// SPDX-License-Identifier: GPL-2.0-or-later
// hal::Span: checks once for all backends, counts, keeps alarms and the trace.
#include <callbox/hal/span.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

struct NoSound final : AudioPort {
    void onAudio(const AudioBlock&) override { ++blocks; }
    unsigned blocks = 0;
};

// A span whose backend does what the test says.
struct ScriptedIo final : SpanIo {
    Result<void> start(const SpanConfig&, SpanEvents& e) override
    {
        events = &e;
        return startResult;
    }
    void stop() noexcept override { stopped = true; }
    Result<void> openSlot(Timeslot) override { return {}; }
    void closeSlot(Timeslot t) noexcept override { closed.push_back(t); }
    Result<void> sendFrame(Octets f) override
    {
        sent.emplace_back(f.begin(), f.end());
        return {};
    }
    SpanEvents* events = nullptr;
    Result<void> startResult;
    bool stopped = false;
    std::vector<Timeslot> closed;
    std::vector<OctetBuffer> sent;
};

struct World {
    World()
    {
        auto owned = std::make_unique<ScriptedIo>();
        io = owned.get();
        span = std::make_unique<Span>(edges, SpanConfig{.name = "line"}, std::move(owned));
    }
    OctetBuffer tx;
    void tick(std::uint8_t heard = 0xD5)
    {
        OctetBuffer rx(160, heard);
        tx.assign(160, 0xD5);
        SlotBlock block{Timeslot{1}, rx, tx};
        io->events->onTick({clock, 160, 0, {&block, 1}});
        clock += 160;
    }
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    ScriptedIo* io = nullptr;
    std::unique_ptr<Span> span;
    std::uint64_t clock = 0;
};

TEST(Span, ASlotThatIsNoBChannelIsRefusedByName)
{
    World w;
    ASSERT_TRUE(w.span->start());
    for (std::uint8_t slot : {std::uint8_t{0}, std::uint8_t{16}, std::uint8_t{32}, std::uint8_t{255}}) {
        const auto r = w.span->open(Timeslot{slot});
        ASSERT_FALSE(r);
        EXPECT_EQ(r.error().code, Errc::invalid);
        EXPECT_NE(r.error().what.find("timeslot " + std::to_string(slot)), std::string::npos) << r.error().what;
    }
}

// Says 50.
struct Speaker final : AudioPort, SpanMonitor {
    void onAudio(const AudioBlock& b) override
    {
        heard = b.rx[0];
        std::fill(b.tx.begin(), b.tx.end(), std::uint8_t{50});
    }
    void onBlock(Timeslot, const AudioBlock& b) override { onLine = {b.rx[0], b.tx[0]}; }
    int heard = 0;
    std::pair<int, int> onLine;
};

TEST(Span, AGainIsBetweenTheLineAndThoseWhoHearAndSpeak)
{
    World w;
    ASSERT_TRUE(w.span->start());
    auto channel = w.span->open(Timeslot{1});
    ASSERT_TRUE(channel);
    Speaker speaker, listener;
    (*channel)->setPort(&speaker);
    w.span->addMonitor(listener);
    Gains g;
    for (unsigned o = 0; o < 256; ++o) {
        g.rx[o] = std::uint8_t(o + 1);
        g.tx[o] = std::uint8_t(o + 2);
    }
    w.span->setGains(g);
    w.tick(7);
    EXPECT_EQ(speaker.heard, 8);
    EXPECT_EQ(w.tx, OctetBuffer(160, 52));
    EXPECT_EQ(listener.onLine, std::make_pair(7, 52)) << "a monitor has what is on the line";
    (*channel)->carryAsItIs(); // a bit error test
    w.tick(7);
    EXPECT_EQ(speaker.heard, 7);
    EXPECT_EQ(w.tx, OctetBuffer(160, 50));
    w.span->setGains({});
    auto other = w.span->open(Timeslot{2});
    w.tick(9);
    EXPECT_EQ(speaker.heard, 9);
    w.span->removeMonitor(listener);
}

TEST(Span, AnOpenSlotIsBusyUntilItIsGivenBack)
{
    World w;
    ASSERT_TRUE(w.span->start());
    auto first = w.span->open(Timeslot{3});
    ASSERT_TRUE(first);
    EXPECT_EQ(w.span->open(Timeslot{3}).error().code, Errc::busy);
    first->reset();
    EXPECT_EQ(w.io->closed, std::vector{Timeslot{3}});
    EXPECT_TRUE(w.span->open(Timeslot{3}));
}

TEST(Span, AChannelMayOutliveItsSpan)
{
    World w;
    ASSERT_TRUE(w.span->start());
    auto channel = w.span->open(Timeslot{3});
    w.span.reset();
    EXPECT_TRUE(w.io == nullptr || channel);
    channel->reset(); // touches no span
}

TEST(Span, NotRunningIsGone)
{
    World w;
    const std::uint8_t frame[] = {2, 1, 127};
    EXPECT_EQ(w.span->open(Timeslot{1}).error().code, Errc::gone);
    EXPECT_EQ(w.span->sendFrame(frame).error().code, Errc::gone);
    w.io->startResult = Error{Errc::busy, "in use"};
    const auto r = w.span->start();
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().what, "starting span line: in use");
}

TEST(Span, FramesOfAWrongLengthAreRefused)
{
    World w;
    ASSERT_TRUE(w.span->start());
    EXPECT_EQ(w.span->sendFrame(OctetBuffer(2)).error().code, Errc::invalid);
    EXPECT_EQ(w.span->sendFrame(OctetBuffer(265)).error().code, Errc::invalid);
    EXPECT_TRUE(w.span->sendFrame(OctetBuffer(264)));
    EXPECT_EQ(w.io->sent.size(), 1u);
    EXPECT_EQ(w.span->trace().total(), 1u);
}

TEST(Span, OnlyMovingSamplesMakeItMove)
{
    World w;
    ASSERT_TRUE(w.span->start());
    w.io->events->onAlarms({});
    EXPECT_FALSE(w.span->alarms().any());
    EXPECT_FALSE(w.span->framesMoving()) << "clear alarms prove nothing (N4)";
    w.tick();
    EXPECT_TRUE(w.span->framesMoving());
    w.loop.runFor(600ms);
    EXPECT_FALSE(w.span->framesMoving());
}

TEST(Span, ATickReachesTheOpenChannelsAndThenTheFollower)
{
    World w;
    ASSERT_TRUE(w.span->start());
    NoSound port;
    auto channel = w.span->open(Timeslot{1});
    ASSERT_TRUE(channel);
    unsigned followed = 0;
    w.span->setTickFollower([&](std::uint32_t samples) { followed += port.blocks ? samples : 0; });
    w.tick(); // no port yet
    (*channel)->setPort(&port);
    w.tick();
    EXPECT_EQ(port.blocks, 1u);
    EXPECT_EQ(followed, 160u);
    (*channel)->setPort(nullptr);
    w.tick();
    EXPECT_EQ(port.blocks, 1u);
}

TEST(Span, ACardThatIsGoneIsToldOnceAndStaysGone)
{
    World w;
    unsigned changes = 0;
    ASSERT_TRUE(w.span->start());
    w.span->onChange([&] { ++changes; });
    w.io->events->onGone(Error{Errc::gone, "unplugged"});
    EXPECT_EQ(changes, 1u);
    EXPECT_EQ(w.span->state(), Span::State::gone);
    EXPECT_TRUE(w.span->alarms().los);
    EXPECT_EQ(w.span->open(Timeslot{1}).error().code, Errc::gone);
}

TEST(Span, AnObserverMayTakeItselfOffTheListWhileTold)
{
    World w;
    ASSERT_TRUE(w.span->start());
    unsigned first = 0, second = 0;
    int handle = 0;
    handle = w.span->onChange([&] {
        ++first;
        w.span->removeChange(handle);
    });
    w.span->onChange([&] { ++second; });
    w.io->events->onAlarms({});
    w.io->events->onAlarms({.los = true});
    EXPECT_EQ(first, 1u);
    EXPECT_EQ(second, 2u);
}

} // namespace
