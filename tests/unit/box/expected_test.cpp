// SPDX-License-Identifier: GPL-2.0-or-later
// Calls announced by a switch: what comes over the public network is served for whom it is, once, and nobody else.
#include "box/expected_calls.h"
#include "box/incoming.h"
#include "lines/settings.h"
#include "world.h"
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::tests;

namespace {

const PhoneNumber routeNumber = PhoneNumber::parse("+12125557001").value();

fleet::ExpectedCall announced()
{
    fleet::ExpectedCall e;
    e.from = caller;
    e.vouched = true;
    e.to = accessNumber;
    e.redirecting = recipient;
    e.shown = accessNumber;
    return e;
}

TEST(Expected, OneCallTakesItAndTheNextDoesNot)
{
    SimLoop loop;
    box::ExpectedCalls calls(loop);
    ASSERT_TRUE(calls.add(routeNumber, announced()));
    const auto twice = calls.add(routeNumber, announced());
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, Errc::busy);
    EXPECT_FALSE(calls.take(accessNumber, caller)) << "another number";
    EXPECT_FALSE(calls.take(routeNumber, recipient)) << "somebody else";
    const auto taken = calls.take(routeNumber, accessNumber);
    ASSERT_TRUE(taken) << "through the switch it shows the switch's number";
    EXPECT_EQ(taken->redirecting, recipient);
    EXPECT_FALSE(calls.take(routeNumber, caller));
    ASSERT_TRUE(calls.add(routeNumber, announced()));
    EXPECT_TRUE(calls.take(routeNumber, {})) << "a number that is not shown proves nothing against it";
    ASSERT_TRUE(calls.add(routeNumber, announced()));
    loop.runFor(fleet::expectedFor);
    EXPECT_FALSE(calls.take(routeNumber, caller)) << "too late";
    EXPECT_TRUE(calls.add(routeNumber, announced()));
}

TEST(Expected, WhoeverHidesHisNumberIsNotTakenForTheOneWhoWasAnnounced)
{
    const hal::DialPlan plan = lines::dialPlan("us");
    hal::CallSetup arrived;
    EXPECT_EQ(box::setupOf(announced(), arrived, plan).calling.screening, hal::Screening::userNotScreened);
    arrived.calling = hal::fromE164(accessNumber, plan);
    EXPECT_EQ(box::setupOf(announced(), arrived, plan).calling.screening, hal::Screening::userNotScreened)
        << "a number that the network does not stand for";
    arrived.calling.screening = hal::Screening::network;
    EXPECT_EQ(box::setupOf(announced(), arrived, plan).calling.screening, hal::Screening::network);
}

TEST(Expected, AMessageLeftOverThePublicNetworkReachesItsRecipient)
{
    World w;
    ASSERT_TRUE(w.reception->expect(routeNumber, announced()));
    Dial d;
    d.from = accessNumber; // the switch's own number is shown
    d.to = routeNumber;
    {
        Phone phone = w.dial(d);
        ASSERT_TRUE(phone.untilHeard(Prompt::beep));
        phone.speak(noise(2 * 8000, 60));
        phone.press("#");
        ASSERT_TRUE(phone.untilHeard(Prompt::saved));
        ASSERT_TRUE(phone.untilReleased());
    }
    w.loop.runFor(2s);
    const std::vector<messages::MessageRow> rows = w.messages();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].from, caller);
    ASSERT_EQ(rows[0].recipients.size(), 1U);
    EXPECT_EQ(rows[0].recipients[0].number, recipient);
    // The same number again, and nobody has announced it.
    Phone second = w.dial(d);
    EXPECT_TRUE(second.untilReleased(5s));
    EXPECT_EQ(second.cause(), Cause::unallocatedNumber);
}

void setMode(World& w, status::Mode mode)
{
    status::ModeRecord m;
    m.state = mode;
    m.by = "test";
    ASSERT_TRUE(w.run(w.mode.set(m)));
}

void fillDisk(World& w)
{
    w.files.setFull(true);
    ASSERT_TRUE(w.loop.runUntil([&] { return !w.store->health().canRecord; }, 10s));
}

std::string refusalOf(World& w, const fleet::ExpectedCall& call)
{
    const auto held = w.reception->expect(routeNumber, call);
    EXPECT_TRUE(held || held.error().code == Errc::io);
    return held ? "" : held.error().what;
}

