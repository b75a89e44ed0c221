// SPDX-License-Identifier: GPL-2.0-or-later
// What the loss of a line costs the calls on it: a D channel alone nothing before T309, a cable all of them (N7,
// N23).
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

std::function<void(box::BoxConfig&)> withT309(int ms)
{
    return [ms](box::BoxConfig& c) { c.lines.spans.front().pri.timers = {{"T309", ms}}; };
}

// Takes the D channel away while somebody speaks, and gives it back when it has been known to be down for so long.
class Outage {
public:
    Outage(World& w, Duration lasts) : w_(w), lasts_(lasts), timer_(w.loop)
    {
        timer_.after(2s, [this] {
            w_.dChannel(false);
            look();
        });
    }
    [[nodiscard]] bool over() const { return over_; }

private:
    void look()
    {
        if (w_.lines->all().front()->trunk().status().dChannelUp)
            timer_.after(100ms, [this] { look(); });
        else
            timer_.after(lasts_, [this] {
                w_.dChannel(true);
                over_ = true;
            });
    }
    World& w_;
    Duration lasts_;
    Timer timer_;
    bool over_ = false;
};

// As the box does.
void lookEverySecond(World& w, Timer& t)
{
    t.after(1s, [&w, &t] {
        w.reception->look();
        lookEverySecond(w, t);
    });
}

TEST(LineLoss, ADChannelThatFailsOverInFiveOrTwentySecondsCostsNoWordOfTheMessage)
{
    for (const Duration away : {5s, 20s}) {
        World w(withT309(90'000));
        Timer looks(w.loop);
        lookEverySecond(w, looks);
        Phone phone = w.dial(diverted());
        ASSERT_TRUE(phone.untilHeard(Prompt::beep));
        const Outage outage(w, away);
        const OctetBuffer speech = noise(50 * second, 60);
        phone.speak(speech);
        ASSERT_TRUE(outage.over()) << "away for " << toMs(away);
        EXPECT_TRUE(w.lines->all().front()->trunk().status().dChannelUp) << "away for " << toMs(away);
        phone.press("#");
        ASSERT_TRUE(phone.untilHeard(Prompt::saved)) << "away for " << toMs(away);
        EXPECT_TRUE(phone.untilReleased());
        EXPECT_EQ(phone.cause(), Cause::normalClearing);
        const auto rows = w.messages();
        ASSERT_EQ(rows.size(), 1u);
        EXPECT_FALSE(rows[0].cutShort);
        EXPECT_NE(findRun(w.stored(rows[0].id), speech), std::string::npos) << "away for " << toMs(away);
        EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 60s));
    }
}

TEST(LineLoss, ADChannelThatStaysAwayEndsTheCallWhenT309HasRunOutAndWhatWasSaidIsKept)
{
    World w(withT309(10'000));
    Timer looks(w.loop);
    lookEverySecond(w, looks);
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(5 * second, 61);
    phone.speak(speech);
    w.dChannel(false);
    phone.speak(noise(60 * second, 62));
    ASSERT_TRUE(phone.untilReleased(1s));
    EXPECT_EQ(phone.cause(), Cause::destinationOutOfOrder);
    EXPECT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 1s));
    EXPECT_NE(w.logged().find("call ended call=line-1 cause=27"), std::string::npos);
    const auto rows = w.messages();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_NE(findRun(w.stored(rows[0].id), speech), std::string::npos);
    w.dChannel(true);
    EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 120s));
}

TEST(LineLoss, ACableThatIsOutEndsTheCallAfterThreeSecondsWhateverT309Says)
{
    World w(withT309(90'000));
    Timer looks(w.loop);
    lookEverySecond(w, looks);
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(5 * second, 63);
    phone.speak(speech);
    w.cable(false);
    w.loop.runFor(2500ms);
    EXPECT_EQ(w.reception->calls().size(), 1u);
    w.loop.runFor(2500ms);
    const auto rows = w.messages();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_NE(rows[0].state, messages::MessageState::recording);
    EXPECT_NE(findRun(w.stored(rows[0].id), speech), std::string::npos);
    w.cable(true);
    EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 120s));
    EXPECT_TRUE(phone.untilReleased(1s));
    EXPECT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 1s));
    EXPECT_NE(w.logged().find("call ended call=line-1 cause=27"), std::string::npos);
}

} // namespace
