// SPDX-License-Identifier: GPL-2.0-or-later
// Each alarm of lines, modems and the clock is made, found, mended and found cleared (N8); one fault is one alarm.
#include "alarms/line_watch.h"
#include "alarms/performance_watch.h"
#include "world.h"
#include <callbox/hal/virtual_span.h>
#include <callbox/lab/at_modem.h>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::alarms;
using namespace callbox::alarms::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

// A virtual span whose card can be pulled, whose alarms and samples can be anything.
class CardIo final : public hal::SpanIo {
public:
    explicit CardIo(std::unique_ptr<hal::SpanIo> below) : below_(std::move(below)) {}
    Result<void> start(const hal::SpanConfig& c, hal::SpanEvents& e) override
    {
        if (out)
            return Error{Errc::not_found, "no such card"};
        events_ = &e;
        filter_.to = &e;
        filter_.io = this;
        return below_->start(c, filter_);
    }
    void stop() noexcept override { below_->stop(); }
    Result<void> openSlot(hal::Timeslot s) override { return below_->openSlot(s); }
    void closeSlot(hal::Timeslot s) noexcept override { below_->closeSlot(s); }
    Result<void> sendFrame(Octets f) override { return deaf ? Result<void>() : below_->sendFrame(f); }
    void pull()
    {
        out = true;
        below_->stop();
        events_->onGone(Error{Errc::gone, "pulled"});
    }
    void say(hal::Alarms a) { events_->onAlarms(a); }
    void slip(unsigned n)
    {
        while (n-- > 0)
            events_->onSlip();
    }
    hal::FaultInjection& faults() { return dynamic_cast<hal::FaultInjection&>(*below_); }

    bool out = false;
    bool deaf = false;            // D channel frames are lost both ways
    bool stuck = false;           // no samples, no alarm
    bool restartsUnheard = false; // RESTART ACKNOWLEDGE arrives as something that is none

private:
    struct Filter final : hal::SpanEvents {
        void onTick(const hal::SpanTick& t) override
        {
            if (!io->stuck)
                to->onTick(t);
        }
        void onFrame(Octets f) override
        {
            OctetBuffer frame(f.begin(), f.end());
            constexpr std::size_t type = 8; // after address, control, discriminator and a call reference of two octets
            if (io->restartsUnheard && frame.size() > type && frame[type] == 0x4E)
                frame[type] = 0x7F;
            if (!io->deaf)
                to->onFrame(frame);
        }
        void onBadFrame(std::string_view w) override { to->onBadFrame(w); }
        void onAlarms(hal::Alarms a) override { to->onAlarms(a); }
        void onSlip() override { to->onSlip(); }
        void onLate(std::uint32_t ms) override { to->onLate(ms); }
        void onGone(Error e) override { to->onGone(std::move(e)); }
        hal::SpanEvents* to = nullptr;
        CardIo* io = nullptr;
    };
    std::unique_ptr<hal::SpanIo> below_;
    hal::SpanEvents* events_ = nullptr;
    Filter filter_;
};

lab::AtModemConfig modemConfig(const std::string& pin)
{
    lab::AtModemConfig c;
    c.pin = pin;
    return c;
}

