// SPDX-License-Identifier: GPL-2.0-or-later
// What a technician's mistakes in the switch's configuration look like to him.
#include "switching/config.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::switching;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string whole = R"([switch]
state = /var/lib/callbox/switch
country = us
access = +12125559000
http = 127.0.0.1:0
[outgoing]
allow = +12125550000-+12125558999 +12125558000
reserve = 4
[span trunk1]
connect = /run/x/trunk1.sock
[span box1-tie1]
use = tie
role = network
listen = /run/x/box1-tie1.sock
[span box2-tie1]
use = tie
type = t1
role = network
listen = /run/x/box2-tie1.sock
timers = T303=4000 N200=3
[box box1]
status = unix:/run/x/box1/control.sock
ties = box1-tie1
first = +12125559001
last = +12125559100
[box box2]
status = 10.0.0.2:8080
ties = box2-tie1
first = +12125559101
last = +12125559200
weight = 50
)";

std::vector<std::string> problemsOf(const std::string& text, SwitchConfig* out = nullptr)
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "switch.ini", problems);
    SwitchConfig c = readConfig(doc, problems);
    if (out)
        *out = std::move(c);
    std::vector<std::string> words;
    for (const ini::Problem& p : problems)
        words.push_back(p.message());
    return words;
}

std::string changed(const std::string& from, const std::string& to)
{
    std::string text = whole;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(SwitchConfig, IsReadWhole)
{
    SwitchConfig c;
    EXPECT_THAT(problemsOf(whole, &c), IsEmpty());
    EXPECT_EQ(c.control, "/var/lib/callbox/switch/control.sock");
    EXPECT_EQ(c.access.at(0).e164(), "+12125559000");
    EXPECT_EQ(c.allow.size(), 2U);
    EXPECT_EQ(c.reserve, 4);
    ASSERT_EQ(c.boxes.size(), 2U);
    EXPECT_EQ(c.boxes[1].weight, 50);
    EXPECT_EQ(c.boxes[1].pool->last.e164(), "+12125559200");
    ASSERT_EQ(c.lines.spans.size(), 3U);
    const auto& tie = c.lines.spans[2];
    EXPECT_EQ(tie.use, lines::Use::tie);
    EXPECT_EQ(tie.span.law, hal::Law::mulaw);
    EXPECT_EQ(tie.pri.switchType, hal::PriSwitchType::ni2);
    EXPECT_EQ(tie.pri.role, hal::PriRole::network);
    EXPECT_EQ(tie.pri.timers.at("T303"), 4000);
    EXPECT_EQ(c.lines.spans[0].country, "us") << "the switch's country, not the type's";
    EXPECT_FALSE(c.lines.faults);
}

TEST(SwitchConfig, OverlappingPoolsOfTwoBoxesNameBothLines)
{
    EXPECT_THAT(problemsOf(changed("first = +12125559101", "first = +12125559100")),
                ElementsAre("switch.ini:26: [box box2]: its pool +12125559100-+12125559200 overlaps that of [box box1] "
                            "in line 21; every link number has one owner"));
}

struct Mistake {
    const char* from;
    const char* to;
    const char* told;
};

TEST(SwitchConfig, EveryMistakeIsNamedWithFileLineAndWhatIsAllowed)
{
    const Mistake table[] = {
        {"state = /var/lib/callbox/switch\n", "", "switch.ini:1: state = : is missing; a folder"},
        {"reserve = 4", "reserve = many", "switch.ini:8: reserve = many: 0 to 10000"},
        {"allow = +1212", "allow = everywhere +1212", "switch.ini:7: allow = everywhere"},
        {"access = +12125559000", "access = 12125559000", "switch.ini:4: access = 12125559000: a number in E.164"},
        {"access = +12125559000", "access = +12125559050", "holds the access number +12125559050"},
        {"weight = 50", "wieght = 50", "wieght = 50: no such key in [box]; did you mean weight?"},
        {"status = 10.0.0.2:8080", "status = somewhere", "status = somewhere: unix:PATH of its control socket"},
        {"ties = box2-tie1", "ties = box3-tie1", "there is no [span box3-tie1]"},
        {"ties = box2-tie1", "ties = trunk1", "needs use = tie"},
        {"ties = box2-tie1", "ties = box1-tie1", "leads to box1 already"},
        {"last = +12125559200", "last = +12125559100", "as many digits in both, the smaller first"},
        {"ties = box2-tie1\n", "", "[box box2]: a box is reached by ties = SPAN or number = +E164"},
        {"weight = 50", "number = +12125557001", "number = +12125557001: needs route_key_file"},
        {"weight = 50", "route_key_file = /k\nnumber = +12125559000", "belongs to [switch] access already"},
        {"weight = 50", "route_key_file = /k\nnumber = +12125559150",
         "number = +12125559150: is a link number of [box box2]"},
        {"last = +12125559200\n", "", "first and last of a link pool are given together"},
        {"[box box2]", "[box box1]", "[box box1]: stands in line 21 already"},
        {"[outgoing]", "[outgong]",
         "[outgong]: no such section; known are switch, outgoing, alarms, box, span, modem, machine, lab"},
        {"[span trunk1]", "[span trunk1]\nbackend = dahdy", "backend = dahdy: dahdi, usb, virtual"},
        {"[span box1-tie1]", "[span box1-tie1]\noverlap = yes",
         "[span box1-tie1]: overlap = yes: a box sends whole numbers"},
        {"timers = T303=4000", "timers = T303=soon", "timers = T303=soon N200=3: NAME=MS"},
        {"country = us", "country = uk", "switch.ini:3: country = uk: us, eu, gb, de"},
        {"country = us", "country = de",
         "switch.ini:4: access = +12125559000: no trunk has numbers that begin so ([span trunk1] has country = de, of "
         "+49); say there country = us"},
        {"country = us", "country = de", "[box box1]: first = +12125559001: no trunk has numbers that begin so"},
    };
    for (const Mistake& m : table)
        EXPECT_THAT(problemsOf(changed(m.from, m.to)), Contains(HasSubstr(m.told))) << m.to;
    EXPECT_THAT(problemsOf("[box box1]\n"), Contains("switch.ini:1: [switch]: this section is needed"));
}

TEST(SwitchConfig, WhatIsInForceIsShownWithPresets)
{
    SwitchConfig c;
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(whole, "switch.ini", problems);
    c = readConfig(doc, problems);
    const std::string text = render(doc, c);
    for (const char* line :
         {"reserve = 4\n", "weight = 100\n", "weight = 50\n", "law = mulaw\n", "first_answer_ms = 1000\n",
          "allow = +12125550000-+12125558999 +12125558000\n", "listen = /run/x/box1-tie1.sock\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

} // namespace
