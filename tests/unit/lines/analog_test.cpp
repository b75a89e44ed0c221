// SPDX-License-Identifier: GPL-2.0-or-later
// A bank of analog lines from a configuration: what a section means, what is wrong with it, what is in force.
#include "lines/routes.h"
#include "problems.h"
#include <callbox/base/sim_files.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::lines;
using callbox::lines::tests::problemsOf;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

const std::string good = "[span lines]\ntype = analog\nline_profile = us\nnumber = 1-4 +12125559000\nconnect = /x\n";

TEST(AnalogConfig, WhatTheProfileSaysNeedNotBeSaid)
{
    LinesConfig c;
    EXPECT_THAT(problemsOf(good + "[span other]\ntype = analog\nline_profile = fr\ncountry = us\nsignalling = fxo_ls\n"
                                  "number = 1 +12125559001 7 +12125559002\nlisten = /y\n"
                                  "tone_busy = 440/300 0/300\ncaller_id = dtmf\nrelease_silence_s = 0\n",
                           &c),
                IsEmpty());
    const SpanSettings& us = c.spans.at(0);
    EXPECT_EQ(us.span.type, hal::SpanType::analog);
    EXPECT_EQ(us.span.law, hal::Law::mulaw);
    EXPECT_EQ(us.country, "us");
    EXPECT_EQ(us.span.ports.size(), 4u);
    EXPECT_EQ(us.span.ports[3].kind, hal::PortKind::fxo);
    EXPECT_EQ(us.analog.lines[3].number.e164(), "+12125559000");
    EXPECT_FALSE(us.analog.release.polarity);
    const SpanSettings& fr = c.spans.at(1);
    EXPECT_EQ(fr.span.law, hal::Law::alaw);
    EXPECT_EQ(fr.country, "us");
    EXPECT_EQ(fr.span.ports.at(1).kind, hal::PortKind::fxs);
    EXPECT_EQ(fr.span.ports[1].start, hal::LineStart::loop);
    EXPECT_EQ(hal::index(fr.span.ports[1].port), 7u);
    EXPECT_TRUE(fr.analog.release.polarity) << "France's exchanges reverse";
    EXPECT_EQ(fr.analog.release.silence, Duration::zero());
    EXPECT_EQ(hal::toString(fr.analog.country.busy), "440/300 0/300");
    EXPECT_EQ(fr.analog.country.callerId, hal::CallerIdKind::dtmf);
}

TEST(AnalogConfig, EveryMistakeIsNamed)
{
    const std::pair<const char*, const char*> table[] = {
        {"[span a]\ntype = analog\nconnect = /x\nnumber = 1 +12125559000\n",
         "box.ini:1: [span a]: line_profile = : is missing; "
         "generic, us, gb"},
        {"[span a]\ntype = analog\nconnect = /x\nline_profile = us\n", "[span a]: number = : is missing"},
        {"[span a]\ntype = analog\nconnect = /x\nline_profile = mars\n",
         "box.ini:4: line_profile = mars: generic, us, gb"},
        {"[span a]\ntype = analog\nnumber = 1\n", "box.ini:3: number = 1: PORT NUMBER or FIRST-LAST NUMBER"},
        {"[span a]\ntype = analog\nnumber = 0 +12125559000\n", "number = 0 +12125559000: PORT NUMBER"},
        {"[span a]\ntype = analog\nnumber = 4-2 +12125559000\n", "number = 4-2 +12125559000: PORT NUMBER"},
        {"[span a]\ntype = analog\nnumber = 1-32 +12125559000\n", "number = 1-32 +12125559000: PORT NUMBER"},
        {"[span a]\ntype = analog\nnumber = 1 5559000\n", "number = 1 5559000: PORT NUMBER"},
        {"[span a]\ntype = analog\nnumber = 1 +12125559000 1 +12125559001\n", "PORT NUMBER or FIRST-LAST"},
        {"[span a]\ntype = analog\nsignalling = em\n", "signalling = em: fxs_ks, fxs_ls, fxo_ks, fxo_ls"},
        {"[span a]\ntype = analog\ntone_busy = 480+620/500 0\n",
         "tone_busy = 480+620/500 0: HERTZ, or up to six steps"},
        {"[span a]\ntype = analog\ncaller_id = smoke\n", "caller_id = smoke: none, bell202, v23, dtmf"},
        {"[span a]\ntype = analog\ndialling = voice\n", "dialling = voice: dtmf, pulse"},
        {"[span a]\ntype = analog\nrole = network\n", "box.ini:3: role = network: is no key of a span of type analog"},
        {"[span a]\ntype = e1\nnumber = 1 +12125559000\n",
         "number = 1 +12125559000: is no key of a span of type e1 or t1"},
        {"[span a]\ntype = analog\nanalog_behind = us\n",
         "box.ini:3: analog_behind = us: is no key of a span of type analog"},
        {"[span a]\ntype = e1\nanalog_behind = mars\n", "box.ini:3: analog_behind = mars: generic, us, gb"},
        {"[span a]\ntype = e1\ntone_busy = 440/300 0/300\n",
         "box.ini:3: tone_busy = 440/300 0/300: is no key of a span of type e1 or t1 without analog_behind"},
        {"[span a]\ntype = analog\nuse = tie\n", "use = tie: analog lines are trunks"},
    };
    for (const auto& [text, told] : table)
        EXPECT_THAT(problemsOf(text), Contains(HasSubstr(told))) << text;
}

