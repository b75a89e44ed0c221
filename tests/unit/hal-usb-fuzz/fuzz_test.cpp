// SPDX-License-Identifier: GPL-2.0-or-later
// The usb backend on cards that lie in everything they say. CALLBOX_FUZZ says how many packets; a share of them without
// it. A failure names its seed.
#include "../../../hal/backends/usb/cards.h"
#include "../../../hal/backends/usb/usb_bank.h"
#include "../../support/fuzz.h"
#include "lying_card.h"
#include <callbox/base/async.h>
#include <callbox/base/edges.h>
#include <callbox/hal/line_io.h>
#include <callbox/hal/loopback.h>
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using namespace hal;
using firmware::Personality;

// Holds the backend to a span's contract while anything comes.
struct Listener final : SpanEvents, LineEvents {
    void runs() const { EXPECT_TRUE(running) << "an event of a span that does not run"; }
    void onTick(const SpanTick& t) override
    {
        runs();
        ++ticks;
        EXPECT_GE(t.clock, clock + t.lost);
        clock = t.clock + t.samples;
        for (const SlotBlock& s : t.slots) {
            EXPECT_EQ(s.rx.size(), t.samples);
            EXPECT_EQ(s.tx.size(), t.samples);
            std::fill(s.tx.begin(), s.tx.end(), std::uint8_t(ticks));
        }
    }
    void onFrame(Octets f) override
    {
        runs();
        ++frames;
        EXPECT_TRUE(f.size() >= 3 && f.size() <= longestFrame) << f.size();
    }
    void onBadFrame(std::string_view why) override
    {
        runs();
        EXPECT_FALSE(why.empty());
    }
    void onAlarms(Alarms) override { runs(); }
    void onSlip() override { runs(); }
    void onLate(std::uint32_t) override { runs(); }
    void onLine(const LineEvent& e) override
    {
        runs();
        ++lines;
        EXPECT_TRUE(index(e.port) >= 1 && index(e.port) <= 3);
    }
    void onGone(Error e) override
    {
        runs();
        running = false;
        ++ends;
        EXPECT_THAT(e.what, testing::HasSubstr("card port ")) << "it says which";
    }
    bool running = false;
    std::uint64_t ticks = 0, frames = 0, lines = 0, ends = 0, clock = 0;
};

template <class T> Task<> outcomeOf(Task<T> task)
{
    const Result<T> r = co_await check(std::move(task));
    if (!r)
        co_await Result<void>(r.error());
}

struct Fuzz : testing::Test {
    // Starts, orders and stops the span until so many packets have passed.
    void run(const Personality& kind, const SpanConfig& config, const std::string& id, unsigned seed)
    {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        LyingCard card(loop, kind, seed);
        const usb::SpanKeys keys{id, true, 16};
        const auto bus = [&] { return Result<std::unique_ptr<usb::Bus>>(card.bus()); };
        const std::unique_ptr<SpanIo> io =
            config.type == SpanType::analog ? usb::makeBank(edges, keys, bus) : usb::makeSpan(edges, keys, bus);
        if (auto* lines = dynamic_cast<LineIo*>(io.get()))
            lines->setLineEvents(&listener);
        std::mt19937 chance(seed);
        std::uint64_t refused = 0;
        while (card.packets < packetsWanted() && !HasFailure()) {
            if (!listener.running)
                refused += !start(*io, config);
            loop.runFor((chance() % 100) * 1ms);
            ASSERT_EQ(card.wrong, "");
            order(*io, chance);
            if (chance() % 100 == 0) {
                io->stop();
                listener.running = false;
            }
        }
        EXPECT_GT(refused, 0U);
        EXPECT_GT(listener.ends, 0U);
        EXPECT_GT(listener.ticks, packetsWanted() / 400);
        EXPECT_GT(card.events, packetsWanted() / 100);
        // And on a card that says the truth again it works.
        io->stop();
        card.lies = false;
        ASSERT_TRUE(start(*io, config));
        loop.runFor(2s);
        const std::uint64_t before = listener.ticks;
        loop.runFor(1s);
        EXPECT_TRUE(listener.running);
        EXPECT_GE(listener.ticks, before + 5);
        io->stop();
    }
    bool start(SpanIo& io, const SpanConfig& config)
    {
        listener.clock = 0;
        listener.running = true; // it may end at once
        const auto r = io.start(config, listener);
        listener.running = listener.running && r.has_value();
        if (!r) {
            EXPECT_FALSE(r.error().what.empty());
        }
        for (std::uint8_t n = 1; r && n <= 3; ++n)
            (void)io.openSlot(Timeslot{n});
        return r.has_value();
    }
    void order(SpanIo& io, std::mt19937& chance)
    {
        const Timeslot port{static_cast<std::uint8_t>(1 + chance() % 4)};
        auto* lines = dynamic_cast<LineIo*>(&io);
        if (!lines) {
            (void)io.sendFrame(OctetBuffer(3 + chance() % 262, static_cast<std::uint8_t>(chance())));
            if (auto* loops = dynamic_cast<LoopbackControl*>(&io); loops && chance() % 20 == 0)
                (void)loops->setLoopback(static_cast<Loopback>(chance() % 4));
            return;
        }
        switch (chance() % 6) {
        case 0:
            return (void)lines->setHook(port, chance() % 2);
        case 1:
            return (void)lines->flash(port);
        case 2:
            return (void)lines->dialPulses(port, "0123456789012");
        case 3:
            return (void)lines->ring(port, chance() % 2);
        case 4:
            return (void)lines->setReversed(port, chance() % 2);
        default:
            return (void)lines->openLoop(port, (chance() % 6000) * 1ms);
        }
    }
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    const Edges edges{loop, *random, *files, *disk, Log()};
    Listener listener;
};

