// SPDX-License-Identifier: GPL-2.0-or-later
// What DAHDI shows of an analog port and tells of it, as events of the line.
#include "../../../hal/backends/dahdi/line_port.h"
#include <callbox/base/time.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

using dahdi::Event;
using dahdi::LineSight;
using Hook = LineSight::Hook;

class Line {
public:
    explicit Line(PortKind kind, bool bits = true) : port_({Timeslot{5}, kind, LineStart::kewl}), bits_(bits) {}

    // Looks at it every 20 ms, as a span does.
    Line& shows(Hook hook, Duration d, bool alarm = false)
    {
        for (; d > Duration::zero(); d -= 20ms) {
            now_ += 20ms;
            port_.look({hook, alarm, bits_}, now_, events_);
        }
        return *this;
    }
    Line& tells(Event e)
    {
        port_.hear(e, now_, events_);
        return *this;
    }
    // Nobody looks.
    Line& stalls(Duration d)
    {
        now_ += d;
        return *this;
    }
    // What has happened since asked last, as "ring-begin ring-end:400"; digits come as themselves.
    std::string told()
    {
        std::string out;
        for (const LineEvent& e : std::exchange(events_, {})) {
            EXPECT_EQ(index(e.port), 5u);
            out += out.empty() ? "" : " ";
            out += e.kind == LineEvent::Kind::pulseDigit ? std::string(1, e.digit) : std::string(name(e.kind));
            if (e.kind == LineEvent::Kind::ringEnd)
                out += ":" + std::to_string(toMs(e.burst));
        }
        return out;
    }

private:
    dahdi::LinePort port_;
    bool bits_;
    TimePoint now_{};
    std::vector<LineEvent> events_;
};

} // namespace

TEST(DahdiLinePort, ARingIsToldWhenItBeginsAndOnceThoughDahdiTellsOnlyItsEnd)
{
    Line line(PortKind::fxo);
    EXPECT_EQ(line.shows(Hook::offHook, 100ms).told(), "battery-back");
    EXPECT_EQ(line.shows(Hook::ring, 400ms).told(), "ring-begin");
    EXPECT_EQ(line.shows(Hook::offHook, 40ms).told(), "");
    EXPECT_EQ(line.tells(Event::ringOffHook).shows(Hook::offHook, 100ms).told(), "ring-end:400");
    EXPECT_EQ(line.tells(Event::ringOffHook).shows(Hook::offHook, 100ms).told(), "");
}

TEST(DahdiLinePort, ARingWithShortGapsIsOne)
{
    Line line(PortKind::fxo);
    line.shows(Hook::offHook, 100ms).told();
    for (int i = 0; i < 5; ++i)
        line.shows(Hook::ring, 60ms).shows(Hook::offHook, 40ms);
    EXPECT_EQ(line.shows(Hook::offHook, 200ms).told(), "ring-begin ring-end:460");
}

TEST(DahdiLinePort, OfADriverThatTellsHookStatesARingIsOverWhenItSaysSo)
{
    Line line(PortKind::fxo, false);
    line.shows(Hook::offHook, 1s).told();
    EXPECT_EQ(line.shows(Hook::ring, 400ms).shows(Hook::offHook, 20ms).told(), "ring-begin ring-end:400");
}

TEST(DahdiLinePort, ARingThatAStallHasHiddenIsToldAtItsEnd)
{
    Line line(PortKind::fxo);
    line.shows(Hook::offHook, 100ms).told();
    EXPECT_EQ(line.stalls(700ms).tells(Event::ringOffHook).shows(Hook::offHook, 100ms).told(),
              "ring-begin ring-end:700");
}

TEST(DahdiLinePort, AnExchangeThatWasNeverThereIsNoRingAndNoBattery)
{
    Line line(PortKind::fxo);
    EXPECT_EQ(line.shows(Hook::unknown, 1s).told(), "");
    EXPECT_EQ(line.shows(Hook::ring, 1s).told(), "") << "the bits of a channel that nobody has configured";
    EXPECT_EQ(line.shows(Hook::offHook, 40ms).tells(Event::ringOffHook).shows(Hook::offHook, 1s).told(),
              "battery-back");
}

