// SPDX-License-Identifier: GPL-2.0-or-later
// A generated configuration is one that config check accepts, whatever cards there are.
#include "cli/config_file.h"
#include "cli/generated_config.h"
#include "lab/small_file.h"
#include "world.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string problems(World& world, const std::string& text)
{
    EXPECT_TRUE(lab::replaceFile(world.path("OUT/generated.ini"), text));
    const auto report = readConfigFile(world.path("OUT/generated.ini"));
    if (!report)
        return report.error().what;
    std::string all = report->kind == "box" ? "" : "no box's; ";
    for (const ini::Problem& p : report->problems)
        all += p.message() + "; ";
    return all;
}

TEST(Generate, CardsOfBothKindsMakeAConfigurationThatPassesTheCheck)
{
    World world;
    GeneratedFrom from;
    from.spans = {{"dahdi:usb:X1063348/1", "icE1usb", hal::SpanType::e1},
                  {"dahdi:@PCI Bus 02 Slot 09/2", "Wildcard TE420", hal::SpanType::t1}};
    from.serialDevices = {"/dev/serial/by-id/usb-SimTech_0-if02", "/dev/serial/by-id/bad\nname"};
    const std::string text = generatedConfig(from);
    EXPECT_EQ(problems(world, text), "") << text;
    EXPECT_THAT(text, HasSubstr("span = usb:X1063348/1\n"));
    EXPECT_THAT(text, HasSubstr("span = @PCI Bus 02 Slot 09/2\n"));
    EXPECT_THAT(text, HasSubstr("#device = /dev/serial/by-id/usb-SimTech_0-if02\n"));
    EXPECT_THAT(text, HasSubstr("FILL IN: these are example numbers"));
    EXPECT_THAT(text, HasSubstr("#country = de\n"));
}

TEST(Generate, GivenNumbersAreTakenAndNotMarked)
{
    World world;
    GeneratedFrom from;
    from.access = "+4930123400";
    from.poolFirst = "+4930123401";
    from.poolLast = "+4930123499";
    from.allow = "+49301235000-+49301235999";
    from.virtualSocket = "/run/a b/trunk.sock";
    const std::string text = generatedConfig(from);
    EXPECT_EQ(problems(world, text), "") << text;
    EXPECT_THAT(text, Not(HasSubstr("example")));
    EXPECT_THAT(text, HasSubstr("last = +4930123499\n"));
    EXPECT_THAT(text, HasSubstr("country = de\n")) << "or no call would come to these numbers";
}

TEST(Generate, ACardWhoseNameCannotBeWrittenIsLeftOutAndSaid)
{
    World world;
    GeneratedFrom from;
    from.spans = {{"dahdi:evil\nkey = 1/1", "model\n[box]", hal::SpanType::e1},
                  {"dahdi:odd #4/1", "", hal::SpanType::e1},
                  {"dahdi:good/1", "", hal::SpanType::e1}};
    const std::string text = generatedConfig(from);
    EXPECT_EQ(problems(world, text), "") << text;
    EXPECT_THAT(text, HasSubstr("# Left out, its id cannot be written here: dahdi:odd #4/1"));
}

TEST(Generate, WhatIsThereIsNotWrittenOver)
{
    World world;
    const Said said = world.run({"config", "generate", "--virtual", "OUT/t.sock", "--out", "OUT/call.json"});
    EXPECT_EQ(said.exit, 1);
    EXPECT_THAT(said.err, HasSubstr("not written over"));
    for (const char* id : {"a b", "", "x\n[lab]"})
        EXPECT_EQ(world.run({"config", "generate", "--virtual", "OUT/t.sock", "--id", id}).exit, 2);
    EXPECT_EQ(world.run({"config", "generate", "--virtual", "OUT/t #1.sock"}).exit, 2);
    EXPECT_EQ(world.run({"config", "generate", "--virtual", "OUT/t.sock", "--out", "OUT/new.ini"}).exit, 0);
    EXPECT_EQ(world.run({"config", "check", "OUT/new.ini"}).exit, 0);
}

} // namespace