TEST(AnalogConfig, LinesBehindATieHaveTheTonesOfTheirCountryOrTheirOwn)
{
    LinesConfig c;
    const std::string text = "[span tie1]\ntype = e1\nuse = tie\nconnect = /x\nanalog_behind = de\n"
                             "tone_busy = 440/300 0/300\n";
    EXPECT_THAT(problemsOf(text, &c), IsEmpty());
    ASSERT_TRUE(c.spans.at(0).pri.analogBehind);
    EXPECT_EQ(c.spans[0].pri.analogBehind->code, "de");
    EXPECT_EQ(hal::toString(c.spans[0].pri.analogBehind->busy), "440/300 0/300");
    const std::string shown = render(c);
    EXPECT_THAT(shown, HasSubstr("\nanalog_behind = de\n"));
    EXPECT_THAT(shown, HasSubstr("\ntone_busy = 440/300 0/300\n"));
    LinesConfig again;
    EXPECT_THAT(problemsOf(shown, &again), IsEmpty());
    EXPECT_EQ(render(again), shown);
}

TEST(AnalogConfig, WhatIsInForceIsAConfigurationAgain)
{
    LinesConfig c;
    problemsOf(good + "tone_dial = 425\n[span pri]\ntype = t1\nconnect = /y\n", &c);
    const std::string text = render(c);
    EXPECT_THAT(problemsOf(text), IsEmpty()) << text;
    EXPECT_THAT(text, HasSubstr("number = 1 +12125559000 2 +12125559000 3 +12125559000 4 +12125559000\n"));
    EXPECT_THAT(text, HasSubstr("tone_busy = 480+620/500 0/500\n"));
    EXPECT_THAT(text, HasSubstr("tone_dial = 425\n"));
    EXPECT_THAT(text.substr(0, text.find("[span pri]")), Not(HasSubstr("switch_type")));
    EXPECT_THAT(text.substr(text.find("[span pri]")), Not(HasSubstr("line_profile")));
}

// Both ends of a bank, as the lab's exchange and a box have them.
struct World {
    World()
    {
        LinesConfig ends;
        problemsOf(good +
                       "[span far]\ntype = analog\nline_profile = us\nsignalling = fxo_ks\nnumber = 1-4 +12125559000\n"
                       "listen = /y\n",
                   &ends);
        LinesWorld world;
        world.openSpan = [this](const SpanSettings& s) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(s.name() == "far" ? pair.first : pair.second);
        };
        auto opened = Lines::open(edges, ends, world);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().what);
        lines = std::move(*opened);
        lines->start();
        loop.runFor(2s);
    }
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    std::unique_ptr<Lines> lines;
};

TEST(AnalogLine, ABankWithoutBatteryIsSaidToBeNoneThatCouldBeUsed)
{
    World w;
    Line& bank = *w.lines->find("lines");
    EXPECT_EQ(bank.state(), "up");
    EXPECT_EQ(record(bank).idle, 4u);
    hal::VirtualFaults cut;
    cut.cut = 0x1E;
    ASSERT_TRUE(bank.setFaults(cut));
    w.loop.runFor(4s);
    EXPECT_EQ(bank.state(), "no-battery");
    EXPECT_EQ(toJson(bank).at("type"), "analog");
    ASSERT_TRUE(bank.setFaults({}));
    w.loop.runFor(2s);
    EXPECT_EQ(bank.state(), "up");
}

} // namespace