TEST(DahdiLinePort, ABatteryIsLostAfter64MsAndBackAtOnce)
{
    Line line(PortKind::fxo);
    line.shows(Hook::offHook, 100ms).told();
    EXPECT_EQ(line.shows(Hook::onHook, 60ms).shows(Hook::offHook, 200ms).told(), "");
    EXPECT_EQ(line.shows(Hook::onHook, 500ms).told(), "battery-lost");
    EXPECT_EQ(line.shows(Hook::offHook, 20ms).told(), "battery-back");
    EXPECT_EQ(line.shows(Hook::offHook, 500ms, true).told(), "battery-lost") << "a channel's alarm is a lost battery";
    EXPECT_EQ(line.shows(Hook::offHook, 20ms).told(), "battery-back");
}

TEST(DahdiLinePort, ADriverThatTellsChangesOnlyHasABatteryUnlessItSaysNot)
{
    EXPECT_EQ(Line(PortKind::fxo, false).shows(Hook::unknown, 20ms).told(), "battery-back");
    EXPECT_EQ(Line(PortKind::fxo, false).shows(Hook::unknown, 1s, true).told(), "");
}

TEST(DahdiLinePort, PolarityIsToldEachTimeItChanges)
{
    Line line(PortKind::fxo);
    line.shows(Hook::offHook, 100ms).told();
    EXPECT_EQ(line.tells(Event::polarity).told(), "reversed");
    EXPECT_EQ(line.tells(Event::polarity).told(), "normal");
}

TEST(DahdiLinePort, ATelephoneIsToldOnceHoweverItIsNoticed)
{
    Line line(PortKind::fxs);
    EXPECT_EQ(line.shows(Hook::onHook, 2s).told(), "") << "it was never up";
    EXPECT_EQ(line.shows(Hook::offHook, 40ms).tells(Event::ringOffHook).shows(Hook::offHook, 1s).told(), "off-hook");
    EXPECT_EQ(line.shows(Hook::onHook, 1240ms).tells(Event::onHook).shows(Hook::onHook, 3s).told(), "on-hook");
}

TEST(DahdiLinePort, ATelephonePutDownWhileTheLoopIsOpenIsToldThoughDahdiDoesNot)
{
    Line line(PortKind::fxs);
    line.shows(Hook::offHook, 1s).told();
    EXPECT_EQ(line.shows(Hook::onHook, 1480ms).told(), "");
    EXPECT_EQ(line.shows(Hook::onHook, 100ms).told(), "on-hook");
}

TEST(DahdiLinePort, FlashesAndDigitsAreThoseOfATelephoneOnly)
{
    Line telephone(PortKind::fxs), exchange(PortKind::fxo);
    exchange.shows(Hook::offHook, 100ms).told();
    const auto digit = [](int d) { return Event(int(Event::pulse0) + d); };
    EXPECT_EQ(telephone.tells(Event::winkFlash).tells(digit(3)).told(), "") << "on-hook";
    telephone.shows(Hook::offHook, 1s).told();
    EXPECT_EQ(telephone.shows(Hook::onHook, 100ms).tells(digit(0)).tells(digit(9)).tells(Event::winkFlash).told(),
              "0 9 flash");
    EXPECT_EQ(telephone.tells(Event::dialComplete).tells(Event::polarity).tells(Event::other).told(), "");
    EXPECT_EQ(exchange.tells(Event::winkFlash).tells(digit(3)).tells(Event::onHook).tells(Event::other).told(), "");
    EXPECT_EQ(exchange.tells(Event::dialComplete).told(), "dialled");
}

TEST(DahdiLinePort, ATelephonePickedUpJustAfterTheStartHasNotDialledAOne)
{
    Line line(PortKind::fxs);
    const auto one = Event(int(Event::pulse0) + 1);
    EXPECT_EQ(line.tells(Event::pulseStart).shows(Hook::offHook, 300ms).tells(one).told(), "off-hook");
    EXPECT_EQ(line.tells(Event::pulseStart).shows(Hook::offHook, 300ms).tells(one).told(), "1");
}
