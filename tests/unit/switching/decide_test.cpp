// SPDX-License-Identifier: GPL-2.0-or-later
// Which box for a call: rules in their order, the causes when there is none.
#include "switching/causes.h"
#include "switching/decide.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::switching;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const TimePoint now{std::chrono::hours(1)};

PhoneNumber n(const char* s)
{
    return *PhoneNumber::parse(s);
}

BoxFacts box(const std::string& id, unsigned idle = 30)
{
    BoxFacts f;
    f.box = id;
    status::StatusRecord r;
    r.box = id;
    r.canRecord = true;
    r.spans = {{"tie1", "up", {}, true, "up", 30, idle}};
    f.record = r;
    f.local = {.routeUsable = true, .routeChannels = 30, .routeIdle = idle};
    return f;
}

class Decide : public testing::Test {
protected:
    Decision decided(const char* to, const char* redirecting = nullptr)
    {
        CallFacts call;
        call.from = n("+12125550199");
        call.to = to ? n(to) : PhoneNumber();
        if (redirecting)
            call.redirecting = n(redirecting);
        return decide(call, facts, numbers, Policy{}, now);
    }
    std::vector<BoxFacts> facts{box("box1"), box("box2"), box("box3")};
    Numbering numbers{{n("+12125559000")},
                      {{"box1", {*parseRange("+12125559001-+12125559100")}},
                       {"box2", {*parseRange("+12125559101-+12125559200")}},
                       {"box3", {*parseRange("+12125559201-+12125559300")}}}};
};

TEST_F(Decide, DepositsGoByScore)
{
    facts = {box("box1", 10), box("box2", 30), box("box3", 20)};
    EXPECT_THAT(decided("+12125559000").order, ElementsAre("box2", "box3", "box1"));
    EXPECT_THAT(decided("+12125550000", "+12125550123").order, ElementsAre("box2", "box3", "box1"));
}

TEST_F(Decide, EqualOnesGoInTheOrderGiven)
{
    EXPECT_THAT(decided("+12125559000").order, ElementsAre("box1", "box2", "box3"));
    std::rotate(facts.begin(), facts.begin() + 1, facts.end());
    EXPECT_THAT(decided("+12125559000").order, ElementsAre("box2", "box3", "box1"));
}

TEST_F(Decide, ALinkNumberGoesToItsOwnerAloneWhateverTheScores)
{
    facts[1] = box("box2", 1);
    const Decision d = decided("+12125559150");
    EXPECT_EQ(d.purpose, Purpose::retrieval);
    EXPECT_THAT(d.order, ElementsAre("box2"));
    facts[1].record->mode.state = status::Mode::draining;
    EXPECT_THAT(decided("+12125559150").order, ElementsAre("box2")) << "retrieval goes on while draining";
    EXPECT_THAT(decided("+12125559000").order, ElementsAre("box1", "box3"));
}

TEST_F(Decide, ADivertedCallIsADepositEvenToALinkNumber)
{
    EXPECT_EQ(decided("+12125559150", "+12125550123").purpose, Purpose::deposit);
}

TEST_F(Decide, AnOwnerThatIsAwayOrFullIsToldApart)
{
    facts[1].local.routeUsable = false;
    Decision d = decided("+12125559150");
    EXPECT_THAT(d.order, IsEmpty());
    EXPECT_EQ(d.refusal, hal::Cause::destinationOutOfOrder);
    EXPECT_TRUE(d.announce);
    facts[1] = box("box2", 0);
    d = decided("+12125559150");
    EXPECT_EQ(d.refusal, hal::Cause::noChannelAvailable);
    EXPECT_FALSE(d.announce);
    facts[1] = box("box2");
    facts[1].age = 1h;
    EXPECT_THAT(decided("+12125559150").order, ElementsAre("box2")) << "its tie works: it is tried";
    facts.erase(facts.begin() + 1);
    EXPECT_EQ(decided("+12125559150").refusal, hal::Cause::destinationOutOfOrder) << "never an unknown number";
}

TEST_F(Decide, ALinkNumberInTwoPoolsIsUnroutable)
{
    numbers.linkPools["box3"].push_back(*parseRange("+12125559150"));
    const Decision d = decided("+12125559150");
    EXPECT_THAT(d.order, IsEmpty());
    EXPECT_EQ(d.refusal, hal::Cause::temporaryFailure);
    EXPECT_THAT(d.policy, HasSubstr("box2"));
    EXPECT_THAT(d.policy, HasSubstr("box3"));
}

