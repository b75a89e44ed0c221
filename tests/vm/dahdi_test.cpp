// SPDX-License-Identifier: GPL-2.0-or-later
// The span suite on DAHDI: two E1 spans of a real kernel, wired to each other inside it (pair.conf). Such a wire has
// no cable to pull, carries no error and does not slip: the cases that want such are for a line that can be cut
// (ethernet_test.cpp). Samples are lost on it as everywhere, when nobody fetches them in time.
#include "../support/real_time.h"
#include "span/cases.h"
#include "stall.h"
#include <callbox/hal/backend.h>
#include <map>
#include <set>

namespace callbox::tests {

namespace {

class Wired final : public SpanPair {
public:
    Wired() : near_(open("DYN/loc/1:0/1")), far_(open("DYN/loc/1:1/1")) {}
    ~Wired() override
    {
        near_.reset();
        far_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }
    SpanIo& near() override { return *near_; }
    SpanIo& far() override { return *far_; }
    void cable(bool) override { ADD_FAILURE() << "these spans have no cable"; }
    void corruptTowardsNear(unsigned) override { ADD_FAILURE() << "nothing corrupts frames here"; }
    void slipAtNear() override { (void)loseAtNear(0); } // what is lost is as long as one, and nobody counts it
    Loss loseAtNear(std::uint32_t) override
    {
        constexpr Duration kept = 640ms; // DAHDI's queue of 32 blocks
        const auto samples = [](Duration d) { return std::uint64_t(d / 125us); };
        const Duration stalled = stall(loop_, 1s);
        return {samples(stalled - kept - 20ms), samples(stalled - kept + 60ms)};
    }

private:
    std::unique_ptr<SpanIo> open(const std::string& id)
    {
        const Edges edges{loop_, *random_, *files_, *disk_, Log()};
        auto io = findBackend("dahdi")->open(edges, {{"span", id}});
        return io ? std::move(*io) : nullptr;
    }
    RealLoop loop_;
    std::unique_ptr<Random> random_ = makeSystemRandom();
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeThreadExecutor(loop_, "disk");
    std::unique_ptr<SpanIo> near_, far_;
};

std::vector<Case<SpanPair>> casesWithoutFaults()
{
    const std::set<std::string> wantFaults{"CableOut", "SlipIsCounted", "BadFcsIsNoFrame", "DeadLineForgets"};
    std::vector<Case<SpanPair>> cases = allCases();
    std::erase_if(cases, [&](const auto& c) { return wantFaults.contains(c.name); });
    return cases;
}

const Make<SpanPair> aWire = [] { return std::make_unique<Wired>(); };

TEST(DahdiSpan, KeepsTheContractOnAWireInsideTheKernel)
{
    checkSubject(casesWithoutFaults(), aWire);
}

TEST(DahdiTwins, OnAWireInsideTheKernelEachFailsItsOwnCaseAndPassesTheRest)
{
    checkTwins(casesWithoutFaults(), twinsOf(casesWithoutFaults(), brokenTwins(aWire)));
}

TEST(DahdiSpan, TheKernelsSpansAreFoundByWhatTheyAre)
{
    const auto spans = findBackend("dahdi")->probe();
    ASSERT_TRUE(spans) << spans.error().what;
    ASSERT_GE(spans->size(), 4u);
    EXPECT_EQ((*spans)[0].id, "dahdi:DYN/loc/1:0/1");
    EXPECT_EQ((*spans)[0].type, SpanType::e1);
    EXPECT_EQ((*spans)[3].id, "dahdi:DYN/loc/2:1/1");
    EXPECT_EQ((*spans)[3].type, SpanType::t1);
}

TEST(DahdiSpan, ASpanThatIsNotThereIsAnErrorThatNamesThoseThatAre)
{
    RealLoop loop;
    const auto random = makeSystemRandom();
    const auto files = makeSystemFiles();
    const auto disk = makeThreadExecutor(loop, "disk");
    const auto io = findBackend("dahdi")->open(Edges{loop, *random, *files, *disk, Log()}, {{"span", "X/1"}});
    ASSERT_TRUE(io);
    Listener nobody;
    const auto r = (*io)->start({.name = "line"}, nobody);
    ASSERT_FALSE(r);
    EXPECT_TRUE(r.error().what.starts_with("DAHDI has no span X/1; it has: DYN/loc/1:0/1, DYN/loc/1:1/1, "))
        << r.error().what;
}

// Says one octet on all its slots and keeps what it hears.
class OneOctet final : public SpanEvents {
public:
    void onTick(const SpanTick& t) override
    {
        ++ticks;
        passed += t.samples + t.lost;
        for (const SlotBlock& s : t.slots) {
            std::fill(s.tx.begin(), s.tx.end(), say);
            for (const std::uint8_t o : s.rx)
                ++heard[o];
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override {}
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    std::uint8_t say = 0;
    unsigned ticks = 0;
    std::uint64_t passed = 0; // samples, lost ones with them
    std::map<std::uint8_t, std::uint64_t> heard;
};

TEST(DahdiSpan, InAThousandCallsOneAfterAnotherNobodyHearsTheCallBefore)
{
    Wired pair;
    OneOctet near, far;
    ASSERT_TRUE(pair.near().start(pair.config(), near) && pair.far().start(pair.config(), far));
    constexpr unsigned rounds = 34; // of 30 calls
    for (unsigned round = 0; round < rounds; ++round) {
        near.say = far.say = std::uint8_t(1 + round);
        near.heard.clear();
        far.heard.clear();
        for (unsigned slot = 1; slot <= 31; ++slot)
            if (slot != 16)
                ASSERT_TRUE(pair.near().openSlot(Timeslot(slot)) && pair.far().openSlot(Timeslot(slot)));
        const unsigned ticks = near.ticks;
        ASSERT_TRUE(pair.until([&] { return near.ticks > ticks + 12; }, 3s));
        for (const OneOctet* side : {&near, &far})
            for (const auto& [octet, samples] : side->heard)
                EXPECT_TRUE(octet == near.say || octet == idleOctet(Law::alaw) || octet == 0xFF)
                    << "call " << round * 30 << ": " << samples << " samples of " << int(octet);
        EXPECT_GT(near.heard[near.say], 0u);
        EXPECT_GT(far.heard[far.say], 0u);
        for (unsigned slot = 1; slot <= 31; ++slot) {
            pair.near().closeSlot(Timeslot(slot));
            pair.far().closeSlot(Timeslot(slot));
        }
    }
}

// A call began with 20 ms of octets zero, a click, where the process had been held up while its channel was opened.
TEST(DahdiSpan, AStallWhileAChannelBeginsBringsNothingThatNobodySaid)
{
    Wired pair;
    OneOctet near, far;
    near.say = far.say = 0x4B;
    ASSERT_TRUE(pair.near().start(pair.config(), near) && pair.far().start(pair.config(), far));
    const Timeslot slot{5};
    for (Duration wait = 0ms; wait <= 80ms; wait += 4ms) {
        near.heard.clear();
        far.heard.clear();
        ASSERT_TRUE(pair.near().openSlot(slot) && pair.far().openSlot(slot));
        pair.pass(wait);
        stall(pair.loop(), 45ms);
        ASSERT_TRUE(pair.until([&] { return near.heard[near.say] > 160 && far.heard[far.say] > 160; }, 3s));
        for (const OneOctet* side : {&near, &far})
            for (const auto& [octet, samples] : side->heard)
                EXPECT_TRUE(octet == near.say || octet == idleOctet(Law::alaw) || octet == 0xFF || samples == 0)
                    << samples << " samples of " << int(octet) << ", a stall " << toMs(wait) << " ms after the opening";
        pair.near().closeSlot(slot);
        pair.far().closeSlot(slot);
        pair.pass(60ms);
    }
}

// What DAHDI has kept of a stall comes after it: it is not lost.
TEST(DahdiSpan, AStallWhileAChannelBeginsMakesNoTimeThatHasNotPassed)
{
    Wired pair;
    OneOctet near, far;
    ASSERT_TRUE(pair.near().start(pair.config(), near) && pair.far().start(pair.config(), far));
    const Timeslot slot{5};
    for (Duration wait = 0ms; wait <= 80ms; wait += 4ms) {
        ASSERT_TRUE(pair.near().openSlot(slot) && pair.far().openSlot(slot));
        const TimePoint from = pair.loop().now();
        const std::uint64_t before = near.passed;
        pair.pass(wait);
        stall(pair.loop(), 200ms);
        pair.pass(200ms);
        const auto samples = std::int64_t(near.passed - before), time = (pair.loop().now() - from) / 125us;
        EXPECT_LE(std::abs(samples - time), 480) << "a stall " << toMs(wait) << " ms after the opening";
        pair.near().closeSlot(slot);
        pair.far().closeSlot(slot);
        pair.pass(60ms);
    }
}

} // namespace
} // namespace callbox::tests