struct Bench : World {
    explicit Bench(bool withModem = false, const std::string& pin = {}) : modem(edges, centre, modemConfig(pin))
    {
        hal::PriConfig network;
        network.role = hal::PriRole::network;
        EXPECT_TRUE(far.start());
        farTrunk = std::move(*hal::makePriTrunk(edges, far, network));
        lines::LinesConfig config;
        lines::SpanSettings s;
        s.span.name = "tie1";
        config.spans.push_back(s);
        if (withModem) {
            lines::ModemSettings m;
            m.modem.name = "m1";
            config.modems.push_back(m);
        }
        auto owned = std::make_unique<CardIo>(std::move(pair.second));
        card = owned.get();
        lines::LinesWorld outside;
        outside.openSpan = [&owned](const lines::SpanSettings&) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(owned);
        };
        outside.openModem = [this](const lines::ModemSettings&) -> Result<std::unique_ptr<hal::ModemIo>> {
            auto port = lab::makeEmulatedPort(loop, modem);
            modemPort = port.get();
            return port;
        };
        lines = std::move(*lines::Lines::open(edges, config, outside));
        lines->start();
        watch = std::make_unique<LineWatch>(edges, *lines, book);
        each();
    }
    void each()
    {
        watch->look();
        second.after(1s, [this] { each(); });
    }
    bool finds(const std::vector<std::string>& names, Duration limit = 90s)
    {
        return loop.runUntil([&] { return standing(book) == names; }, limit);
    }
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    hal::Span far{edges, {.name = "far"}, std::move(pair.first)};
    std::unique_ptr<hal::Trunk> farTrunk;
    CardIo* card = nullptr;
    lab::SmsCentre centre{loop};
    lab::AtModem modem;
    lab::EmulatedPort* modemPort = nullptr;
    AlarmBook book{edges};
    std::unique_ptr<lines::Lines> lines;
    std::unique_ptr<LineWatch> watch;
    Timer second{loop};
};

struct Fault {
    const char* alarm;
    std::function<void(CardIo&)> make, mend;
    bool spanUp = false; // while it stands
};

TEST(LineWatch, EachFaultOfASpanIsOneAlarmAndGoesWithIt)
{
    const auto quiet = [](CardIo& c) { c.say({}); };
    const Fault table[] = {
        {"span-los:tie1", [](CardIo& c) { c.faults().setFaults({.los = true}); },
         [](CardIo& c) { c.faults().setFaults({}); }},
        {"span-lomf:tie1", [](CardIo& c) { c.say({.lomf = true}); }, quiet},
        {"span-lof:tie1", [](CardIo& c) { c.say({.lof = true}); }, quiet},
        {"span-ais:tie1", [](CardIo& c) { c.say({.ais = true, .rai = true}); }, quiet},
        {"span-rai:tie1", [](CardIo& c) { c.say({.rai = true}); }, quiet, true},
        {"span-no-samples:tie1", [](CardIo& c) { c.stuck = true; }, [](CardIo& c) { c.stuck = false; }},
        {"d-channel-down:tie1", [](CardIo& c) { c.deaf = true; }, [](CardIo& c) { c.deaf = false; }},
        {"span-gone:tie1", [](CardIo& c) { c.pull(); }, [](CardIo& c) { c.out = false; }},
    };
    for (const Fault& f : table) {
        Bench b;
        b.loop.runFor(15s);
        ASSERT_THAT(standing(b.book), IsEmpty()) << f.alarm;
        f.make(*b.card);
        std::vector<std::string> wanted{f.alarm};
        if (!f.spanUp)
            wanted.emplace_back("no-span-up");
        std::sort(wanted.begin(), wanted.end());
        EXPECT_TRUE(b.finds(wanted)) << f.alarm << ", but there is " << testing::PrintToString(standing(b.book));
        f.mend(*b.card);
        EXPECT_TRUE(b.finds({})) << f.alarm << ": " << testing::PrintToString(standing(b.book));
    }
}

TEST(LineWatch, ALoopMadeForATestIsToldAsSuchAndNotAsADeadDChannel)
{
    Bench b;
    b.loop.runFor(15s);
    b.lines->all()[0]->tellLoop(lines::StandingLoop{hal::Loopback::local, b.loop.wallNow() + 60s});
    b.card->deaf = true; // what comes in is our own
    EXPECT_TRUE(b.finds({"span-looped:tie1"})) << testing::PrintToString(standing(b.book));
    b.lines->all()[0]->tellLoop({});
    b.card->deaf = false;
    EXPECT_TRUE(b.finds({}));
    ASSERT_TRUE(b.lines->all()[0]->setService(false));
    EXPECT_TRUE(b.finds({"span-out-of-service:tie1"})) << testing::PrintToString(standing(b.book));
    ASSERT_TRUE(b.lines->all()[0]->setService(true));
    EXPECT_TRUE(b.finds({}));
}

