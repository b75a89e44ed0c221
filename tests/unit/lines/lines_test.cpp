// SPDX-License-Identifier: GPL-2.0-or-later
// Lines from a configuration: what a section means, what is wrong with it, spans that come back.
#include "lines/machine.h"
#include "lines/routes.h"
#include "lines_fixture.h"
#include "problems.h"
#include <callbox/hal/card_arrival.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::lines;
using callbox::lines::tests::LinesTest;
using callbox::lines::tests::problemsOf;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

TEST(LinesConfig, WhatTheTypeSaysNeedNotBeSaid)
{
    LinesConfig c;
    EXPECT_THAT(problemsOf("[span a]\nconnect = /x\n[span b]\ntype = t1\nlisten = /y\n"
                           "[span c]\ntype = t1\nlaw = alaw\nredirecting = both\ncountry = eu\nconnect = /z\n",
                           &c),
                IsEmpty());
    EXPECT_EQ(c.spans[0].span.law, hal::Law::alaw);
    EXPECT_EQ(hal::index(c.spans[0].span.dChannel), 16U);
    EXPECT_EQ(c.spans[0].pri.form, hal::RedirectingForm::facility);
    EXPECT_EQ(c.spans[0].country, "eu");
    EXPECT_EQ(c.spans[1].span.law, hal::Law::mulaw);
    EXPECT_EQ(hal::index(c.spans[1].span.dChannel), 24U);
    EXPECT_EQ(c.spans[1].pri.switchType, hal::PriSwitchType::ni2);
    EXPECT_EQ(c.spans[1].pri.form, hal::RedirectingForm::ie);
    EXPECT_EQ(c.spans[1].country, "us");
    EXPECT_EQ(c.spans[2].span.law, hal::Law::alaw);
    EXPECT_EQ(c.spans[2].pri.form, hal::RedirectingForm::both);
    EXPECT_EQ(c.spans[2].plan.internationalPrefix, "00");
}

TEST(LinesConfig, AProfileSaysWhatTheSectionDoesNot)
{
    LinesConfig c;
    EXPECT_THAT(problemsOf("[span a]\ntype = t1\nprofile = dms100\nconnect = /x\n"
                           "[span b]\nprofile = no-restart\naccept = cause-missing\nconnect = /y\n"
                           "[span c]\nswitch_type = qsig\nredirecting = ie\nconnect = /z\n",
                           &c),
                IsEmpty());
    EXPECT_EQ(c.spans[0].pri.switchType, hal::PriSwitchType::dms100);
    EXPECT_EQ(c.spans[0].pri.form, hal::RedirectingForm::ie);
    EXPECT_EQ(c.spans[0].country, "us");
    EXPECT_FALSE(c.spans[1].pri.restartAtStart);
    EXPECT_TRUE(c.spans[1].pri.accept.has(hal::PriQuirk::causeMissing));
    EXPECT_EQ(c.spans[2].pri.profile->name, "qsig");
    EXPECT_EQ(c.spans[2].pri.form, hal::RedirectingForm::ie);
    const std::string text = render(c);
    EXPECT_THAT(text, HasSubstr("profile = no-restart\n"));
    EXPECT_THAT(text, HasSubstr("accept = cause-missing\n"));
    EXPECT_THAT(problemsOf(text), IsEmpty()) << "what is printed is a configuration again";
}

struct Mistake {
    const char* text;
    const char* told;
};

TEST(LinesConfig, AGainIsReadAndShown)
{
    LinesConfig c;
    EXPECT_THAT(problemsOf("[span a]\nconnect = /x\nrx_gain_db = -3.5\ntx_gain_db = 2\n", &c), IsEmpty());
    EXPECT_EQ(c.spans[0].rxGainDb, -3.5);
    EXPECT_EQ(c.spans[0].txGainDb, 2);
    EXPECT_THAT(render(c), AllOf(HasSubstr("rx_gain_db = -3.5\n"), HasSubstr("tx_gain_db = 2\n")));
}

