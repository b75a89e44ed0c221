// SPDX-License-Identifier: GPL-2.0-or-later
// A caller leaves a message: every way it can go, from the caller's side of the line.
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr std::size_t second = 8000;

Dial diverted()
{
    Dial d;
    d.redirecting = recipient;
    return d;
}

// The only message there is.
messages::MessageRow onlyMessage(World& w)
{
    const auto rows = w.messages();
    EXPECT_EQ(rows.size(), 1u);
    return rows.empty() ? messages::MessageRow() : rows.front();
}

std::size_t stored(World& w)
{
    const auto rows = w.messages();
    return std::size_t(std::count_if(rows.begin(), rows.end(), [](const messages::MessageRow& m) {
        return m.state != messages::MessageState::deleted;
    }));
}

TEST(Deposit, AMessageOfAll256CodesIsStoredBitExactAndSaidToBeSaved)
{
    World w;
    const OctetBuffer speech = allCodes(3 * second, 1);
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::greeting));
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(speech);
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
    EXPECT_TRUE(phone.untilHeard(Prompt::goodbye));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(phone.cause(), Cause::normalClearing);

    const messages::MessageRow m = onlyMessage(w);
    EXPECT_EQ(m.state, messages::MessageState::stored);
    EXPECT_EQ(m.from, caller);
    EXPECT_EQ(m.fromPresentation, "allowed");
    EXPECT_FALSE(m.cutShort);
    ASSERT_EQ(m.recipients.size(), 1u);
    EXPECT_EQ(m.recipients[0].number, recipient);
    EXPECT_TRUE(w.config.pool.contains(m.recipients[0].linkNumber));
    ASSERT_EQ(m.recipients[0].notifications.size(), 1u);
    EXPECT_EQ(m.recipients[0].notifications[0].protocol, "dialout");
    EXPECT_NE(findRun(w.stored(m.id), speech), std::string::npos);
    EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 5s)) << "a channel stays taken without a call";
}

TEST(Deposit, TheToneOfTheEndingKeyIsNotInTheMessage)
{
    World w;
    const OctetBuffer speech = noise(2 * second, 2);
    const messages::MessageRow m = w.leave(speech);
    const OctetBuffer audio = w.stored(m.id);
    const std::size_t at = findRun(audio, speech);
    ASSERT_NE(at, std::string::npos);
    const OctetBuffer rest(audio.begin() + std::ptrdiff_t(at + speech.size()), audio.end());
    EXPECT_LT(rest.size(), second / 2);
    // What little of the tone the detector missed is shorter than any key press it would know.
    std::size_t loud = 0;
    for (std::size_t i = 0; i + 80 <= rest.size(); i += 80)
        loud += hal::levelDbm0(Octets(rest).subspan(i, 80), hal::Law::alaw) > -40 ? 80 : 0;
    EXPECT_LE(loud, 160u);
}

TEST(Deposit, AMessageEndsBySilence)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(2 * second, 3);
    phone.speak(speech);
    EXPECT_TRUE(phone.untilHeard(Prompt::saved, 8s));
    ASSERT_TRUE(phone.untilReleased());
    const messages::MessageRow m = onlyMessage(w);
    EXPECT_FALSE(m.cutShort);
    EXPECT_NE(findRun(w.stored(m.id), speech), std::string::npos);
    EXPECT_GE(m.length, 7s); // nothing is trimmed
}

TEST(Deposit, AMessageEndsAtTheLimitAndIsNotCalledCutShort)
{
    World w([](box::BoxConfig& c) { c.limit = 10s; });
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(noise(11 * second, 4));
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
    ASSERT_TRUE(phone.untilReleased());
    const messages::MessageRow m = onlyMessage(w);
    EXPECT_FALSE(m.cutShort);
    EXPECT_GE(m.length, 9900ms);
    EXPECT_LE(m.length, 10100ms);
}