TEST(LineWatch, RestartsThatNobodyAnswersAreTold)
{
    Bench b;
    b.loop.runFor(60s);
    hal::Trunk& trunk = b.lines->all()[0]->trunk();
    b.card->restartsUnheard = true;
    ASSERT_TRUE(trunk.restart(hal::Timeslot{1}));
    EXPECT_TRUE(b.finds({"restart-trouble:tie1"}, std::chrono::minutes(10)));
    b.card->restartsUnheard = false;
    ASSERT_TRUE(trunk.restart(hal::Timeslot{1}));
    EXPECT_TRUE(b.finds({}));
}

TEST(LineWatch, ASpanThatDoesNotStartIsToldWhenItHadTheTime)
{
    Bench b;
    b.lines->all()[0]->stop();
    b.loop.runFor(8s);
    EXPECT_THAT(standing(b.book), IsEmpty()) << "lines take their time to come up";
    EXPECT_TRUE(b.finds({"no-span-up", "span-stopped:tie1"}));
    b.lines->all()[0]->start();
    EXPECT_TRUE(b.finds({}));
}

// A line's seconds, without the line.
struct Seconds : World {
    void pass(Duration time, const hal::LineSecond& each = {})
    {
        for (Duration d{}; d < time; d += 1s) {
            wall += 1s;
            performance.second(each, wall);
            watch(book, "tie1", performance, 10);
        }
    }
    AlarmBook book{edges};
    hal::Performance performance{hal::SpanType::e1, true};
    WallTime wall = loop.wallNow();
};

TEST(LineWatch, SlipsByG822)
{
    Seconds line;
    line.pass(20s);
    line.pass(1s, {.slips = 5});
    EXPECT_THAT(standing(line.book), IsEmpty());
    line.pass(1s, {.slips = 1});
    EXPECT_THAT(standing(line.book), ElementsAre("span-slips:tie1"));
    line.pass(25s, {.slips = 1});
    EXPECT_THAT(standing(line.book), ElementsAre("span-slips-many:tie1")) << "one of the two";
    EXPECT_THAT(line.book.find("span-slips-many:tie1")->text, HasSubstr("31 in the last hour"));
    line.pass(std::chrono::minutes(76));
    EXPECT_THAT(standing(line.book), ElementsAre("span-slips:tie1"));
    line.pass(std::chrono::hours(25));
    EXPECT_THAT(standing(line.book), IsEmpty());
}

TEST(LineWatch, SeverelyErroredSecondsUntilAQuarterWithoutThem)
{
    Seconds line;
    for (int i = 0; i < 9; ++i) {
        line.pass(1s, {.defect = true});
        line.pass(1s);
    }
    EXPECT_THAT(standing(line.book), IsEmpty());
    line.pass(1s, {.errors = {.crc = 300}});
    EXPECT_THAT(standing(line.book), ElementsAre("span-errors:tie1"));
    line.pass(std::chrono::minutes(15));
    EXPECT_THAT(standing(line.book), ElementsAre("span-errors:tie1")) << "the quarter before still counts";
    line.pass(std::chrono::minutes(15));
    EXPECT_THAT(standing(line.book), IsEmpty());
}

TEST(LineWatch, TicksThatWakeUsLateAndInTimeAgain)
{
    World w;
    AlarmBook book{w.edges};
    hal::WakeUps wakes{20ms};
    TimePoint now{1h};
    wakes.begin(now);
    const auto pass = [&](Duration time, Duration each50thLate) {
        for (int i = 0; i < time / 20ms; ++i) {
            now += 20ms;
            wakes.woke(i % 50 == 0 ? now + each50thLate : now);
        }
        watch(book, "trunk1", wakes.lastHour(now));
    };
    pass(50s, 30ms);
    EXPECT_THAT(standing(book), IsEmpty()) << "less than a minute is no measure";
    pass(60s, 30ms);
    EXPECT_THAT(standing(book), ElementsAre("span-woken-late:trunk1"));
    EXPECT_THAT(book.find("span-woken-late:trunk1")->text, HasSubstr("ms or more, the worst by 30 ms"));
    pass(std::chrono::minutes(90), 2ms);
    EXPECT_THAT(standing(book), IsEmpty());
    pass(std::chrono::minutes(90), 17ms);
    EXPECT_THAT(standing(book), IsEmpty()) << "it must be a whole tick";
}

