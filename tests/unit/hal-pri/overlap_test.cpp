// SPDX-License-Identifier: GPL-2.0-or-later
// Called numbers digit by digit, one trunk sending and the other receiving (tests/vectors/overlap.vectors has the
// octets).
#include "line.h"
#include <callbox/hal/overlap_sending.h>

using namespace callbox;
using namespace callbox::tests;

namespace {

const std::string whole = "2125559000";

struct OverlapLine : Line {
    explicit OverlapLine(PriSwitchType type = PriSwitchType::euroIsdn) : Line(type, {.overlap = !northAmerican(type)})
    {
        for (Side* side : {&network, &user})
            side->trunk->setNumberComplete([](const CallSetup& s) { return s.called.digits == whole; });
    }
    static Result<std::unique_ptr<Call>> dial(Side& from, const std::string& digits)
    {
        return dynamic_cast<OverlapSending&>(*from.trunk).placeDigitByDigit(setupFrom("2125550199", digits), 200ms);
    }
};

class Dialling : public testing::TestWithParam<std::tuple<PriSwitchType, PriRole>> {
protected:
    Side& from() { return std::get<1>(GetParam()) == PriRole::network ? line.network : line.user; }
    Side& to() { return std::get<1>(GetParam()) == PriRole::network ? line.user : line.network; }
    OverlapLine line{std::get<0>(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(Overlap, Dialling,
                         testing::Combine(testing::Values(PriSwitchType::euroIsdn, PriSwitchType::qsig),
                                          testing::Values(PriRole::network, PriRole::user)),
                         [](const auto& i) {
                             return testName(std::get<0>(i.param)) +
                                    (std::get<1>(i.param) == PriRole::network ? "_network" : "_user");
                         });

TEST_P(Dialling, TheCallIsOfferedWithItsLastDigitAndNotBefore)
{
    auto call = line.dial(from(), whole);
    ASSERT_TRUE(call) << call.error().what;
    EXPECT_EQ((*call)->setup().called.digits, whole);
    line.loop.runFor(1700ms); // nine digits and their ways
    EXPECT_TRUE(to().calls.empty());
    ASSERT_TRUE(line.until([&] { return !to().calls.empty(); }, 300ms));
    EXPECT_EQ(to().calls[0]->setup().called.digits, whole);
    EXPECT_EQ(to().calls[0]->setup().called.type, TypeOfNumber::national);
    EXPECT_EQ(to().calls[0]->setup().calling.digits, "2125550199");
    ASSERT_TRUE(line.run(to().calls[0]->answer()));
    ASSERT_TRUE(line.until([&] { return (*call)->stage() == CallStage::connected; }));
    EXPECT_EQ((*call)->slot(), to().calls[0]->slot());
    (*call)->hangup();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(Dialling, MoreDigitsThanNeededAreNobodys)
{
    auto call = line.dial(from(), whole + "4711");
    ASSERT_TRUE(line.until([&] { return !to().calls.empty(); }));
    ASSERT_TRUE(line.run(to().calls[0]->answer()));
    line.loop.runFor(3s);
    EXPECT_EQ(to().calls[0]->setup().called.digits, whole);
    EXPECT_EQ((*call)->stage(), CallStage::connected);
    EXPECT_EQ(to().trunk->status().malformed, 0U);
}

TEST_P(Dialling, ANumberThatStopsHalfwayIsOfferedAfterT302)
{
    auto call = line.dial(from(), "2125");
    line.loop.runFor(15s);
    EXPECT_TRUE(to().calls.empty());
    ASSERT_TRUE(line.until([&] { return !to().calls.empty(); }, 2s));
    EXPECT_EQ(to().calls[0]->setup().called.digits, "2125");
    to().calls[0]->hangup(Cause::unallocatedNumber);
    ASSERT_TRUE(line.until([&] { return (*call)->released(); }));
    EXPECT_EQ((*call)->cause(), Cause::unallocatedNumber);
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(Dialling, ACallerWhoHangsUpWhileDiallingLeavesNoChannelTaken)
{
    for (int i = 0; i < 40; ++i) {
        auto call = line.dial(from(), whole);
        ASSERT_TRUE(call) << i;
        line.loop.runFor(std::chrono::milliseconds(50 * i));
        (*call)->hangup();
        EXPECT_TRUE(line.until([&] { return (*call)->released() && line.allIdle(); })) << i;
        to().calls.clear();
    }
}

TEST_P(Dialling, ThirtyAtOnce)
{
    std::vector<std::unique_ptr<Call>> dialling;
    for (int i = 0; i < 30; ++i)
        dialling.push_back(line.dial(from(), whole).value());
    ASSERT_TRUE(line.until([&] { return to().calls.size() == 30; }));
    for (auto& call : dialling)
        call->hangup();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST(Overlap, ALineLostWhileDiallingEndsTheCall)
{
    OverlapLine line;
    auto call = line.dial(line.network, whole);
    line.loop.runFor(500ms);
    line.user.span.stop();
    EXPECT_TRUE(line.until([&] { return (*call)->released(); }, 120s));
    EXPECT_EQ(line.network.idle(), 30U);
}

TEST(Overlap, NorthAmericanSwitchesKnowWholeNumbersOnly)
{
    OverlapLine line(PriSwitchType::ni2);
    const auto call = line.dial(line.user, whole);
    ASSERT_FALSE(call);
    EXPECT_EQ(call.error().code, Errc::unsupported);
    EXPECT_EQ(call.error().what, "span line: switch type ni2 knows whole numbers only");
    EXPECT_TRUE(line.allIdle());
}

} // namespace
