// SPDX-License-Identifier: GPL-2.0-or-later
// Two calls hear each other: bit-exact, through law changes by G.711's tables, up to the last word, whatever is made
// and released in which order.
#include "bench.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

namespace {

// Two benches run in turns, 20 ms each: two spans whose clocks know nothing of each other.
void run(Bench& a, Bench& b, Duration d)
{
    for (Duration t{}; t < d; t += 20ms) {
        a.loop.runFor(20ms);
        b.loop.runFor(20ms);
    }
}

class Joined : public testing::TestWithParam<std::pair<Law, Law>> {
protected:
    Bench a{GetParam().first}, b{GetParam().second};
    OctetBuffer inLawOf(const OctetBuffer& said, Law from, Law to)
    {
        OctetBuffer out = said;
        if (from != to)
            convertLaw(std::span(out), from);
        return out;
    }
};
INSTANTIATE_TEST_SUITE_P(Laws, Joined,
                         testing::Values(std::pair{Law::alaw, Law::alaw}, std::pair{Law::mulaw, Law::mulaw},
                                         std::pair{Law::alaw, Law::mulaw}, std::pair{Law::mulaw, Law::alaw}));

TEST_P(Joined, BothWaysEveryCodeEverySample)
{
    a.connect();
    b.connect();
    auto join = Join::make(*a.call, *b.call);
    ASSERT_TRUE(join);
    const OctetBuffer fromA = allCodes(8000 * 2, 1);
    const OctetBuffer fromB = allCodes(8000 * 2, 2);
    a.farEnd.say(fromA);
    b.farEnd.say(fromB);
    run(a, b, 3s);
    EXPECT_TRUE(b.farEnd.hears(inLawOf(fromA, a.law, b.law)));
    EXPECT_TRUE(a.farEnd.hears(inLawOf(fromB, b.law, a.law)));
    EXPECT_EQ((*join)->counters().inserted[0] + (*join)->counters().inserted[1], 0U);
    EXPECT_EQ((*join)->counters().dropped[0] + (*join)->counters().dropped[1], 0U);
}

TEST_P(Joined, MadeBeforeEitherHasAChannelNothingIsLostAfterConnect)
{
    auto join = Join::make(*a.call, *b.call);
    ASSERT_TRUE(join);
    b.connect();
    run(a, b, 2s); // one waits long for the other: nothing piles up
    const OctetBuffer words = allCodes(8000, 3);
    a.connect();
    a.farEnd.say(words);
    run(a, b, 2s);
    EXPECT_TRUE(b.farEnd.hears(inLawOf(words, a.law, b.law)));
    EXPECT_EQ((*join)->counters().dropped[1], 0U);
}

TEST_P(Joined, LastWordsAreDrained)
{
    a.connect();
    b.connect();
    auto join = Join::make(*a.call, *b.call);
    ASSERT_TRUE(join);
    const OctetBuffer words = allCodes(160 * 20, 4);
    a.farEnd.say(words);
    while (a.farEnd.at < a.farEnd.says.size())
        run(a, b, 20ms);
    run(a, b, 40ms); // what is on the wire arrives; then the caller is gone
    a.farHangsUp();
    EXPECT_FALSE((*join)->drained(*b.call));
    (*join)->drain();
    for (int i = 0; i < 10 && !(*join)->drained(*b.call); ++i)
        b.loop.runFor(20ms);
    EXPECT_TRUE((*join)->drained(*b.call));
    EXPECT_TRUE((*join)->drained(*a.call)) << "there is no such side any more";
    b.loop.runFor(40ms);
    EXPECT_TRUE(b.farEnd.hears(inLawOf(words, a.law, b.law)));
}

TEST_P(Joined, ReleaseAndDestructionInAnyOrderAreSafe)
{
    for (int order = 0; order < 3; ++order) {
        Bench x{GetParam().first}, y{GetParam().second};
        x.connect();
        y.connect();
        auto join = Join::make(*x.call, *y.call);
        ASSERT_TRUE(join);
        run(x, y, 200ms);
        if (order == 0)
            x.farHangsUp();
        if (order == 1) {
            x.farHangsUp();
            y.farHangsUp();
        }
        run(x, y, 100ms);
        join->reset();
        run(x, y, 100ms);
    }
}

TEST_P(Joined, WhileJoinedNobodyPlaysAndAfterwardsTheyDo)
{
    a.connect();
    b.connect();
    auto join = Join::make(*a.call, *b.call);
    ASSERT_TRUE(join);
    EXPECT_EQ(Join::make(*a.call, *b.call).error().code, Errc::busy);
    const auto source = makeSoundSource({makeSine(400, -10, 1s, a.law)});
    Ran<PlayOutcome> ran;
    a.tasks.start(keep(ran, a.call->play(*source, {})));
    a.loop.runReady();
    ASSERT_TRUE(ran.done());
    EXPECT_EQ(ran.outcome->error().code, Errc::busy);
    join->reset();
    Ran<PlayOutcome> again;
    a.tasks.start(keep(again, a.call->play(*source, {})));
    ASSERT_TRUE(a.loop.runUntil([&] { return again.done(); }, 2s));
    EXPECT_TRUE((*again.outcome)->finished);
}

TEST_P(Joined, AClockThatRunsAheadSlipsAndIsCounted)
{
    a.connect();
    b.connect();
    auto join = Join::make(*a.call, *b.call);
    ASSERT_TRUE(join);
    run(a, b, 500ms);
    a.loop.runFor(2s); // a's samples come, nobody fetches them
    run(a, b, 500ms);
    EXPECT_GT((*join)->counters().dropped[0], 0U);
    EXPECT_GT((*join)->counters().inserted[1], 0U);
}

TEST_P(Joined, WithAnEndedCallThereIsNothingToJoin)
{
    a.connect();
    b.farHangsUp();
    EXPECT_EQ(Join::make(*a.call, *b.call).error().code, Errc::gone);
}

} // namespace