TEST(LineWatch, OfASpanThatWakesUsOftenAMinuteIsAMeasureToo)
{
    World w;
    AlarmBook book{w.edges};
    hal::WakeUps wakes{4ms};
    TimePoint now{1h};
    wakes.begin(now);
    const auto pass = [&](Duration time) {
        for (int i = 0; i < time / 4ms; ++i) {
            now += 4ms;
            wakes.woke(i % 50 == 0 ? now + 30ms : now);
        }
        watch(book, "trunk1", wakes.lastHour(now));
    };
    pass(30s);
    EXPECT_THAT(standing(book), IsEmpty()) << "7500 wake-ups, but half a minute";
    pass(60s);
    EXPECT_THAT(standing(book), ElementsAre("span-woken-late:trunk1"));
}

TEST(LineWatch, SlipsOfASpanAreFoundByItsLine)
{
    Bench b;
    b.loop.runFor(15s);
    b.card->slip(6);
    EXPECT_TRUE(b.finds({"span-slips:tie1"}));
}

struct ModemFault {
    const char* alarm;
    std::function<void(Bench&)> make;
};

TEST(LineWatch, EachFaultOfAModemIsAnAlarmWhenItDoesNotPassByItself)
{
    const ModemFault table[] = {
        {"modem-silent:m1", [](Bench& b) { b.modem.setFaults({.silent = true}); }},
        {"modem-absent:m1", [](Bench& b) { b.modemPort->plug(false); }},
        {"modem-no-sim:m1",
         [](Bench& b) {
             b.modem.setFaults({.noSim = true});
             b.modem.restart(true);
         }},
        {"modem-not-registered:m1", [](Bench& b) { b.modem.setFaults({.denied = true}); }},
        {"modem-not-registered:m1", [](Bench& b) { b.modem.setFaults({.noNetwork = true}); }},
    };
    for (const ModemFault& f : table) {
        Bench b(true);
        b.loop.runFor(60s);
        ASSERT_THAT(standing(b.book), IsEmpty()) << f.alarm;
        f.make(b);
        EXPECT_TRUE(b.finds({f.alarm, "no-modem-ready"}, 180s))
            << f.alarm << ", but there is " << testing::PrintToString(standing(b.book));
        unsigned changes = 0;
        b.book.onChange([&](const status::AlarmRecord&) { ++changes; });
        b.loop.runFor(600s);
        EXPECT_EQ(changes, 0U) << f.alarm << " flaps while the modem is being recovered: "
                               << testing::PrintToString(standing(b.book));
        b.modem.setFaults({});
        b.modemPort->plug(true);
        EXPECT_TRUE(b.finds({}, 600s)) << f.alarm << ": " << testing::PrintToString(standing(b.book));
    }
}

TEST(LineWatch, ASimThatWantsAPinIsAnAlarm)
{
    Bench b(true, "1234");
    EXPECT_TRUE(b.finds({"modem-pin:m1", "no-modem-ready"}, 180s)) << testing::PrintToString(standing(b.book));
}

TEST(LineWatch, TheClockWasSet)
{
    Bench b;
    b.loop.runFor(15s);
    b.loop.stepWallClock(1s);
    b.loop.runFor(5s);
    EXPECT_THAT(standing(b.book), IsEmpty());
    b.loop.stepWallClock(-std::chrono::hours(2));
    EXPECT_TRUE(b.finds({"clock-stepped"}));
    EXPECT_THAT(b.book.find("clock-stepped")->text, HasSubstr("by -7200 s"));
    EXPECT_TRUE(b.finds({}, std::chrono::minutes(16)));
}

} // namespace
