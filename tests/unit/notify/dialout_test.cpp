// SPDX-License-Identifier: GPL-2.0-or-later
// Dial-out: whom we call when, against phones that answer as told.
#include "notify/dialout/dialout_notifier.h"
#include "world.h"
#include <gmock/gmock.h>

namespace callbox::tests {
namespace {

using hal::Cause;

class FakeCaller final : public NoticeCaller {
public:
    explicit FakeCaller(Loop& loop) : loop_(loop) {}
    [[nodiscard]] bool canCall() const override { return trunkUp && under < channels; }
    Task<NoticeCallResult> call(Notice n) override
    {
        struct Under {
            explicit Under(unsigned& u) : under(u) { ++under; }
            ~Under() { --under; }
            unsigned& under;
        } one(under);
        calls.emplace_back(loop_.now(), n.to.e164());
        most = std::max(most, under);
        co_await sleepFor(loop_, takes);
        NoticeCallResult r;
        r.placed = trunkUp;
        r.channel = "trunk1";
        answer(r);
        co_return r;
    }
    bool trunkUp = true;
    unsigned channels = 30;
    unsigned under = 0, most = 0;
    Duration takes = 20s;
    std::function<void(NoticeCallResult&)> answer = [](NoticeCallResult& r) { r.answered = r.confirmed = true; };
    std::vector<std::pair<TimePoint, std::string>> calls;

private:
    Loop& loop_;
};

struct DialoutWorld : OutboxWorld {
    explicit DialoutWorld(DialoutConfig config = {}) : notifier(edges, config, caller)
    {
        OutboxWorld::start({&notifier});
    }
    ~DialoutWorld() { outbox.reset(); }
    MessageId message(const std::string& recipient = "+12125550123")
    {
        NewMessage m = to({recipient});
        m.protocol = "dialout";
        const auto done = deposit(m, speech(16000));
        EXPECT_TRUE(done);
        return done ? done->message : 0;
    }
    void answers(Cause cause)
    {
        caller.answer = [cause](NoticeCallResult& r) { r.cause = cause; };
    }
    // Minutes between the starts of the calls.
    [[nodiscard]] std::vector<int> gaps() const
    {
        std::vector<int> out;
        for (std::size_t i = 1; i < caller.calls.size(); ++i)
            out.push_back(int(toMs(caller.calls[i].first - caller.calls[i - 1].first) / 60000));
        return out;
    }
    FakeCaller caller{loop};
    DialoutNotifier notifier;
};

TEST(Dialout, AConfirmedCallIsDelivered)
{
    DialoutWorld w;
    const MessageId id = w.message();
    w.loop.runFor(1h);
    EXPECT_EQ(w.caller.calls.size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
    EXPECT_EQ(w.recipient(id), RecipientState::notified);
}

TEST(Dialout, AnAnsweringMachineIsNotTold)
{
    DialoutWorld w;
    w.caller.answer = [](NoticeCallResult& r) { r.answered = true, r.cause = Cause::normalClearing; };
    const MessageId id = w.message();
    w.loop.runFor(2h);
    EXPECT_EQ(w.row(id).state, NotificationState::queued);
    EXPECT_THAT(w.row(id).lastError, testing::HasSubstr("no key"));
    EXPECT_THAT(w.gaps(), testing::Each(testing::Ge(30)));
    EXPECT_GE(w.caller.calls.size(), 3u);
}

TEST(Dialout, BusyIsTriedAgainInMinutesAndNoAnswerLater)
{
    DialoutWorld w;
    w.answers(Cause::userBusy);
    w.message();
    w.loop.runFor(30min);
    EXPECT_THAT(w.gaps(), testing::ElementsAre(3, 4, 8));
    DialoutWorld other;
    other.answers(Cause::noAnswer);
    other.message();
    other.loop.runFor(2h);
    EXPECT_THAT(other.gaps(), testing::ElementsAre(15, 15, 15, 16, 32));
}

TEST(Dialout, WhoRejectsACallIsNotCalledAgainForThisMessage)
{
    DialoutWorld w;
    w.answers(Cause::callRejected);
    const MessageId id = w.message();
    w.loop.runFor(3h);
    EXPECT_EQ(w.caller.calls.size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_EQ(w.recipient(id), RecipientState::failed);
    w.caller.answer = [](NoticeCallResult& r) { r.answered = r.confirmed = true; };
    const MessageId next = w.message(); // another message is another matter
    w.loop.runFor(1min);
    EXPECT_EQ(w.row(next).state, NotificationState::delivered);
}

TEST(Dialout, ANumberThatDoesNotExistHasFailed)
{
    DialoutWorld w;
    w.answers(Cause::unallocatedNumber);
    const MessageId id = w.message();
    w.loop.runFor(3h);
    EXPECT_EQ(w.caller.calls.size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_THAT(w.row(id).lastError, testing::HasSubstr("cause 1 "));
    ASSERT_EQ(w.outbox->troubles().size(), 1u);
}

TEST(Dialout, APhoneIsNeverCalledTwiceAtATime)
{
    DialoutWorld w;
    w.message(), w.message();
    const MessageId other = w.message("+12125550150");
    w.loop.runFor(10s);
    EXPECT_EQ(w.caller.calls.size(), 2u) << "one to each";
    w.loop.runFor(10min);
    EXPECT_EQ(w.caller.calls.size(), 3u);
    EXPECT_EQ(w.row(other).state, NotificationState::delivered);
}

TEST(Dialout, OnlySoManyCallsAtOnce)
{
    DialoutWorld w;
    for (int i = 0; i < 12; ++i)
        w.message("+1212555010" + std::to_string(i % 10) + (i > 9 ? "1" : ""));
    w.loop.runFor(5min);
    EXPECT_EQ(w.caller.most, 4u);
    EXPECT_EQ(w.caller.calls.size(), 12u);
}

TEST(Dialout, WithoutATrunkNoticesWaitAndGoWhenItIsBack)
{
    DialoutWorld w;
    w.caller.trunkUp = false;
    const MessageId id = w.message();
    w.loop.runFor(1h);
    EXPECT_TRUE(w.caller.calls.empty());
    EXPECT_EQ(w.row(id).attempts, 0);
    ASSERT_EQ(w.outbox->troubles().size(), 1u);
    w.caller.trunkUp = true;
    w.loop.runFor(30s);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
}

TEST(Dialout, ATrunkLostUnderwayIsNoTryOfTheRecipients)
{
    DialoutWorld w;
    w.caller.answer = [&w](NoticeCallResult& r) {
        r.placed = false; // the last channel went to somebody else
        w.caller.answer = [](NoticeCallResult& again) { again.answered = again.confirmed = true; };
    };
    const MessageId id = w.message();
    w.loop.runFor(10min);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
    EXPECT_EQ(w.caller.calls.size(), 2u);
}

// Simulated time starts at 14:00 UTC, 15:00 in Berlin (N73).
TEST(Dialout, NobodyIsCalledInQuietHoursRetriesIncluded)
{
    DialoutConfig config;
    config.quiet = *parseQuietHours("15:20-16:30");
    config.zone = *Zone::find("Europe/Berlin");
    DialoutWorld w(config);
    w.answers(Cause::noAnswer); // 14:00, 14:15; the third would be at 14:31
    const TimePoint start = w.loop.now();
    w.message();
    w.loop.runFor(85min);
    EXPECT_EQ(w.caller.calls.size(), 2u);
    EXPECT_TRUE(w.outbox->troubles().empty()) << "quiet is not away";
    w.loop.runFor(10min);
    ASSERT_EQ(w.caller.calls.size(), 3u);
    EXPECT_EQ(std::chrono::floor<std::chrono::minutes>(w.caller.calls[2].first - start), 90min);
}

TEST(QuietHours, MayGoOverMidnight)
{
    const auto at = [](unsigned hour, unsigned minute) { return LocalTime{2026, 11, 22, hour, minute}; };
    const QuietHours night = *parseQuietHours("22:00-07:00");
    EXPECT_TRUE(night.contains(at(22, 0)));
    EXPECT_TRUE(night.contains(at(0, 0)));
    EXPECT_TRUE(night.contains(at(6, 59)));
    EXPECT_FALSE(night.contains(at(7, 0)));
    EXPECT_FALSE(night.contains(at(21, 59)));
    EXPECT_FALSE(QuietHours{}.contains(at(0, 0)));
    for (const char* wrong : {"", "22:00", "22:00-24:00", "22:60-07:00", "2:00-07:00 ", "22:00 07:00", "ab:cd-ef:gh"})
        EXPECT_FALSE(parseQuietHours(wrong)) << wrong;
}

TEST(Dialout, ACrashDuringTheCallCallsOnceMore)
{
    DialoutWorld w;
    const MessageId id = w.message();
    w.loop.runFor(10s);
    for (int i = 0; i < 3; ++i) {
        w.crash();
        w.OutboxWorld::start({&w.notifier});
        w.loop.runFor(70s); // 60 s unknown, then it rings again
    }
    w.loop.runFor(1h);
    EXPECT_EQ(w.caller.calls.size(), 2u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_EQ(w.row(id).attempts, 2);
}

} // namespace
} // namespace callbox::tests