TEST(Deposit, ACallerWhoHangsUpHasLeftAMessageAllTheSame)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(2 * second, 5);
    phone.speak(speech);
    phone.hangup();
    ASSERT_TRUE(phone.untilReleased());
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 5s));
    const messages::MessageRow m = onlyMessage(w);
    EXPECT_EQ(m.state, messages::MessageState::stored);
    EXPECT_FALSE(m.cutShort);
    EXPECT_NE(findRun(w.stored(m.id), speech), std::string::npos);
}

TEST(Deposit, HangingUpBeforeAnythingIsSaidLeavesNothing)
{
    for (const Duration after : {0ms, 20ms, 100ms, 300ms, 600ms, 1000ms}) {
        World w;
        Phone phone = w.dial(diverted());
        w.loop.runFor(after);
        phone.hangup();
        ASSERT_TRUE(phone.untilReleased());
        EXPECT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0 && w.allIdle(); }, 10s))
            << toMs(after) << " ms";
        EXPECT_EQ(stored(w), 0u) << toMs(after) << " ms";
    }
}

TEST(Deposit, TooShortIsNoMessageAndMayBeRecordedAgainOnce)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(noise(second / 2, 6));
    phone.press("#");
    ASSERT_TRUE(phone.untilHeard(Prompt::tooShort));
    ASSERT_TRUE(phone.untilHeard(Prompt::recordAgain));
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(2 * second, 7);
    phone.speak(speech);
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(stored(w), 1u);

    Phone silent = w.dial(diverted());
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(silent.untilHeard(Prompt::beep));
        ASSERT_TRUE(silent.untilHeard(Prompt::tooShort)); // five seconds of silence are no message
    }
    EXPECT_TRUE(silent.untilHeard(Prompt::goodbye));
    ASSERT_TRUE(silent.untilReleased());
    EXPECT_FALSE(silent.heard(Prompt::saved));
    EXPECT_EQ(stored(w), 1u);
}

TEST(Deposit, SilenceAndThePoundKeyOrAHangUpAreNoMessage)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    w.loop.runFor(3s);
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::tooShort));
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    w.loop.runFor(3s);
    phone.hangup();
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 5s));
    EXPECT_EQ(stored(w), 0u);
}

TEST(Deposit, PoundDuringTheGreetingGoesStraightToTheBeep)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilConnected());
    phone.press("#");
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(2 * second, 8);
    phone.speak(speech);
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
    EXPECT_EQ(stored(w), 1u);
}

TEST(Deposit, ARecipientOutsideTheRangesIsRefusedInWordsAndNothingIsKept)
{
    World w;
    Dial d;
    d.redirecting = number("+12135550123");
    Phone phone = w.dial(d);
    EXPECT_TRUE(phone.untilHeard(Prompt::notAllowed));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(Prompt::beep));
    EXPECT_TRUE(w.messages().empty());
}

TEST(Deposit, TheRecipientIsTheOriginalOrTheLastDivertingNumberAsTheTrunkSays)
{
    for (const bool original : {true, false}) {
        World w([&](box::BoxConfig& c) { c.lines.spans[0].recipientFromOriginal = original; });
        Dial d;
        d.original = number("+12125550111");
        d.redirecting = number("+12125550122");
        Phone phone = w.dial(d);
        ASSERT_TRUE(phone.untilHeard(Prompt::beep));
        phone.speak(noise(2 * second, 9));
        phone.press("#");
        ASSERT_TRUE(phone.untilReleased());
        EXPECT_EQ(onlyMessage(w).recipients.at(0).number, original ? d.original : d.redirecting);
        EXPECT_NE(w.logged().find(original ? "by=original" : "by=redirecting"), std::string::npos)
            << "which of them it was is told (N27): " << w.logged();
        EXPECT_EQ(onlyMessage(w).recipientSource, original ? "original" : "redirecting");
    }
}

