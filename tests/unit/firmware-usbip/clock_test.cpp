// SPDX-License-Identifier: GPL-2.0-or-later
// The cards' time: hosts that come late lose nothing, one that hangs does not stop the others, and clocks that differ
// do so whatever the hosts do.
#include "../../support/kept_log.h"
#include "boards/usbip/card_clock.h"
#include "frames.h"
#include <gtest/gtest.h>
#include <map>
#include <random>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Layout;
using firmware::Personality;
using firmware::test::hex;

namespace {

// A host of a card over USB/IP with sixteen packets under way each way; it looks after them when it comes to it.
class LateHost : public Frames {
public:
    LateHost(Loop& loop, VirtualCard& card, unsigned seed) : card_(card), timer_(loop), chance_(seed) {}
    void open(std::function<void()> said)
    {
        said_ = std::move(said);
        peer_.connection.attach(card_.exported());
        peer_.control(hex("0009 0100 0000 0000"));
        peer_.control(hex("4102 0000 0000 0400"), hex("03000000"));
        peer_.control(hex("010b 0100 0000 0000"));
        for (unsigned i = 0; i < 16; ++i) {
            submitOut();
            submitIn();
        }
        submitFeedback();
        wake();
    }
    unsigned counter(unsigned n)
    {
        serve();
        const Bytes c = peer_.control(hex("c082 0000 0000 4000")).second;
        unsigned v = 0;
        for (unsigned i = 0; i < 4; ++i)
            v |= static_cast<unsigned>(c.at(n * 4 + i)) << 8 * i;
        return v;
    }
    bool hangs = false, late = true;
    Duration once{}; // it comes so late, one time

private:
    enum Kind : std::uint32_t { out, in, feedbackIn, kinds };
    std::uint32_t number(Kind k) { return (next_ += kinds) + k; }
    void submitOut()
    {
        const Bytes p = packet();
        const auto size = static_cast<std::uint32_t>(p.size());
        peer_.say(submit(number(out), false, Layout::out(0) & 0x0f, size, p, {{0, size}}));
    }
    void submitIn() { peer_.say(submit(number(in), true, Layout::in(0) & 0x0f, 292, {}, {{0, 292}})); }
    void submitFeedback() { peer_.say(submit(number(feedbackIn), true, Layout::feedback(0) & 0x0f, 3, {}, {{0, 3}})); }
    void serve()
    {
        for (Bytes a = peer_.answer(); !a.empty(); a = peer_.answer()) {
            const auto data = std::span(a).subspan(48);
            switch (wordAt(a, 4) % kinds) {
            case out:
                submitOut();
                break;
            case in:
                take(data.first(wordAt(a, 24)));
                submitIn();
                break;
            default:
                feedback = wordAt(a, 24) == 3 ? data[0] | data[1] * 256u : feedback;
                submitFeedback();
            }
        }
    }
    void wake()
    {
        if (hangs)
            return;
        serve();
        said_();
        const bool very = late && chance_() % 40 == 0;
        const Duration d = once > Duration::zero()
                               ? std::exchange(once, Duration::zero())
                               : std::chrono::milliseconds(very ? 20 + chance_() % 60 : 1 + chance_() % 4);
        timer_.after(d, [this] { wake(); });
    }
    VirtualCard& card_;
    Peer peer_{{}};
    Timer timer_;
    std::mt19937 chance_;
    std::function<void()> said_;
    std::uint32_t next_ = 0;
};

struct Clock : testing::Test {
    SimLoop loop;
    tests::KeptLog warnings;
    VirtualCard a{Personality::card(1), "000000000000000a", "1-1"}, b{Personality::card(1), "000000000000000b", "1-2"};
    CardClock clock{loop, Log(warnings, "test"), {&a, &b}};
    LateHost left{loop, a, 1}, right{loop, b, 2};
    void SetUp() override { a.plug(0, b, 0); }
    void up()
    {
        clock.start();
        left.open([this] { clock.look(); });
        right.open([this] { clock.look(); });
        loop.runFor(2s);
        for (LateHost* h : {&left, &right})
            h->received = h->broken = h->jumps = 0;
    }
    void nothingIsLost()
    {
        for (LateHost* h : {&left, &right}) {
            EXPECT_EQ(h->broken, 0u);
            EXPECT_EQ(h->jumps, 0u);
            EXPECT_EQ(h->counter(5) + h->counter(6), 0u) << "no slip";
            EXPECT_EQ(h->counter(7), 0u) << "no overflow";
            EXPECT_EQ(h->counter(8), 0u) << "no underflow";
        }
    }
};

TEST_F(Clock, AHostThatComesLateLosesNothing)
{
    up();
    loop.runFor(10s);
    nothingIsLost();
    EXPECT_GT(left.received, 10u * 8000 * 9 / 10) << "and what was late is made up for";
    left.once = 300ms;
    loop.runFor(2s);
    nothingIsLost();
    EXPECT_GE(clock.stoodStill(), 150ms);
    EXPECT_FALSE(warnings.text.empty());
}

TEST_F(Clock, DriftIsWhatWasAskedForHoweverLateTheHosts)
{
    b.drift(1000);
    up();
    const unsigned fast = left.counter(0), slow = right.counter(0);
    loop.runFor(10s);
    nothingIsLost();
    const double slowly = right.counter(0) - slow;
    EXPECT_GT(slowly, 10 * 8000 * 0.9);
    EXPECT_NEAR((left.counter(0) - fast) / slowly, 1.001, 0.0002) << "of what each line brings the other card";
}

TEST_F(Clock, PromptHostsAreServedAtTheClocksPace)
{
    left.late = right.late = false;
    up();
    const unsigned before = left.counter(0);
    loop.runFor(4s);
    EXPECT_NEAR(left.counter(0) - before, 32'000, 50);
    EXPECT_EQ(clock.stoodStill(), Duration::zero());
    EXPECT_TRUE(warnings.text.empty());
}

TEST_F(Clock, AHostThatHangsDoesNotStopTheOthers)
{
    up();
    right.hangs = true;
    loop.runFor(3s);
    EXPECT_EQ(a.device().port(0).alarmsNow() & CARD_ALARM_AIS, CARD_ALARM_AIS) << "the far card is without a host";
    const unsigned before = left.counter(10);
    loop.runFor(2s);
    EXPECT_GE(left.counter(10) - before, 1u) << "time goes on: seconds with AIS";
    EXPECT_LT(clock.stoodStill(), 1s);
}

TEST_F(Clock, AHostThatTakesItsPacketsBackIsNotWaitedFor)
{
    VirtualCard third{Personality::card(1), "000000000000000c", "1-3"};
    Peer other({});
    other.connection.attach(third.exported());
    other.control(hex("0009 0100 0000 0000"));
    other.control(hex("010b 0100 0000 0000"));
    EXPECT_TRUE(third.exported().bus->ready()) << "nothing runs yet";
    other.say(submit(7, true, Layout::in(0) & 0x0f, 292, {}, {{0, 292}}));
    third.millisecond();
    EXPECT_FALSE(third.exported().bus->ready());
    other.say(submit(8, true, Layout::in(0) & 0x0f, 292, {}, {{0, 292}}));
    EXPECT_TRUE(third.exported().bus->ready());
    other.say(unlink(9, 8));
    EXPECT_TRUE(third.exported().bus->ready()) << "its program ended the stream";
    other.say(submit(10, true, Layout::in(0) & 0x0f, 292, {}, {{0, 292}}));
    third.millisecond();
    EXPECT_FALSE(third.exported().bus->ready());
    other.answers.clear();
    EXPECT_EQ(other.control(hex("010b 0000 0000 0000")).first, 0);
    EXPECT_TRUE(third.exported().bus->ready()) << "the port is off";
}

// A loop whose time jumps, as that of a process that was held up.
struct JumpingLoop final : Loop {
    TimePoint time{};
    std::map<TimerId, std::pair<TimePoint, Callback>> timers;
    TimerId last = 0;
    [[nodiscard]] TimePoint now() const override { return time; }
    [[nodiscard]] WallTime wallNow() const override { return {}; }
    void post(Callback cb) override { startTimer(time, std::move(cb)); }
    TimerId startTimer(TimePoint when, Callback cb) override
    {
        timers.emplace(++last, std::pair(when, std::move(cb)));
        return last;
    }
    void cancelTimer(TimerId id) override { timers.erase(id); }
    Result<std::unique_ptr<Watch>> watch(int, Interest, Callback) override
    {
        return Error{Errc::unsupported, "no descriptors here"};
    }
    void jump(Duration d)
    {
        time += d;
        for (;;) {
            const auto due =
                std::find_if(timers.begin(), timers.end(), [&](const auto& t) { return t.second.first <= time; });
            if (due == timers.end())
                return;
            const Callback cb = std::move(due->second.second);
            timers.erase(due);
            cb();
        }
    }
};

TEST(ProcessThatIsLate, IsToldOnceASecondAtMost)
{
    JumpingLoop loop;
    tests::KeptLog warnings;
    VirtualCard card{Personality::card(1), "000000000000000a", "1-1"};
    CardClock clock(loop, Log(warnings, "test"), {&card});
    clock.start();
    for (unsigned i = 0; i < 10; ++i)
        loop.jump(100ms);
    EXPECT_TRUE(warnings.text.empty()) << "that much is made up for";
    const std::string what = "the cards' time stood still: a host or this process came too late ";
    loop.jump(500ms);
    const std::string once = what + "for=400ms in all=400ms\n";
    EXPECT_EQ(warnings.text, once);
    loop.jump(200ms);
    loop.jump(300ms);
    EXPECT_EQ(warnings.text, once);
    EXPECT_EQ(clock.stoodStill(), 700ms);
    for (unsigned i = 0; i < 6; ++i)
        loop.jump(100ms);
    EXPECT_EQ(warnings.text, once + what + "for=300ms in all=700ms\n");
}

} // namespace
