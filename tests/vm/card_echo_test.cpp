// SPDX-License-Identifier: GPL-2.0-or-later
// Echo on lines of our driver: what the line gives back of our own voice, some milliseconds later and weaker, and one
// of DAHDI's cancellers (MG2) that is to take it away.
#include "card_ends.h"
#include "card_pair.h"
#include "line_ends.h"
#include <atomic>
#include <cmath>
#include <gtest/gtest.h>
#include <iostream>
#include <random>
#include <spandsp.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

constexpr unsigned slot = 1;
constexpr int loss = 4; // what comes back is a quarter of what was sent: 12 dB, a bad hybrid's

// Says noise of -15 dBm0 all the time and measures what it hears.
class Speaker final : public SpanEvents {
public:
    void onTick(const SpanTick& t) override
    {
        constexpr int peak = 4971;
        std::uniform_int_distribution<int> noise(-peak, peak);
        for (const SlotBlock& s : t.slots) {
            for (std::uint8_t& o : s.tx)
                o = linear_to_alaw(noise(chance_));
            for (const std::uint8_t o : s.rx) {
                const double v = alaw_to_linear(o);
                power_ += v * v;
                ++samples;
            }
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms a) override { alarms = a; }
    void onSlip() override { ++slips; }
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    void begin() { power_ = 0, samples = 0; }
    // dBm0, since begin(); a sine of 3.14 dBm0 has a peak of 32256 (G.711 table 1a).
    [[nodiscard]] double level() const
    {
        return 10 * std::log10(power_ / double(samples) / (32256.0 * 32256.0 / 2)) + 3.14;
    }
    std::uint64_t samples = 0;
    unsigned slips = 0;
    Alarms alarms;

private:
    std::mt19937 chance_{15};
    double power_ = 0;
};

// Where the line is given back: the far card gives all back, or the near card before its line. On the way from the near
// card to the kernel the slot becomes weaker.
enum class At { farEnd, card };
class Echo {
public:
    Echo(At at, const BackendKeys& near) : card_(at == At::farEnd ? 1 : 0)
    {
        EXPECT_EQ(std::system("modprobe dahdi_echocan_mg2"), 0);
        EXPECT_TRUE(cards_.plugIn(0) && cards_.plugIn(1));
        EXPECT_TRUE(cards_.configure(0, {.lineIsClock = false}) && cards_.configure(1, {.lineIsClock = true}));
        pair_ = std::make_unique<CardPair>(cards_, near);
        cards_.on([this] {
            cards_.onAnswer(0, [this](const GuestCards::Asked& asked, OctetBuffer& answer) {
                if (asked.dataIn())
                    eachPacket(answer, [this](std::span<std::uint8_t> packet) {
                        for (std::size_t at = CARD_E1_HEADER + slot; at < packet.size(); at += CARD_E1_FRAME) {
                            packet[at] = linear_to_alaw(alaw_to_linear(packet[at]) / loss);
                            loud_ += packet[at] != linear_to_alaw(0);
                        }
                    });
                return true;
            });
        });
        EXPECT_TRUE(pair_->near().start(pair_->config(), near_));
        EXPECT_TRUE(pair_->near().openSlot(Timeslot{slot}));
        pair_->pass(1s); // a loop ends where a span starts
        EXPECT_TRUE(
            maintainSpan(cards_.span(card_), at == At::farEnd ? DAHDI_MAINT_NETWORKLINELOOP : DAHDI_MAINT_LOCALLOOP));
    }
    ~Echo()
    {
        pair_->near().stop();
        EXPECT_TRUE(maintainSpan(cards_.span(card_), DAHDI_MAINT_NONE));
        pair_.reset();
        EXPECT_TRUE(kernelIsWell());
    }
    // dBm0 of what is heard in a second, after `first`.
    double level(Duration first)
    {
        pair_->pass(first);
        near_.begin();
        loud_ = 0;
        EXPECT_TRUE(pair_->until([&] { return near_.samples >= 8000; }, 5s));
        EXPECT_GT(loud_, 7000u) << "an echo comes from the card, whatever is left of it";
        return near_.level();
    }
    GuestCards& cards() { return cards_; }

private:
    unsigned card_;
    std::atomic<unsigned> loud_ = 0; // samples of echo that are no silence
    GuestCards cards_{firmware::Personality::card(1)};
    Speaker near_;
    std::unique_ptr<CardPair> pair_;
};

// What is left of `echo` dBm0 after three seconds of learning.
void cancels(double echo, double left, GuestCards& cards)
{
    std::cout << echo << " dBm0 of echo, " << left << " left; " << cards.status(0, "echo_delay")
              << " us of our own, learnt anew " << cards.status(0, "echo_moves") << " times\n";
    EXPECT_LT(left, echo - 20);
}

TEST(CardEcho, AnEchoFromTheLineIsCancelled)
{
    double echo = 0;
    {
        Echo without(At::farEnd, {});
        echo = without.level(2s);
        EXPECT_NEAR(echo, -27, 1) << "12 dB below what is said";
    }
    {
        Echo with(At::farEnd, {{"echo_canceller", "mg2 128 on 1"}});
        cancels(echo, with.level(3s), with.cards());
        EXPECT_EQ(resetDevice(with.cards().device(0)), 0);
        cancels(echo, with.level(3s), with.cards()); // what is under way is another then
    }
    Echo with(At::card, {{"echo_canceller", "mg2 128 on 1"}}); // no line at all: the shortest echo that there is
    cancels(echo, with.level(3s), with.cards());
}

// The hybrid of the card's own port: no echo is shorter.
TEST(CardEcho, AnAnalogLinesOwnEchoIsCancelled)
{
    EXPECT_EQ(std::system("modprobe dahdi_echocan_mg2"), 0);
    GuestCards cards({firmware::Personality::card(0).withBank(1, 0), firmware::Personality::card(0).withBank(0, 1)});
    ASSERT_TRUE(cards.plugIn(CardEnds::box) && cards.plugIn(CardEnds::office));
    ASSERT_TRUE(waitFor([&] { return cards.status(CardEnds::box, "port1") == "FXO battery"; }, 5s));
    double echo = 0;
    for (const bool cancelled : {false, true}) {
        const BackendKeys keys = cancelled ? BackendKeys{{"echo_canceller", "mg2 128 on 1"}} : BackendKeys{};
        CardEnds ends(cards, keys);
        ends.wire([](usbip::AnalogWire& w) { w.echo = 1.0 / loss; });
        Speaker speaker;
        ASSERT_TRUE(ends.fxo().start(bankOf(PortKind::fxo, 1), speaker));
        ASSERT_TRUE(ends.fxo().openSlot(Timeslot{slot}));
        ends.pass(1s); // the line is known
        ASSERT_TRUE(ends.fxoLine().setHook(Timeslot{slot}, true));
        ends.pass(3s);
        speaker.begin();
        EXPECT_TRUE(ends.until([&] { return speaker.samples >= 8000; }, 5s));
        if (cancelled)
            cancels(echo, speaker.level(), cards);
        else
            echo = speaker.level();
        EXPECT_NEAR(echo, -27, 1) << "12 dB below what is said";
        ASSERT_TRUE(ends.fxoLine().setHook(Timeslot{slot}, false));
        ends.fxo().stop();
    }
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