TEST(Deposit, AnAccessNumberMayStandForARecipient)
{
    World w([](box::BoxConfig& c) { c.access = {{accessNumber, recipient}}; });
    Phone phone = w.dial({});
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(noise(2 * second, 10));
    phone.press("#");
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(onlyMessage(w).recipients.at(0).number, recipient);
}

TEST(Deposit, ARecipientIsKeyedInWithThreeTries)
{
    World w([](box::BoxConfig& c) { c.keyIn = true; });
    Phone phone = w.dial({});
    ASSERT_TRUE(phone.untilHeard(Prompt::enterRecipient));
    phone.press("123#");
    ASSERT_TRUE(phone.untilHeard(Prompt::notANumber));
    ASSERT_TRUE(phone.untilHeard(Prompt::enterRecipient));
    phone.press("2135550123#");
    ASSERT_TRUE(phone.untilHeard(Prompt::notAllowed));
    ASSERT_TRUE(phone.untilHeard(Prompt::enterRecipient));
    phone.press("2125550123#");
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(noise(2 * second, 11));
    phone.press("#");
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_EQ(onlyMessage(w).recipients.at(0).number, recipient);

    Phone lost = w.dial({});
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(lost.untilHeard(Prompt::enterRecipient));
        lost.press("9#");
    }
    EXPECT_TRUE(lost.untilHeard(Prompt::notAllowed));
    ASSERT_TRUE(lost.untilReleased());
    EXPECT_EQ(stored(w), 1u);
}

TEST(Deposit, WithoutKeyingInAndWithoutRecipientTheCallerIsTold)
{
    World w;
    Phone phone = w.dial({});
    EXPECT_TRUE(phone.untilHeard(Prompt::notAllowed));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_TRUE(w.messages().empty());
}

TEST(Deposit, AWithheldNumberIsNeitherStoredNorLogged)
{
    World w;
    Dial d = diverted();
    d.presentation = hal::Presentation::restricted;
    Phone phone = w.dial(d);
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(noise(2 * second, 12));
    phone.press("#");
    ASSERT_TRUE(phone.untilReleased());
    const messages::MessageRow m = onlyMessage(w);
    EXPECT_FALSE(m.from.has_value());
    EXPECT_EQ(m.fromPresentation, "restricted");
    EXPECT_EQ(w.logged().find(caller.masked()), std::string::npos) << w.logged();
    EXPECT_EQ(w.logged().find(std::string(caller.digits())), std::string::npos);
}

TEST(Deposit, AFullDiskIsToldInWordsAndByAnAlarm)
{
    World w;
    w.files.setFull(true);
    Phone phone = w.dial(diverted());
    EXPECT_TRUE(phone.untilHeard(Prompt::storeFull));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(Prompt::beep));
    EXPECT_EQ(phone.cause(), Cause::temporaryFailure);
    EXPECT_TRUE(w.alarms.stands("message-not-stored"));

    w.files.setFull(false);
    w.leave(noise(2 * second, 13));
    EXPECT_FALSE(w.alarms.stands("message-not-stored"));
}

TEST(Deposit, ADiskThatFillsUpWhileRecordingIsNeverCalledSaved)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(2 * second, 14);
    phone.speak(speech);
    w.files.setFull(true);
    phone.speak(noise(4 * second, 15));
    EXPECT_TRUE(phone.untilHeard(Prompt::goodbye));
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_TRUE(w.alarms.stands("message-not-stored"));
    EXPECT_FALSE(phone.heard(Prompt::saved));
    EXPECT_TRUE(phone.heard(Prompt::notSaved));
    w.files.setFull(false);
    ASSERT_TRUE(w.run(w.store->sweep()));
    (void)w.leave(noise(2 * second, 16));
    EXPECT_FALSE(w.alarms.stands("message-not-stored")) << "the next one that is kept clears it (N8)";
}