TEST(LinesConfig, EveryMistakeIsNamed)
{
    const Mistake table[] = {
        {"[span a]\nbackend = dahdy\nconnect = /x\n", "box.ini:2: backend = dahdy: dahdi, usb, virtual"},
        {"[span a]\n", "box.ini:1: [span a]: a virtual span needs connect = PATH or listen = PATH"},
        {"[span a]\nconnect = /x\nlisten = /y\n", "one of the two"},
        {"[span]\nconnect = /x\n", "box.ini:1: [span]: a name of 1 to 40 letters"},
        {"[span a/b]\nconnect = /x\n", "[span a/b]: a name of 1 to 40 letters"},
        {"[span a]\nconnect = /x\n[span a]\nconnect = /y\n", "box.ini:3: [span a]: there is one of this name already"},
        {"[span a]\nconnect = /x\n[span b]\nconnect = /x\n",
         "box.ini:3: connect = /x: is used in the section of line 1"},
        {"[span a]\nconnect = /x\ntype = e2\n", "box.ini:3: type = e2: e1, t1"},
        {"[span a]\nconnect = /x\nrole = both\n", "role = both: user, network"},
        {"[span a]\nconnect = /x\nswitch_type = 1ess\n",
         "box.ini:3: switch_type = 1ess: euroisdn, ni2, dms100, 4ess, 5ess, qsig"},
        {"[span a]\nconnect = /x\nprofile = dms\n",
         "box.ini:3: profile = dms: euroisdn, ni2, dms100, 4ess, 5ess, qsig"},
        {"[span a]\nconnect = /x\nprofile = dms100\nswitch_type = ni2\n",
         "box.ini:4: switch_type = ni2: profile = dms100 is of switch type dms100; leave one of the two out"},
        {"[span a]\nconnect = /x\naccept = cause-missing nulls\n",
         "accept = cause-missing nulls: extension-bit, stray-octets"},
        {"[span a]\nconnect = /x\ntype = t1\noverlap = yes\n",
         "box.ini:4: overlap = yes: switch type ni2 sends whole numbers; only euroisdn and qsig"},
        {"[span a]\nconnect = /x\ntimers = T303\n", "timers = T303: NAME=MS"},
        {"[span a]\nconnect = /x\nrx_gain_db = 40\n", "rx_gain_db = 40: -12 to 12 dB"},
        {"[span a]\nconnect = /x\ntx_gain_db = 3dB\n", "tx_gain_db = 3dB: -12 to 12 dB"},
        {"[span a]\nconnect = /x\ntx_gain_db = nan\n", "tx_gain_db = nan: -12 to 12 dB"},
        {"[span a]\nconnect = /x\ntimers = T303=-1\n", "timers = T303=-1: NAME=MS"},
        {"[span a]\nconect = /x\n", "conect = /x: no such key in [span]; did you mean connect?"},
        {"[modem m]\n", "box.ini:1: device = : is missing; the path of a serial device"},
        {"[modem m]\ndevice = /d\npin = secret\n", "pin = ***: 4 to 8 digits"},
        {"[modem m]\ndevice = /d\n[modem n]\ndevice = /d\n",
         "box.ini:3: device = /d: is used in the section of line 1"},
        {"[lab]\nfaults = maybe\n", "faults = maybe: yes or no"},
        {"[lab]\n[lab]\n", "box.ini:2: [lab]: stands in line 1 already"},
        {"[machine]\nrealtime_priority = 99\n", "box.ini:2: realtime_priority = 99: 0 to 98"},
        {"[machine]\ncpu_latency_us = never\n", "box.ini:2: cpu_latency_us = never: -1 to 100000"},
    };
    for (const Mistake& m : table)
        EXPECT_THAT(problemsOf(m.text), Contains(HasSubstr(m.told))) << m.text;
}

TEST(LinesConfig, WhatTheMachineIsToDoIsReadAndShown)
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse("[machine]\nrealtime_priority = 20\n", "box.ini", problems);
    const MachineSettings m = readMachine(doc, problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(m.realtimePriority, 20);
    EXPECT_EQ(m.cpuLatencyUs, -1);
    EXPECT_THAT(renderMachine(doc), AllOf(HasSubstr("realtime_priority = 20\n"), HasSubstr("cpu_latency_us = -1\n")));
}

TEST(LinesConfig, AWrongPinIsNotRepeated)
{
    for (const char* wrong : {"pin = 47", "pin = 4711 0815", "pin = 4711\npin = 4711", "pni = 4711", "pni = 4711 0815",
                              "pni = \"4711\"", "PIN = 4711", "sim_pin = \"4711\"", "code = 4711 0815"}) {
        const auto told = problemsOf(std::string("[modem m]\ndevice = /d\n") + wrong + "\n");
        ASSERT_THAT(told, testing::SizeIs(1)) << wrong;
        EXPECT_THAT(told[0], HasSubstr(" = ***: ")) << "which key of which line, and what is allowed";
        EXPECT_THAT(told[0], testing::Not(HasSubstr("47"))) << told[0];
    }
    EXPECT_THAT(problemsOf("[modem m]\ndevice = /d\nbaud = 99\n"), Contains(HasSubstr("baud = 99: ")));
}

TEST(LinesConfig, APinThatStandsInTheWrongPlaceIsNotRepeated)
{
    for (const char* wrong :
         {"pin = 4711\n", "pin 4711\n", "[modem m]\ndevice = /d\npin 4711\n", "[modem m]\ndevice = /d\npin: 4711\n",
          "[span a]\nconnect = /x\npin = 4711\n", "[span a]\nconnect = /x\npni = x4711\n", "[lab]\npin = 4711\n"}) {
        const auto told = problemsOf(wrong);
        ASSERT_THAT(told, testing::SizeIs(1)) << wrong;
        EXPECT_THAT(told[0], HasSubstr("***: ")) << told[0];
        EXPECT_THAT(told[0], testing::Not(HasSubstr("4711"))) << told[0];
    }
    EXPECT_THAT(problemsOf("[lab]\nfaults yes\n"), Contains(HasSubstr("faults yes: a line is")));
}