TEST_F(Decide, NumbersThatAreNotOursAreRefusedWithWhatTheyAre)
{
    EXPECT_EQ(decided("+12125557777").refusal, hal::Cause::unallocatedNumber);
    EXPECT_EQ(decided(nullptr).refusal, hal::Cause::invalidNumberFormat);
    EXPECT_FALSE(decided(nullptr, "+12125550123").order.empty());
}

TEST_F(Decide, ANumberThatComesPieceByPieceIsWholeWhenItIsOneOfOurs)
{
    const auto whole = [&](const char* to, const char* redirecting = nullptr) {
        CallFacts call;
        call.to = to ? n(to) : PhoneNumber();
        if (redirecting)
            call.redirecting = n(redirecting);
        return numberComplete(call, numbers);
    };
    EXPECT_TRUE(whole("+12125559000"));
    EXPECT_TRUE(whole("+12125559150"));
    EXPECT_TRUE(whole(nullptr, "+12125550123")) << "whom a diverted call is for is said";
    EXPECT_FALSE(whole("+1212555915"));
    EXPECT_FALSE(whole("+12125559999")) << "more digits may come";
    EXPECT_FALSE(whole(nullptr));
}

TEST_F(Decide, ALinkNumberThatBeginsWithTheAccessNumberIsWaitedFor)
{
    numbers.linkPools["box3"].push_back(*parseRange("+121255590005-+121255590012"));
    CallFacts call;
    call.to = n("+12125559000");
    EXPECT_FALSE(numberComplete(call, numbers));
    call.to = n("+121255590005");
    EXPECT_TRUE(numberComplete(call, numbers));
    call.to = n("+12125559150");
    EXPECT_TRUE(numberComplete(call, numbers)) << "none that is longer begins with it";
}

TEST_F(Decide, TheCausesWhenNoBoxIsLeftDiffer)
{
    for (BoxFacts& f : facts)
        f.record->canRecord = false;
    EXPECT_EQ(decided("+12125559000").refusal, hal::Cause::temporaryFailure);
    for (BoxFacts& f : facts)
        f.local.routeUsable = false;
    EXPECT_EQ(decided("+12125559000").refusal, hal::Cause::destinationOutOfOrder);
    facts[2] = box("box3", 0);
    EXPECT_EQ(decided("+12125559000").refusal, hal::Cause::noChannelAvailable) << "one works, full: try again soon";
}

TEST_F(Decide, WithoutAnyGoodBoxTheLeastHarm)
{
    facts[0].record.reset(); // never heard, its tie works
    facts[1].record->canRecord = false;
    facts[2].local.routeUsable = false;
    const Decision d = decided("+12125559000");
    EXPECT_THAT(d.order, ElementsAre("box1"));
    EXPECT_THAT(d.policy, HasSubstr("least harm"));
}

TEST_F(Decide, AFailedBoxIsNotOfferedWhileOthersAreThere)
{
    facts[0].local.failuresInARow = 1;
    facts[0].local.lastFailure = now;
    EXPECT_THAT(decided("+12125559000").order, ElementsAre("box2", "box3"));
}

TEST_F(Decide, EveryBoxIsInTheRecordWithItsReasons)
{
    facts[0].record->canRecord = false;
    const Decision d = decided("+12125559000");
    ASSERT_EQ(d.candidates.size(), 3U);
    EXPECT_THAT(d.candidates[0].why, ElementsAre("cannot record"));
}

TEST(Causes, WhatARefusalMeans)
{
    using hal::Cause;
    struct Row {
        Cause cause;
        bool call, box;
    };
    const Row table[] = {
        {Cause::unallocatedNumber, true, false},
        {Cause::callRejected, true, false},
        {Cause::incompatibleDestination, true, false},
        {Cause::userBusy, false, false},
        {Cause::noChannelAvailable, false, false},
        {Cause::switchCongestion, false, false},
        {Cause::requestedChannelUnavailable, false, false},
        {Cause::destinationOutOfOrder, false, true},
        {Cause::temporaryFailure, false, true},
        {Cause::resourceUnavailable, false, true},
        {Cause::recoveryOnTimerExpiry, false, true},
        {Cause::noUserResponding, false, true},
    };
    for (const Row& r : table) {
        EXPECT_EQ(aboutTheCall(r.cause), r.call) << text(r.cause);
        EXPECT_EQ(blamesTheBox(r.cause), r.box) << text(r.cause);
    }
}

} // namespace
