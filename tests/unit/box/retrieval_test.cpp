// SPDX-License-Identifier: GPL-2.0-or-later
// A recipient listens, and nobody else does.
#include "world.h"
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr std::size_t second = 8000;

class Retrieval : public testing::Test {
protected:
    Retrieval()
    {
        left = w.leave(speech);
        link = left.recipients.at(0).linkNumber;
    }
    Dial to(const PhoneNumber& from) const
    {
        Dial d;
        d.from = from;
        d.to = link;
        return d;
    }
    messages::RecipientRow now() { return w.run(w.store->show(left.id)).value().recipients.at(0); }
    messages::MessageState state() { return w.run(w.store->show(left.id)).value().state; }

    World w;
    const OctetBuffer speech = noise(2 * second, 20);
    messages::MessageRow left;
    PhoneNumber link;
};

TEST_F(Retrieval, TheRecipientDialsTheLinkNumberAndHearsTheMessage)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(phone.heard(speech));
    EXPECT_FALSE(phone.heard(Prompt::enterCode));
    EXPECT_EQ(now().state, messages::RecipientState::heard);
    EXPECT_TRUE(now().heardAt.has_value());
    const TimePoint menu = w.loop.now();
    EXPECT_TRUE(phone.untilHeard(Prompt::goodbye, 7s));
    EXPECT_GE(w.loop.now() - menu, 4900ms); // five seconds for a key
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(phone.cause(), Cause::normalClearing);
    EXPECT_EQ(phone.heardTimes(speech), 1u);
    EXPECT_EQ(state(), messages::MessageState::delivered);
    EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 5s));
}

TEST_F(Retrieval, AMessageDeletedWhileItIsHeardStaysDeletedAndRaisesNoAlarm)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilConnected());
    w.loop.runFor(1s);
    ASSERT_TRUE(w.run(w.store->remove(left.id)));
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    phone.press("2");
    EXPECT_TRUE(phone.untilHeard(Prompt::noMessage)) << "it cannot be kept any more";
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(Prompt::kept));
    EXPECT_EQ(state(), messages::MessageState::deleted);
    EXPECT_FALSE(now().heardAt.has_value());
    EXPECT_FALSE(w.alarms.stands("store-read"));
}

TEST_F(Retrieval, AWithheldButScreenedNumberStillIdentifies)
{
    Dial d = to(recipient);
    d.presentation = hal::Presentation::restricted;
    d.screening = hal::Screening::userPassed;
    Phone phone = w.dial(d);
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(phone.heard(speech));
    EXPECT_EQ(w.logged().find("from=" + recipient.masked()), std::string::npos) << "shown in the log";
}

TEST_F(Retrieval, AForgedCallerNumberIsAskedForTheCode)
{
    for (const hal::Screening s : {hal::Screening::userNotScreened, hal::Screening::userFailed}) {
        Dial d = to(recipient);
        d.screening = s;
        Phone phone = w.dial(d);
        ASSERT_TRUE(phone.untilHeard(Prompt::enterCode));
        phone.hangup();
        EXPECT_FALSE(phone.heard(speech));
    }
    EXPECT_FALSE(now().heardAt.has_value());
}

TEST_F(Retrieval, AnotherNumberHearsItWithTheCode)
{
    const std::string code = w.codeOf(left);
    ASSERT_EQ(code.size(), 6u);
    for (const char* end : {"", "#"}) {
        Phone phone = w.dial(to(stranger));
        ASSERT_TRUE(phone.untilHeard(Prompt::enterCode));
        phone.press(code + end);
        ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
        EXPECT_TRUE(phone.heard(speech));
        phone.hangup();
        ASSERT_TRUE(phone.untilReleased());
    }
    EXPECT_EQ(w.logged().find(code), std::string::npos) << "a secret in the log";
}

TEST_F(Retrieval, ACodeTypedAheadCounts)
{
    const std::string code = w.codeOf(left);
    Phone phone = w.dial(to(stranger));
    ASSERT_TRUE(phone.untilConnected());
    phone.press(code + "#");
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(phone.heard(speech));
}

TEST_F(Retrieval, ThreeWrongCodesEndTheCallAndPlayNothing)
{
    const std::string code = w.codeOf(left);
    const std::string wrong = code == "000000" ? "111111" : "000000";
    Phone phone = w.dial(to(stranger));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(phone.untilHeard(Prompt::enterCode)) << i;
        phone.press(wrong + "#");
    }
    ASSERT_TRUE(phone.untilHeard(Prompt::noMessage));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(std::count(phone.said().begin(), phone.said().end(), Prompt::wrongCode), 2);
    EXPECT_FALSE(phone.heard(speech));
    EXPECT_FALSE(now().heardAt.has_value());
    EXPECT_EQ(w.logged().find(wrong), std::string::npos) << "what was keyed in is in the log";
}

TEST_F(Retrieval, NoCodeAtAllEndsTheCall)
{
    Phone phone = w.dial(to(stranger));
    ASSERT_TRUE(phone.untilHeard(Prompt::noMessage, 120s));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(speech));
}