TEST(Expected, ABoxPromisesNoCallThatItWouldRefuse)
{
    const std::string begin = "the box cannot take the call now (";
    fleet::ExpectedCall retrieval = announced();
    retrieval.redirecting = {};
    retrieval.to = PhoneNumber::parse("+12125559001").value();
    {
        World w;
        setMode(w, status::Mode::draining);
        EXPECT_TRUE(refusalOf(w, announced()).starts_with(begin + "draining)"));
        EXPECT_EQ(refusalOf(w, retrieval), "") << "what is kept is played while draining";
    }
    {
        World w;
        setMode(w, status::Mode::maintenance);
        EXPECT_TRUE(refusalOf(w, announced()).starts_with(begin + "in maintenance)"));
        EXPECT_TRUE(refusalOf(w, retrieval).starts_with(begin + "in maintenance)"));
        setMode(w, status::Mode::active);
        EXPECT_EQ(refusalOf(w, announced()), "") << "a refused announcement is held against nobody";
    }
    {
        World w;
        fillDisk(w);
        EXPECT_TRUE(refusalOf(w, announced()).starts_with(begin + "cannot record)"));
        EXPECT_EQ(refusalOf(w, retrieval), "");
    }
    World w;
    ASSERT_TRUE(w.run(w.reception->close(1s)));
    EXPECT_TRUE(refusalOf(w, retrieval).starts_with(begin + "stopping)"));
}

// The disk fills, or somebody drains the box, between the promise and the call.
TEST(Expected, ADeflectedCallerWhoCannotBeRecordedIsToldSoAndNotDropped)
{
    World w;
    ASSERT_TRUE(w.reception->expect(routeNumber, announced()));
    fillDisk(w);
    Dial d; // shows who calls: the switch is not in it any more
    d.to = routeNumber;
    Phone phone = w.dial(d);
    EXPECT_TRUE(phone.untilHeard(Prompt::storeFull));
    EXPECT_TRUE(phone.untilReleased());
}

TEST(Expected, ADeflectedCallerIsServedThoughTheBoxDrainsMeanwhile)
{
    World w;
    ASSERT_TRUE(w.reception->expect(routeNumber, announced()));
    setMode(w, status::Mode::draining);
    Dial d;
    d.to = routeNumber;
    Phone phone = w.dial(d);
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(noise(2 * 8000, 61));
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
}

TEST(Expected, ACallThroughTheSwitchThatCannotBeTakenIsLeftToTheNextBox)
{
    for (const bool full : {true, false}) {
        World w;
        ASSERT_TRUE(w.reception->expect(routeNumber, announced()));
        if (full)
            fillDisk(w);
        else
            setMode(w, status::Mode::draining);
        Dial d;
        d.from = accessNumber; // what the switch shows
        d.to = routeNumber;
        Phone phone = w.dial(d);
        EXPECT_TRUE(phone.untilReleased(5s));
        EXPECT_EQ(phone.cause(), Cause::temporaryFailure);
        EXPECT_FALSE(phone.call().samplesMoved()) << "it was answered";
    }
}

TEST(Expected, WhatIsSaidOfACallComesOverWhole)
{
    fleet::ExpectedCall e = announced();
    e.presentation = hal::Presentation::restricted;
    e.original = PhoneNumber::parse("+12125550777").value();
    const auto back = fleet::expectedCallFromJson(fleet::toJson(e));
    ASSERT_TRUE(back);
    EXPECT_EQ(fleet::toJson(*back), fleet::toJson(e));
    for (const char* bad : {R"([])", R"({})", R"({"presentation":"loud"})", R"({"presentation":"allowed","from":7})",
                            R"({"presentation":"allowed","to":"12"})", R"({"presentation":"allowed","vouched":1})"}) {
        const auto wrong = fleet::expectedCallFromJson(nlohmann::json::parse(bad));
        ASSERT_FALSE(wrong) << bad;
        EXPECT_EQ(wrong.error().code, Errc::invalid);
    }
}

TEST(Overlap, ANumberThatComesPieceByPieceIsWholeWhenItIsTheBoxsOwn)
{
    World w;
    hal::CallSetup s;
    s.called = hal::fromE164(accessNumber, lines::dialPlan("us"));
    const auto whole = [&] { return box::numberComplete(s, lines::dialPlan("us"), w.config); };
    EXPECT_TRUE(whole());
    s.called.digits.pop_back();
    EXPECT_FALSE(whole());
    s.redirecting = hal::Diversion{};
    EXPECT_FALSE(whole()) << "that it is diverted says not for whom";
    s.redirecting->number.digits = "2125550123";
    EXPECT_TRUE(whole()) << "whom a diverted call is for is said";
    s.redirecting.reset();
    w.config.pool = parseRange(std::string(accessNumber.e164()) + "0-" + accessNumber.e164() + "9").value();
    s.called = hal::fromE164(accessNumber, lines::dialPlan("us"));
    EXPECT_FALSE(whole()) << "a longer number of ours begins with it";
    EXPECT_TRUE(box::mayGoOn(accessNumber, w.config)) << "nor is it for a test call that is waited for";
    // A number that stands for a call of a switch, while it does.
    box::ExpectedCalls expected(w.loop);
    EXPECT_FALSE(expected.holds(routeNumber));
    ASSERT_TRUE(expected.add(routeNumber, announced()));
    EXPECT_TRUE(expected.holds(routeNumber));
    w.loop.runFor(fleet::expectedFor);
    EXPECT_FALSE(expected.holds(routeNumber));
}

} // namespace
