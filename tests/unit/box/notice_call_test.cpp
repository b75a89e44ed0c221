// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of ours that tell a recipient: what is said before and after the key, and every way such a call can end.
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr std::size_t second = 8000;

class NoticeCall : public testing::Test {
protected:
    NoticeCall()
    {
        left = w.leave(speech);
        notice = w.run(w.store->take("dialout", 1)).value().at(0);
        EXPECT_EQ(notice.to, recipient);
    }
    // Starts the call; the phone it comes to.
    Phone ring()
    {
        w.tasks.start(World::keep(w.reception->call(notice), outcome));
        return Phone(w, w.incoming());
    }
    notify::NoticeCallResult result()
    {
        EXPECT_TRUE(w.loop.runUntil([&] { return outcome.has_value(); }, 120s)) << "the notice call does not end";
        return outcome && *outcome ? **outcome : notify::NoticeCallResult();
    }
    messages::RecipientState state() { return w.run(w.store->show(left.id)).value().recipients.at(0).state; }

    World w;
    const OctetBuffer speech = noise(2 * second, 30);
    messages::MessageRow left;
    messages::Notice notice;
    std::optional<Result<notify::NoticeCallResult>> outcome;
};

TEST_F(NoticeCall, TheRecipientPressesOneAndHearsTheMessage)
{
    Phone phone = ring();
    EXPECT_EQ(hal::toE164(phone.call().setup().called, hal::dialPlanEu()), recipient);
    EXPECT_EQ(hal::toE164(phone.call().setup().calling, hal::dialPlanEu()), w.config.number);
    phone.answer();
    ASSERT_TRUE(phone.untilHeard(Prompt::notice));
    EXPECT_FALSE(phone.heard(speech));
    phone.press("1");
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(phone.heard(speech));
    phone.press("3");
    EXPECT_TRUE(phone.untilHeard(Prompt::deleted));
    const auto r = result();
    EXPECT_TRUE(r.placed && r.answered && r.confirmed);
    EXPECT_EQ(r.cause, Cause::normalClearing);
    EXPECT_EQ(r.channel, "line");
    EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 5s));
}

TEST_F(NoticeCall, WhoKeepsItIsToldWhereToHearItAgain)
{
    Phone phone = ring();
    phone.answer();
    ASSERT_TRUE(phone.untilHeard(Prompt::notice));
    phone.press("1");
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    phone.press("2");
    ASSERT_TRUE(phone.untilHeard(Prompt::kept));
    ASSERT_TRUE(phone.untilHeard(Prompt::noticeLink));
    ASSERT_TRUE(phone.untilHeard(Prompt::noticeCode));
    ASSERT_TRUE(phone.untilHeard(Prompt::goodbye));
    // The code, digit by digit, is what was said last before the goodbye.
    std::string digits;
    for (std::size_t i = 0; i < phone.said().size(); ++i)
        if (phone.said()[i] == Prompt::noticeCode)
            for (std::size_t k = i + 1; k < phone.said().size() && phone.said()[k] != Prompt::goodbye; ++k)
                for (unsigned d = 0; d < 10; ++d)
                    if (phone.said()[k] == prompts::spokenNumber(d))
                        digits += char('0' + d);
    EXPECT_EQ(digits, notice.code.reveal());
    EXPECT_TRUE(result().confirmed);
}

// Another recipient still has it; whoever is called has deleted it meanwhile.
TEST_F(NoticeCall, WhoHasDeletedItWhileThePhoneRingsIsPlayedNothing)
{
    messages::NewMessage m;
    m.recipients = {stranger, number("+12125550178")};
    m.protocol = "dialout";
    auto draft = w.run(w.store->begin(m));
    ASSERT_TRUE(draft);
    const OctetBuffer said = noise(2 * second, 31);
    (*draft)->append(said, 0);
    const auto done = w.run(w.store->commit(std::move(*draft), false));
    ASSERT_TRUE(done) << done.error().what;
    notice = w.run(w.store->take("dialout", 1)).value().at(0);
    ASSERT_EQ(notice.to, stranger);
    Phone phone = ring();
    phone.answer();
    ASSERT_TRUE(phone.untilHeard(Prompt::notice));
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
    phone.press("1");
    EXPECT_TRUE(phone.untilHeard(Prompt::noMessage));
    EXPECT_TRUE(phone.untilReleased());
    EXPECT_FALSE(phone.heard(said)) << "a deleted message was played";
    EXPECT_TRUE(w.run(w.store->audio(done->message))) << "the other one's";
}

