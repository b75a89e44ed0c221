// SPDX-License-Identifier: GPL-2.0-or-later
// Two channels joined below user space: what is written goes nowhere, so who listens is shown what the other side
// brought, and nothing of it is written.
#include <algorithm>
#include <callbox/hal/span.h>
#include <gtest/gtest.h>
#include <random>

using namespace callbox;
using namespace callbox::hal;

namespace {

constexpr std::size_t blockSize = 160;
constexpr std::size_t late = 3; // blocks until something is heard

struct FakeLowJoin final : LowJoin {
    explicit FakeLowJoin(const bool& now) : now(now) {}
    [[nodiscard]] bool stands() const override { return now; }
    const bool& now;
};

struct JoiningIo final : SpanIo, Joiner {
    Result<void> start(const SpanConfig&, SpanEvents& e) override
    {
        events = &e;
        return {};
    }
    void stop() noexcept override {}
    Result<void> openSlot(Timeslot) override { return {}; }
    void closeSlot(Timeslot) noexcept override {}
    Result<void> sendFrame(Octets) override { return {}; }
    Result<std::unique_ptr<LowJoin>> join(Timeslot, SpanIo&, Timeslot) override
    {
        return std::unique_ptr<LowJoin>(std::make_unique<FakeLowJoin>(stands));
    }
    SpanEvents* events = nullptr;
    bool stands = true;
};

struct Listener final : SpanMonitor {
    void onBlock(Timeslot, const AudioBlock& b) override
    {
        rx.insert(rx.end(), b.rx.begin(), b.rx.end());
        tx.insert(tx.end(), b.tx.begin(), b.tx.end());
    }
    OctetBuffer rx, tx;
};

// A span with a channel in a call.
struct Side {
    Side(Edges edges, std::string name, unsigned seed) : octets(seed)
    {
        auto owned = std::make_unique<JoiningIo>();
        io = owned.get();
        span = std::make_unique<Span>(std::move(edges), SpanConfig{.name = std::move(name)}, std::move(owned));
        EXPECT_TRUE(span->start());
        channel = std::move(*span->open(Timeslot{1}));
    }
    void tick()
    {
        OctetBuffer rx(blockSize);
        std::generate(rx.begin(), rx.end(), [this] { return std::uint8_t(octets() >> 8); });
        brought.insert(brought.end(), rx.begin(), rx.end());
        OctetBuffer tx(blockSize, idleOctet(Law::alaw));
        SlotBlock block{Timeslot{1}, rx, tx};
        io->events->onTick({clock, blockSize, 0, {&block, 1}});
        clock += blockSize;
        written.insert(written.end(), tx.begin(), tx.end());
    }
    JoiningIo* io = nullptr;
    std::unique_ptr<Span> span;
    std::unique_ptr<Channel> channel;
    std::minstd_rand octets;
    std::uint64_t clock = 0;
    OctetBuffer brought, written;
};

OctetBuffer idle(std::size_t octets)
{
    return OctetBuffer(octets, idleOctet(Law::alaw));
}

// What was said without what is only silence before it.
OctetBuffer said(const OctetBuffer& all)
{
    std::size_t at = 0;
    while (at + blockSize <= all.size() &&
           std::equal(all.begin() + std::ptrdiff_t(at), all.begin() + std::ptrdiff_t(at + blockSize),
                      idle(blockSize).begin()))
        at += blockSize;
    return {all.begin() + std::ptrdiff_t(at), all.end()};
}

bool holds(const OctetBuffer& all, const OctetBuffer& part)
{
    return std::search(all.begin(), all.end(), part.begin(), part.end()) != all.end();
}

class ACallJoinedInTheKernel : public testing::Test {
protected:
    void SetUp() override
    {
        auto made = a.channel->joinBelow(*b.channel);
        ASSERT_TRUE(made);
        join = std::move(*made);
        run(5);
    }
    void run(int ticks)
    {
        for (int i = 0; i < ticks; ++i) {
            a.tick();
            b.tick();
        }
    }
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    Side a{edges, "a", 1}, b{edges, "b", 2};
    std::unique_ptr<LowJoin> join;
    Listener listener;
};

TEST_F(ACallJoinedInTheKernel, IsHeardOnBothSidesOfEitherLegAndNothingIsWrittenForIt)
{
    for (Side* leg : {&a, &b}) {
        const Side& other = leg == &a ? b : a;
        Listener heard;
        leg->span->addMonitor(heard);
        run(20);
        leg->span->removeMonitor(heard);
        EXPECT_TRUE(holds(leg->brought, heard.rx));
        EXPECT_TRUE(holds(other.brought, said(heard.tx)));
        EXPECT_EQ(said(heard.tx).size(), (20 - late) * blockSize);
        EXPECT_EQ(leg->written, idle(leg->written.size())) << "it would be heard where the join ends";
    }
}

TEST_F(ACallJoinedInTheKernel, IsHeardWithoutAGapWhereTheTicksOfItsSpansComeInPairs)
{
    a.span->addMonitor(listener);
    for (int i = 0; i < 20; ++i)
        for (Side* leg : {&b, &b, &a, &a})
            leg->tick();
    EXPECT_TRUE(holds(b.brought, said(listener.tx)));
    EXPECT_EQ(said(listener.tx).size(), (40 - late - 1) * blockSize);
    a.span->removeMonitor(listener);
}

TEST_F(ACallJoinedInTheKernel, IsHeardAnewByWhoComesBackLater)
{
    a.span->addMonitor(listener);
    run(20);
    a.span->removeMonitor(listener);
    run(100);
    const OctetBuffer before = b.brought;
    Listener second;
    a.span->addMonitor(second);
    run(20);
    a.span->removeMonitor(second);
    const OctetBuffer heard = said(second.tx);
    EXPECT_EQ(heard.size(), (20 - late) * blockSize);
    EXPECT_TRUE(holds({b.brought.begin() + std::ptrdiff_t(before.size()), b.brought.end()}, heard))
        << "nothing of what was said while nobody listened";
}

TEST_F(ACallJoinedInTheKernel, ShowsWhatIsWrittenAgainWhenTheJoinHasEnded)
{
    a.span->addMonitor(listener);
    run(20);
    for (const bool released : {false, true}) {
        a.io->stands = false; // by itself: the other channel was closed
        if (released)
            join.reset();
        listener.tx.clear();
        run(5);
        EXPECT_EQ(listener.tx, idle(5 * blockSize));
    }
    b.channel.reset();
    a.tick();
    a.span->removeMonitor(listener);
}

} // namespace