TEST(LinesConfig, WhatIsInForceHidesThePin)
{
    LinesConfig c;
    problemsOf("[span b]\nconnect = /y\noverlap = yes\n[span a]\ntype = t1\nconnect = /x\ntimers = N200=3 "
               "T303=4000\n[modem m]\ndevice = /d\npin = 4711\n",
               &c);
    const std::string text = render(c);
    for (const char* line : {"[span a]\n", "law = mulaw\n", "switch_type = ni2\n", "timers = N200=3 T303=4000\n",
                             "connect = /x\n", "overlap = yes\n", "overlap = no\n", "[modem m]\n", "pin = ***\n"})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, testing::Not(HasSubstr("4711")));
    // What is printed is a configuration again, but for the PIN.
    std::string again = text;
    again.replace(again.find("***"), 3, "4711");
    EXPECT_THAT(problemsOf(again), IsEmpty());
}

// A card that is pulled and put back: start() fails while it is out.
class PulledIo : public hal::SpanIo {
public:
    explicit PulledIo(Loop& loop) : loop_(loop) {}
    Result<void> start(const hal::SpanConfig&, hal::SpanEvents& e) override
    {
        ++starts;
        if (out)
            return Error{Errc::not_found, "no such card"};
        events = &e;
        return {};
    }
    void stop() noexcept override { events = nullptr; }
    Result<void> openSlot(hal::Timeslot) override { return {}; }
    void closeSlot(hal::Timeslot) noexcept override {}
    Result<void> sendFrame(Octets) override { return {}; }
    void pull()
    {
        out = true;
        std::exchange(events, nullptr)->onGone(Error{Errc::gone, "pulled"});
    }
    Loop& loop_;
    bool out = false;
    int starts = 0;
    hal::SpanEvents* events = nullptr;
};

TEST_F(LinesTest, APulledCardComesBackWithGrowingPauses)
{
    PulledIo* io = nullptr;
    LinesConfig c;
    c.spans = {settings("span1")};
    LinesWorld world;
    world.openSpan = [&](const SpanSettings&) -> Result<std::unique_ptr<hal::SpanIo>> {
        auto made = std::make_unique<PulledIo>(loop);
        io = made.get();
        return std::unique_ptr<hal::SpanIo>(std::move(made));
    };
    auto lines = std::move(*Lines::open(edges, c, world));
    io->out = true;
    lines->start();
    EXPECT_EQ(lines->all()[0]->state(), "down");
    loop.runFor(8s); // after 1, 2 and 4 s
    EXPECT_EQ(io->starts, 4);
    loop.runFor(120s);
    EXPECT_LE(io->starts, 9);
    io->out = false;
    loop.runFor(30s);
    EXPECT_NE(io->events, nullptr);
    io->pull();
    EXPECT_EQ(lines->all()[0]->state(), "gone");
    io->out = false;
    loop.runFor(31s);
    EXPECT_NE(io->events, nullptr);
    lines->stop();
    const int starts = io->starts;
    loop.runFor(120s);
    EXPECT_EQ(io->starts, starts);
}

// A backend that tells of cards that come.
struct PluggedIo : PulledIo, hal::CardArrival {
    using PulledIo::PulledIo;
    Result<void> awaitCard(Callback cb) override
    {
        arrived = std::move(cb);
        return {};
    }
    void plug()
    {
        out = false;
        const Callback cb = arrived;
        cb();
    }
    Callback arrived;
};

TEST_F(LinesTest, ACardThatIsPluggedInStartsItsSpanAtOnce)
{
    PluggedIo* io = nullptr;
    LinesConfig c;
    c.spans = {settings("span1")};
    LinesWorld world;
    world.openSpan = [&](const SpanSettings&) -> Result<std::unique_ptr<hal::SpanIo>> {
        auto made = std::make_unique<PluggedIo>(loop);
        io = made.get();
        return std::unique_ptr<hal::SpanIo>(std::move(made));
    };
    auto lines = std::move(*Lines::open(edges, c, world));
    io->out = true;
    lines->start();
    loop.runFor(120s); // the pauses have grown long
    const int starts = io->starts;
    io->plug();
    EXPECT_EQ(io->starts, starts + 1);
    EXPECT_NE(io->events, nullptr);
    loop.runFor(60s);
    EXPECT_EQ(io->starts, starts + 1) << "once is enough";
    io->pull();
    EXPECT_EQ(lines->all()[0]->state(), "gone");
    io->plug();
    EXPECT_EQ(io->starts, starts + 2);
}

// An exchange and a box on one pair, and the box's routes.

} // namespace