TEST_F(NoticeCall, AMachineHearsNothingPrivateAndConfirmsNothing)
{
    Phone machine = ring();
    machine.answer();
    const auto r = result();
    EXPECT_TRUE(r.answered);
    EXPECT_FALSE(r.confirmed);
    EXPECT_EQ(std::count(machine.said().begin(), machine.said().end(), Prompt::notice), 2) << "said once and repeated";
    EXPECT_FALSE(machine.heard(speech));
    for (const Prompt p : machine.said())
        EXPECT_TRUE(p == Prompt::notice || p == Prompt::goodbye) << prompts::fileId(p);
    EXPECT_EQ(state(), messages::RecipientState::waiting);
}

TEST_F(NoticeCall, AnotherKeyIsNoConfirmation)
{
    Phone phone = ring();
    phone.answer();
    ASSERT_TRUE(phone.untilHeard(Prompt::notice));
    phone.press("5");
    EXPECT_FALSE(result().confirmed);
    EXPECT_FALSE(phone.heard(speech));
}

TEST_F(NoticeCall, BusyRejectedAndUnallocatedComeBackAsTheirCauses)
{
    for (const Cause cause : {Cause::userBusy, Cause::callRejected, Cause::unallocatedNumber}) {
        outcome.reset();
        Phone phone = ring();
        phone.hangup(cause);
        const auto r = result();
        EXPECT_TRUE(r.placed);
        EXPECT_FALSE(r.answered);
        EXPECT_EQ(r.cause, cause);
    }
}

TEST_F(NoticeCall, NobodyAnswers)
{
    Phone phone = ring();
    ASSERT_TRUE(phone.call().alerting());
    const auto r = result();
    EXPECT_TRUE(r.placed);
    EXPECT_FALSE(r.answered);
    EXPECT_EQ(r.cause, Cause::noAnswer);
    EXPECT_TRUE(phone.untilReleased(5s)) << "the phone goes on ringing";
}

TEST_F(NoticeCall, HangingUpBeforeTheKeyOrInTheMessageIsNotHeard)
{
    Phone early = ring();
    early.answer();
    w.loop.runFor(50ms);
    early.hangup();
    auto r = result();
    EXPECT_TRUE(r.answered);
    EXPECT_FALSE(r.confirmed);

    outcome.reset();
    Phone late = ring();
    late.answer();
    ASSERT_TRUE(late.untilHeard(Prompt::notice));
    late.press("1");
    w.loop.runFor(1s);
    late.hangup();
    r = result();
    EXPECT_TRUE(r.confirmed); // told, but not heard
    EXPECT_EQ(state(), messages::RecipientState::waiting);
}

TEST_F(NoticeCall, NoNumberOutsideTheRangesIsEverCalled)
{
    notice.to = number("+12135550123");
    w.tasks.start(World::keep(w.reception->call(notice), outcome));
    EXPECT_FALSE(result().placed);
    EXPECT_TRUE(w.arrived.empty());
}

TEST_F(NoticeCall, ChannelsAreLeftForIncomingCalls)
{
    EXPECT_TRUE(w.reception->canCall());
    w.config.reserve = 30;
    EXPECT_FALSE(w.reception->canCall());
    w.tasks.start(World::keep(w.reception->call(notice), outcome));
    EXPECT_FALSE(result().placed);
    w.config.reserve = 29;
    EXPECT_TRUE(w.reception->canCall());
    status::ModeRecord maintenance;
    maintenance.state = status::Mode::maintenance;
    ASSERT_TRUE(w.run(w.mode.set(maintenance)));
    EXPECT_FALSE(w.reception->canCall());
}

TEST_F(NoticeCall, WithoutALineNothingIsTried)
{
    ASSERT_TRUE(w.lines->fault("span-los"));
    w.loop.runFor(1s);
    EXPECT_FALSE(w.reception->canCall());
    w.tasks.start(World::keep(w.reception->call(notice), outcome));
    EXPECT_FALSE(result().placed);
}

} // namespace