TEST_F(Retrieval, TheCodeOfAnotherLinkNumberOpensNothing)
{
    const messages::MessageRow other = w.leave(noise(2 * second, 21), number("+12125550144"));
    const std::string code = w.codeOf(other);
    if (other.recipients.at(0).linkNumber == link)
        GTEST_SKIP() << "both messages share the link number: the code is rightly good for it";
    Phone phone = w.dial(to(stranger));
    ASSERT_TRUE(phone.untilHeard(Prompt::enterCode));
    phone.press(code + "#");
    ASSERT_TRUE(phone.untilHeard(Prompt::wrongCode));
    EXPECT_FALSE(phone.heard(speech));
}

TEST_F(Retrieval, OneRepeatsAlsoInTheMiddleOfTheMessage)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilConnected());
    w.loop.runFor(1s);
    phone.press("1");
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_EQ(phone.heardTimes(speech), 1u);
    EXPECT_EQ(phone.heardTimes(OctetBuffer(speech.begin(), speech.begin() + 1000)), 2u);
    phone.press("1");
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_EQ(phone.heardTimes(speech), 2u);
}

TEST_F(Retrieval, TwoKeepsItAndItIsNotHeardAnyMore)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    phone.press("2");
    EXPECT_TRUE(phone.untilHeard(Prompt::kept));
    EXPECT_TRUE(phone.untilHeard(Prompt::goodbye));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(now().state, messages::RecipientState::notified);
    EXPECT_EQ(state(), messages::MessageState::stored);
    Phone again = w.dial(to(recipient));
    ASSERT_TRUE(again.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(again.heard(speech));
}

TEST_F(Retrieval, ThreeDeletesItAtOnceAndForGood)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilConnected());
    w.loop.runFor(500ms);
    phone.press("3"); // during the message
    EXPECT_TRUE(phone.untilHeard(Prompt::deleted));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(speech));
    EXPECT_EQ(state(), messages::MessageState::deleted);

    Phone late = w.dial(to(recipient)); // N35: the pair rests, and plays nobody's message
    ASSERT_TRUE(late.untilHeard(Prompt::enterCode));
    ASSERT_TRUE(late.untilHeard(Prompt::noMessage, 120s));
    EXPECT_FALSE(late.heard(speech));
}

TEST_F(Retrieval, HangingUpBeforeTheEndIsNotHeard)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilConnected());
    w.loop.runFor(1500ms);
    phone.hangup();
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 5s));
    EXPECT_FALSE(now().heardAt.has_value());
    EXPECT_EQ(state(), messages::MessageState::stored);
}

TEST_F(Retrieval, ALineLostForSecondsEndsTheCallAndWhatItPlayedIntoTheVoidIsNotHeard)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilConnected());
    w.loop.runFor(1500ms);
    ASSERT_TRUE(w.lines->fault("span-los"));
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().toJson()["calls"].empty(); }, 120s));
    ASSERT_TRUE(w.lines->fault("span-ok"));
    w.loop.runFor(60s);
    EXPECT_FALSE(now().heardAt.has_value());
    EXPECT_EQ(state(), messages::MessageState::stored);
    EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 60s));
}

TEST_F(Retrieval, OtherKeysAreIgnored)
{
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    phone.press("90*");
    phone.press("2");
    EXPECT_TRUE(phone.untilHeard(Prompt::kept));
}

TEST_F(Retrieval, AMessageWhoseAudioIsGoneIsToldInWords)
{
    const auto names = w.files.list("/state/audio");
    ASSERT_EQ(names.value().size(), 1u);
    ASSERT_TRUE(w.files.remove("/state/audio/" + names->front()));
    Phone phone = w.dial(to(recipient));
    EXPECT_TRUE(phone.untilHeard(Prompt::noMessage));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(Prompt::retrievalMenu));
}

TEST_F(Retrieval, AStoreThatCannotWriteStillPlaysAndRaisesAnAlarm)
{
    w.files.setReadOnly(true);
    Phone phone = w.dial(to(recipient));
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu)) << w.logged();
    EXPECT_TRUE(phone.heard(speech));
    EXPECT_TRUE(w.alarms.stands("store-read"));
    phone.press("3");
    EXPECT_TRUE(phone.untilHeard(Prompt::tryLater)); // never "deleted" when it is not
    EXPECT_FALSE(phone.heard(Prompt::deleted));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(phone.cause(), Cause::temporaryFailure);
    w.files.setReadOnly(false);
    Phone again = w.dial(to(recipient));
    EXPECT_TRUE(again.untilHeard(Prompt::retrievalMenu));
    EXPECT_FALSE(w.alarms.stands("store-read")) << "it is read again (N8)";
}

TEST(SingleNumber, WhoHasAMessageThereIsOfferedItFirst)
{
    World w([](box::BoxConfig& c) { c.pool = {accessNumber, accessNumber}; });
    const OctetBuffer speech = noise(2 * second, 22);
    w.leave(speech);
    Dial d;
    d.from = recipient;
    Phone phone = w.dial(d);
    ASSERT_TRUE(phone.untilHeard(Prompt::notice));
    phone.press("1");
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(phone.heard(speech));
}

TEST(SingleNumber, WhoHasNoneLeavesAMessage)
{
    World w([](box::BoxConfig& c) {
        c.pool = {accessNumber, accessNumber};
        c.access = {{accessNumber, recipient}};
    });
    Phone phone = w.dial({});
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    EXPECT_FALSE(phone.heard(Prompt::notice));
    phone.speak(noise(2 * second, 23));
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
}

} // namespace