TEST_F(Fuzz, AnE1OfACardThatLies)
{
    run(Personality::card(1), {.name = "trunk1"}, "000000000000000a/0", 11);
}

TEST_F(Fuzz, AnIcE1usbThatLies)
{
    run(Personality::iceE1usb(1), {.name = "trunk1"}, "000000000000000a/0", 16);
}

TEST_F(Fuzz, AT1OfACardThatLies)
{
    const SpanConfig config{.name = "trunk1", .type = SpanType::t1, .law = Law::mulaw, .dChannel = Timeslot{24}};
    run(Personality::card(1, CARD_PORT_T1), config, "000000000000000a/0", 13);
}

TEST_F(Fuzz, ABankOfACardThatLies)
{
    SpanConfig config{.name = "lines", .type = SpanType::analog, .dChannel = Timeslot{0}};
    config.ports = {{Timeslot{1}, PortKind::fxo, LineStart::kewl},
                    {Timeslot{2}, PortKind::fxo, LineStart::kewl},
                    {Timeslot{3}, PortKind::fxs, LineStart::loop}};
    run(Personality::card(0).withBank(2, 2), config, "000000000000000a/bank", 14);
}

// What `callbox card` asks.
TEST_F(Fuzz, DiagnosesOfACardThatLies)
{
    constexpr unsigned seed = 15;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    LyingCard card(loop, Personality::card(1), seed);
    const std::unique_ptr<Cards> cards = usb::makeCards(loop, card.bus());
    TaskGroup tasks(loop);
    unsigned answered = 0, refused = 0;
    const auto ask = [&](auto task) {
        bool ended = false;
        tasks.start(outcomeOf(std::move(task)), [&](const Result<void>& r) {
            ended = true;
            ++(r ? answered : refused);
            if (!r) {
                EXPECT_FALSE(r.error().what.empty());
            }
        });
        EXPECT_TRUE(loop.runUntil([&] { return ended; }, 600s)) << "it waits for ever";
    };
    for (unsigned round = 0; round < packetsWanted() / 200 && !HasFailure(); ++round) {
        (void)cards->list();
        auto opened = cards->open("usb:000000000000000a");
        if (!opened) {
            EXPECT_FALSE(opened.error().what.empty());
            continue;
        }
        Card& one = **opened;
        ask(one.info());
        ask(one.counters());
        ask(one.sensors());
        ask(one.log());
        ask(one.selfTest());
        ask(one.locate(1));
    }
    EXPECT_GT(answered, packetsWanted() / 200);
    EXPECT_GT(refused, packetsWanted() / 1000);
}

} // namespace
} // namespace callbox::tests
