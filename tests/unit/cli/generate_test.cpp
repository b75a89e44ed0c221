// SPDX-License-Identifier: GPL-2.0-or-later
// A generated configuration is one that config check accepts, whatever cards there are.
#include "cli/config_file.h"
#include "cli/generated_config.h"
#include "cli/port_kinds.h"
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

TEST(Generate, ExamplesAreOfTheCountryOfTheNumbersThatAreGivenAndApartFromThem)
{
    World world;
    for (const char* access : {"+493012345600", "+33142345612", "+12125550155"}) {
        GeneratedFrom from;
        from.spans = {{"dahdi:SERIAL/1", "Wildcard TE420", hal::SpanType::e1}};
        from.access = access;
        const std::string text = generatedConfig(from);
        EXPECT_EQ(problems(world, text), "") << text;
        const std::string place = from.access.substr(0, from.access.size() - 2);
        EXPECT_THAT(text, HasSubstr("access = " + from.access + "\n"));
        EXPECT_THAT(text, HasSubstr("first = " + place));
        EXPECT_THAT(text, HasSubstr("allow = " + place));
    }
    GeneratedFrom other;
    other.spans = {{"dahdi:SERIAL/1", "Wildcard TE420", hal::SpanType::e1}};
    for (const char* last : {"49", "99"}) {
        other.poolFirst = "+493012345600";
        other.poolLast = std::string("+4930123456") + last;
        const std::string text = generatedConfig(other);
        EXPECT_EQ(problems(world, text), "") << text;
        EXPECT_THAT(text, HasSubstr("country = de\n"));
    }
    other.poolFirst = other.poolLast = "";
    other.allow = "+493012345000-+493012345999";
    EXPECT_EQ(problems(world, generatedConfig(other)), "") << generatedConfig(other);
}

TEST(Generate, TheDaemonListensWhereTheToolLooksOrTheFileSaysWhereElse)
{
    World world;
    GeneratedFrom from;
    from.spans = {{"dahdi:SERIAL/1", "Wildcard TE420", hal::SpanType::t1}};
    EXPECT_THAT(generatedConfig(from), HasSubstr("\ncontrol = /run/callbox/control.sock\n"));
    from.state = "/tmp/a trial";
    EXPECT_THAT(generatedConfig(from), HasSubstr("--socket /tmp/a trial/control.sock\n"));
    EXPECT_THAT(generatedConfig(from), Not(HasSubstr("\ncontrol = ")));
}

using hal::PortKind;

hal::SpanInfo bank(const std::string& id, std::vector<std::optional<PortKind>> ports)
{
    return {.id = id, .model = "TDM410", .type = hal::SpanType::analog, .ports = std::move(ports)};
}

TEST(Generate, AnAnalogBankIsNoT1AndTheCheckAsksForItsCountryAndItsNumbersAlone)
{
    World world;
    GeneratedFrom from;
    from.spans = {{"dahdi:SERIAL/1", "Wildcard TE420", hal::SpanType::t1}, bank("dahdi:@PCI Bus 02 Slot 09/1", {})};
    const std::string text = generatedConfig(from);
    const std::string bankSection = text.substr(text.find("[span trunk2]"));
    EXPECT_THAT(bankSection, HasSubstr("span = @PCI Bus 02 Slot 09/1\n"));
    EXPECT_THAT(bankSection, HasSubstr("type = analog\n"));
    EXPECT_THAT(bankSection, HasSubstr("# FILL IN: what the ports in use face."));
    EXPECT_THAT(bankSection, Not(HasSubstr("switch_type")));
    EXPECT_THAT(bankSection, Not(HasSubstr("role")));
    const std::string wrong = problems(world, text);
    EXPECT_THAT(wrong, HasSubstr("[span trunk2]: line_profile = : is missing; "));
    EXPECT_THAT(wrong, HasSubstr("[span trunk2]: number = : is missing; "));
    EXPECT_EQ(std::count(wrong.begin(), wrong.end(), ']'), 2) << "and nothing else: " << wrong;
    EXPECT_THAT(wrong, Not(HasSubstr("trunk1"))) << text;
}

// As whoever follows the comments: the country, and the example numbers.
std::string filledIn(std::string text)
{
    const auto put = [&](const std::string& key, const std::string& value) {
        const auto at = text.find("\n" + key + " =\n");
        ASSERT_NE(at, std::string::npos) << text;
        text.insert(at + key.size() + 3, " " + value);
    };
    put("line_profile", "us");
    const auto example = text.find("\n# number = ");
    put("number", text.substr(example + 12, text.find('\n', example + 1) - example - 12));
    return text;
}

TEST(Generate, AnAnalogBankPassesTheCheckOnceItIsFilledInWhateverItsPortsFace)
{
    World world;
    GeneratedFrom from;
    const std::optional<PortKind> exchange = PortKind::fxo, telephone = PortKind::fxs;
    const auto generated = [&](std::vector<std::optional<PortKind>> ports) {
        from.spans = {bank("usb:00000000000000a1/bank", std::move(ports))};
        const std::string text = generatedConfig(from);
        EXPECT_EQ(problems(world, filledIn(text)), "") << text;
        return text;
    };
    const std::string exchanges = generated({exchange, exchange});
    EXPECT_THAT(exchanges, HasSubstr("signalling = fxs_ks\n"));
    EXPECT_THAT(exchanges, HasSubstr("# Ports there are: 1-2.\n"));
    const std::string telephones = generated({telephone, telephone, {}, telephone});
    EXPECT_THAT(telephones, HasSubstr("signalling = fxo_ks\n"));
    EXPECT_THAT(telephones, HasSubstr("# Ports there are: 1-2, 4.\n"));
    const std::string mixed = generated({telephone, exchange, exchange, {}, exchange, telephone});
    EXPECT_THAT(mixed, HasSubstr("signalling = fxs_ks\n"));
    EXPECT_THAT(mixed, HasSubstr("# Ports there are: 2-3, 5. Not 1, 6: towards telephones"));
    EXPECT_THAT(mixed, HasSubstr("# number = 2 +12125550100 3 +12125550110\n"));
    EXPECT_THAT(generated({telephone, exchange}), HasSubstr("# number = 2 +12125550100\n"));
    EXPECT_THAT(generated({}), Not(HasSubstr("Ports there are")));
}

TEST(Generate, AUsbCardTellsWhatThePortsOfItsBankFace)
{
    SimLoop loop;
    auto cards = hal::machineCards(loop);
    ASSERT_TRUE(cards);
    std::vector<hal::SpanInfo> spans{bank("usb:00000000000000a1/bank", {}),
                                     bank("usb:00000000000000ff/bank", {}),
                                     {"usb:00000000000000a1/0", "", hal::SpanType::e1}};
    TaskGroup tasks(loop);
    bool asked = false;
    const auto ask = [](hal::Cards& all, std::vector<hal::SpanInfo>& of, bool& done) -> Task<> {
        co_await askPortKinds(all, of);
        done = true;
    };
    tasks.start(ask(**cards, spans, asked));
    ASSERT_TRUE(loop.runUntil([&] { return asked; }, 10s));
    EXPECT_EQ(spans[0].ports, (std::vector<std::optional<PortKind>>{PortKind::fxo, PortKind::fxs, PortKind::fxs}));
    EXPECT_TRUE(spans[1].ports.empty()) << "no such card";
    EXPECT_TRUE(spans[2].ports.empty());
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