// Not a full disk, which fails the database too: only the audio cannot be written any more.
TEST(Deposit, AMessageWhoseEndCouldNotBeWrittenIsNotCalledSavedAndReachesTheRecipientCutShort)
{
    for (const bool atTheEnd : {false, true}) {
        World w;
        Phone phone = w.dial(diverted());
        ASSERT_TRUE(phone.untilHeard(Prompt::beep));
        const OctetBuffer speech = noise(2 * second, 14);
        phone.speak(speech);
        w.loop.runFor(500ms);
        w.faulty.failing({Step::write}, ".wav");
        if (!atTheEnd)
            phone.speak(noise(2 * second, 15)); // the recording ends in the middle of it
        else
            phone.press("#");
        EXPECT_TRUE(phone.untilHeard(Prompt::notSaved));
        ASSERT_TRUE(phone.untilReleased());
        EXPECT_FALSE(phone.heard(Prompt::saved));
        EXPECT_TRUE(w.alarms.stands("message-not-stored"));
        w.faulty.fault = {};
        ASSERT_TRUE(w.run(w.store->sweep()));
        const messages::MessageRow m = onlyMessage(w);
        EXPECT_EQ(m.state, messages::MessageState::stored);
        EXPECT_TRUE(m.cutShort);
        EXPECT_NE(findRun(w.stored(m.id), OctetBuffer(speech.begin(), speech.begin() + second)), std::string::npos);
    }
}

TEST(Deposit, ACableOutInTheMiddleOfAMessageKeepsWhatWasSaid)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(3 * second, 16);
    phone.speak(speech);
    ASSERT_TRUE(w.lines->fault("span-los"));
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 120s));
    const messages::MessageRow m = onlyMessage(w);
    EXPECT_TRUE(m.cutShort);
    EXPECT_NE(findRun(w.stored(m.id), speech), std::string::npos);
}

TEST(Deposit, AMessageWithAHoleThatALineFaultMadeIsMarkedAndOneWithASlipIsNot)
{
    for (const bool fault : {true, false}) {
        World w;
        Phone phone = w.dial(diverted());
        ASSERT_TRUE(phone.untilHeard(Prompt::beep));
        phone.speak(noise(2 * second, 17));
        if (fault) {
            ASSERT_TRUE(w.lines->fault("span-los"));
            w.loop.runFor(400ms);
            ASSERT_TRUE(w.lines->fault("span-ok"));
        } else {
            ASSERT_TRUE(w.lines->all().front()->setFaults({.slips = 1}));
        }
        phone.speak(noise(2 * second, 18));
        phone.press("#");
        ASSERT_TRUE(phone.untilHeard(Prompt::saved));
        EXPECT_EQ(onlyMessage(w).cutShort, fault);
    }
}

TEST(Deposit, WhatTheLineLostWhileTheBeepWasPlayedMayHaveBeenSpeech)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep)); // its beginning
    ASSERT_TRUE(w.lines->fault("span-los"));
    w.loop.runFor(1s);
    ASSERT_TRUE(w.lines->fault("span-ok"));
    phone.speak(noise(2 * second, 18));
    phone.press("#");
    ASSERT_TRUE(phone.untilHeard(Prompt::saved));
    EXPECT_TRUE(onlyMessage(w).cutShort);
}

TEST(Deposit, AMissingPromptEndsNoCall)
{
    World w;
    const prompts::PromptSet none;
    w.reception = std::make_unique<box::Reception>(box::Desk{w.edges, w.config, *w.store, none, w.alarms, "dialout"},
                                                   w.mode, *w.lines);
    w.reception->open();
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilConnected());
    w.loop.runFor(2s); // the beep made without a file is over
    const OctetBuffer speech = noise(2 * second, 17);
    phone.speak(speech);
    phone.press("#");
    ASSERT_TRUE(phone.untilReleased());
    EXPECT_NE(findRun(w.stored(onlyMessage(w).id), speech), std::string::npos);
}

} // namespace
