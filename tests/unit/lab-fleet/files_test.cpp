// SPDX-License-Identifier: GPL-2.0-or-later
// A lab's configurations are what the daemons take, for every shape of a lab; lab.json has the contract's names.
#include "../../support/scratch_folder.h"
#include "box/config.h"
#include "lab/fleet_files.h"
#include "lab/readiness.h"
#include "switching/config.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::lab;
using nlohmann::json;

namespace {

FleetOptions options(const std::string& country, int boxes, int spans, int modems, bool standalone = false)
{
    FleetOptions o;
    o.dir = "/tmp/a lab/" + std::string(120, 'd');
    o.programs = "/usr/bin";
    o.country = country;
    o.boxes = boxes;
    o.spans = spans;
    o.modems = modems;
    o.standalone = standalone;
    return o;
}

std::string complaints(const std::vector<ini::Problem>& problems)
{
    std::string out;
    for (const ini::Problem& p : problems)
        out += p.message() + "\n";
    return out;
}

box::BoxConfig boxConfig(const Fleet& f, std::size_t i)
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(boxIni(f, f.boxes[i]), "box.ini", problems);
    box::BoxConfig c = box::readConfig(doc, problems);
    EXPECT_EQ(complaints(problems), "");
    return c;
}

class WiresFile {
public:
    explicit WiresFile(const std::string& text) { std::ofstream(path()) << text; }
    [[nodiscard]] std::string path() const { return folder_.path() + "/w.ini"; }

private:
    tests::ScratchFolder folder_{"wires"};
};

TEST(FleetFiles, AWiredTrunkIsTheCardsSpanAtBothEndsAndTheOthersStayVirtual)
{
    const WiresFile file("[wire trunk1]\nnetwork = dahdi:A/1\nuser = dahdi:B/2\n");
    FleetOptions o = options("eu", 1, 2, 0, true);
    const auto wires = readWires(file.path());
    ASSERT_TRUE(wires) << wires.error().what;
    o.wires = *wires;
    const Fleet f = *planFleet(o);
    EXPECT_NE(exchangeIni(f).find("[span trunk1]\nbackend = dahdi\n"), std::string::npos);
    EXPECT_NE(exchangeIni(f).find("span = A/1\n"), std::string::npos);
    EXPECT_NE(exchangeIni(f).find("[span trunk2]\nbackend = virtual\n"), std::string::npos);
    const box::BoxConfig c = boxConfig(f, 0);
    ASSERT_EQ(c.lines.spans.size(), 2u);
    EXPECT_EQ(c.lines.spans[0].backend, "dahdi");
    EXPECT_EQ(c.lines.spans[0].backendKeys.at("span"), "B/2");
    EXPECT_EQ(c.lines.spans[1].backend, "virtual");
}

TEST(FleetFiles, AWiredBankOfAnalogLinesIsTheCardsSpanAtBothEnds)
{
    FleetOptions o = options("us", 1, 1, 0, true);
    o.analog = true;
    o.wires["trunk1"] = {"dahdi:A/1", "dahdi:B/2"};
    const Fleet f = *planFleet(o);
    EXPECT_NE(exchangeIni(f).find("[span trunk1]\nbackend = dahdi\nspan = A/1\ntype = analog\n"), std::string::npos)
        << exchangeIni(f);
    const box::BoxConfig c = boxConfig(f, 0);
    ASSERT_EQ(c.lines.spans.size(), 1u);
    EXPECT_EQ(c.lines.spans[0].backend, "dahdi");
    EXPECT_EQ(c.lines.spans[0].backendKeys.at("span"), "B/2");
    EXPECT_EQ(c.lines.spans[0].span.type, hal::SpanType::analog);
}

TEST(FleetFiles, WiresThatFitNothingAreNamed)
{
    const auto complaint = [](const std::string& text) {
        const WiresFile file(text);
        const auto r = readWires(file.path());
        return r ? std::string("taken") : r.error().what.substr(file.path().size());
    };
    EXPECT_EQ(complaint("[wire trunk1]\nnetwork = dahdi:A/1\nuser = nothing:B/1\n"),
              ":3: user = nothing:B/1: BACKEND:ID, as dahdi:SERIAL/1");
    EXPECT_EQ(complaint("[cable trunk1]\n"), ":1: [cable]: only [wire NAME] is known here");
    EXPECT_EQ(readWires("/nonexistent/w.ini").error().code, Errc::not_found);
    FleetOptions o = options("eu", 1, 1, 0, true);
    o.wires["trunk7"] = {"dahdi:A/1", "dahdi:B/1"};
    const auto planned = planFleet(o);
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().what, "[wire trunk7]: this lab's spans are trunk1");
}

TEST(FleetFiles, BoxesTakeTheirConfigurations)
{
    for (const char* country : {"eu", "us"})
        for (const int modems : {0, 2}) {
            const Fleet f = *planFleet(options(country, 3, 2, modems));
            for (std::size_t i = 0; i < 3; ++i) {
                const box::BoxConfig c = boxConfig(f, i);
                EXPECT_EQ(c.id, "box" + std::to_string(i + 1));
                EXPECT_EQ(c.lines.spans.size(), 2u);
                EXPECT_EQ(c.lines.modems.size(), std::size_t(modems));
                EXPECT_TRUE(c.lines.faults);
                EXPECT_EQ(c.zone, "UTC");
                EXPECT_EQ(c.lines.spans[0].span.law, country == std::string("us") ? hal::Law::mulaw : hal::Law::alaw);
            }
        }
}

TEST(FleetFiles, TheSwitchTakesItsConfiguration)
{
    for (const char* country : {"eu", "us"}) {
        const Fleet f = *planFleet(options(country, 3, 2, 1));
        std::vector<ini::Problem> problems;
        const ini::Document doc = ini::parse(switchIni(f), "switch.ini", problems);
        const switching::SwitchConfig c = switching::readConfig(doc, problems);
        EXPECT_EQ(complaints(problems), "");
        EXPECT_EQ(c.boxes.size(), 3u);
        EXPECT_EQ(c.boxes[1].ties, (std::vector<std::string>{"box2-tie1", "box2-tie2"}));
        EXPECT_EQ(c.lines.spans.size(), 12u) << "a trunk for each tie";
        EXPECT_EQ(c.boxes[2].status, "unix:" + f.boxes[2].control);
    }
}

TEST(FleetFiles, TheExchangesSpansAndModemsCanBeRead)
{
    const Fleet f = *planFleet(options("us", 2, 3, 2));
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(exchangeIni(f), "exchange.ini", problems);
    const lines::LinesConfig c = lines::readLines(doc, problems);
    EXPECT_EQ(complaints(problems), "");
    EXPECT_EQ(c.spans.size(), 6u);
    EXPECT_EQ(c.spans[0].pri.role, hal::PriRole::network);
    EXPECT_EQ(c.modems.size(), 4u);
}

TEST(FleetFiles, AStandaloneBoxHasTheTrunksItself)
{
    const Fleet f = *planFleet(options("eu", 1, 2, 1, true));
    const box::BoxConfig c = boxConfig(f, 0);
    ASSERT_EQ(c.lines.spans.size(), 2u);
    EXPECT_EQ(c.lines.spans[0].name(), "trunk1");
    EXPECT_EQ(c.lines.spans[0].use, lines::Use::trunk);
    EXPECT_EQ(fleetProcesses(f).size(), 2u) << "exchange and box";
}

TEST(FleetFiles, ABoxOnAnalogLinesHasTheirOneNumberForAll)
{
    for (const char* country : {"us", "eu"}) {
        FleetOptions o = options(country, 1, 1, 1, true);
        o.analog = true;
        const Fleet f = *planFleet(o);
        const box::BoxConfig c = boxConfig(f, 0);
        ASSERT_EQ(c.lines.spans.size(), 1u);
        EXPECT_EQ(c.lines.spans[0].span.type, hal::SpanType::analog);
        EXPECT_EQ(c.lines.spans[0].analog.kind, hal::PortKind::fxo);
        EXPECT_EQ(c.lines.spans[0].analog.lines.size(), linesPerBank);
        EXPECT_EQ(c.pool.first, c.access.front().number);
        EXPECT_EQ(c.pool.size(), 1u);
        std::vector<ini::Problem> problems;
        const ini::Document doc = ini::parse(exchangeIni(f), "exchange.ini", problems);
        const lines::LinesConfig exchange = lines::readLines(doc, problems);
        EXPECT_EQ(complaints(problems), "");
        EXPECT_EQ(exchange.spans[0].analog.kind, hal::PortKind::fxs);
        EXPECT_EQ(exchange.spans[0].analog.country.opensLoop, std::string(country) == "us");
    }
}

TEST(FleetFiles, ASwitchOnAnalogLinesHasSomeOfTheAccessNumberAndSomeOfEachBoxsLinkNumber)
{
    for (const char* country : {"us", "eu"}) {
        FleetOptions o = options(country, 2, 2, 1);
        o.analog = true;
        const Fleet f = *planFleet(o);
        std::vector<ini::Problem> problems;
        const ini::Document doc = ini::parse(switchIni(f), "switch.ini", problems);
        const switching::SwitchConfig c = switching::readConfig(doc, problems);
        EXPECT_EQ(complaints(problems), "");
        ASSERT_EQ(c.lines.spans.size(), 8u) << "two banks and two ties a box";
        for (std::size_t bank = 0; bank < 4; ++bank) {
            const hal::AnalogConfig& a = c.lines.spans[bank].analog;
            EXPECT_EQ(c.lines.spans[bank].span.type, hal::SpanType::analog);
            EXPECT_EQ(a.kind, hal::PortKind::fxo);
            ASSERT_EQ(a.lines.size(), linesPerBank);
            EXPECT_EQ(a.lines.front().number, c.access.front());
            EXPECT_EQ(a.lines.back().number, c.boxes[bank / 2].pool->first);
        }
        for (std::size_t box = 0; box < 2; ++box) {
            EXPECT_EQ(boxConfig(f, box).pool.first, c.boxes[box].pool->first);
            EXPECT_EQ(c.boxes[box].pool->size(), 1u) << "a line has one number";
            EXPECT_EQ(boxConfig(f, box).lines.spans[0].span.type,
                      *country == 'u' ? hal::SpanType::t1 : hal::SpanType::e1);
        }
    }
}

TEST(FleetFiles, BoxesThatOnlyTheirNumbersLeadToHaveTrunksOfTheirOwnAndShareAKeyWithTheSwitch)
{
    FleetOptions o = options("eu", 2, 1, 1);
    o.byNumber = true;
    const Fleet f = *planFleet(o);
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(switchIni(f), "switch.ini", problems);
    const switching::SwitchConfig c = switching::readConfig(doc, problems);
    EXPECT_EQ(complaints(problems), "");
    ASSERT_EQ(c.boxes.size(), 2u);
    EXPECT_EQ(c.lines.spans.size(), 2u) << "trunks only";
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_TRUE(c.boxes[i].ties.empty());
        EXPECT_EQ(c.boxes[i].numbers.size(), std::size_t(routeNumbers));
        const box::BoxConfig b = boxConfig(f, i);
        EXPECT_EQ(b.routeKeyFile, c.boxes[i].routeKeyFile);
        ASSERT_EQ(b.lines.spans.size(), 1u);
        EXPECT_EQ(b.lines.spans[0].use, lines::Use::trunk);
        EXPECT_NE(exchangeIni(f).find("spans = " + b.lines.spans[0].name() +
                                      "\nnumbers = " + c.boxes[i].numbers.front().e164() + " "),
                  std::string::npos)
            << exchangeIni(f);
    }
}

TEST(FleetFiles, TheExchangeKnowsWhichNumbersComeBackToTheFleet)
{
    const Fleet f = *planFleet(options("us", 2, 1, 0));
    EXPECT_NE(exchangeIni(f).find("\nnumbers = +12125559000 +12125559001-+12125560000 +12125560001-+12125561000\n"),
              std::string::npos)
        << exchangeIni(f);
}

TEST(FleetFiles, PoolsAreDisjointAndRunUpwards)
{
    FleetOptions o = options("eu", 3, 1, 1);
    o.numbers = 5000;
    const Fleet f = *planFleet(o);
    EXPECT_EQ(f.boxes[0].pool.first.e164(), "+12125559001");
    EXPECT_EQ(f.boxes[0].pool.last.e164(), "+12125564000");
    EXPECT_EQ(f.boxes[1].pool.first.e164(), "+12125564001");
    EXPECT_EQ(f.boxes[2].pool.last.e164(), "+12125574000");
    EXPECT_EQ(boxConfig(f, 2).pool.size(), 5000u);
}

TEST(FleetFiles, AFolderThatNoConfigurationCanNameIsRefused)
{
    for (const char* dir : {"/tmp/a\nb", "/tmp/a #b", "/tmp/a ;b"}) {
        FleetOptions o = options("eu", 1, 1, 1);
        o.dir = dir;
        EXPECT_EQ(planFleet(o).error().code, Errc::invalid) << dir;
    }
    FleetOptions o = options("eu", 1, 1, 1);
    o.dir = "/tmp/#1;=[x]";
    EXPECT_TRUE(planFleet(o));
    EXPECT_EQ(boxConfig(*planFleet(o), 0).state, "/tmp/#1;=[x]/box1/state");
}

TEST(FleetFiles, LabJsonHasTheContractsNames)
{
    const Fleet f = *planFleet(options("us", 2, 1, 1));
    std::vector<Process> all = fleetProcesses(f);
    pid_t pid = 100;
    for (Process& p : all)
        p.pid = pid++;
    const json j = describeFleet(f, all);
    EXPECT_EQ(j["version"], 1);
    EXPECT_EQ(j["country"], "us");
    EXPECT_EQ(j["access_number"], "+12125559000");
    EXPECT_EQ(j["pids"], json({100, 101, 102, 103}));
    EXPECT_EQ(j["switch"]["pid"], 101);
    for (const char* key : {"control", "http", "config"})
        EXPECT_TRUE(j["switch"][key].is_string()) << key;
    ASSERT_EQ(j["boxes"].size(), 2u);
    EXPECT_EQ(j["boxes"][1]["pid"], 103);
    for (const char* key : {"id", "state_dir", "config", "http", "control"})
        EXPECT_TRUE(j["boxes"][1][key].is_string()) << key;
    EXPECT_EQ(j["boxes"][0]["link_pool"], json({{"first", "+12125559001"}, {"last", "+12125560000"}}));
    EXPECT_EQ(j["modems"][1], json({{"name", "box2-modem1"}, {"box", "box2"}}));
    EXPECT_TRUE(describeFleet(*planFleet(options("us", 1, 1, 1, true)), all)["switch"].is_null());
}

TEST(Readiness, SaysWhatIsMissing)
{
    EXPECT_EQ(spansTrouble(json::parse(R"({"spans":[{"name":"a","d_channel":"up"}]})")), "");
    EXPECT_EQ(spansTrouble(json::parse(R"({"spans":[{"name":"a","d_channel":"up"},{"name":"b","d_channel":"down"}]})")),
              "span b: D channel down");
    EXPECT_NE(spansTrouble(json::parse(R"({"spans":[]})")), "");
    EXPECT_NE(spansTrouble(json()), "");
    const json fresh = json::parse(R"({"boxes":[{"box":"box1","state":"FRESH","usable":true,"why":[]},
                                               {"box":"box2","state":"FRESH","usable":false,"why":["cannot record"]}]})");
    EXPECT_EQ(switchTrouble(fresh, 2), "the switch does not use box2: cannot record");
    EXPECT_EQ(boxAtSwitchTrouble(fresh, "box1"), "");
    EXPECT_EQ(boxAtSwitchTrouble(fresh, "box3"), "the switch does not know box3");
    EXPECT_NE(switchTrouble(json::parse(R"({"boxes":[{"box":"box1","state":"UNKNOWN","usable":true}]})"), 1), "");
    EXPECT_NE(switchTrouble(json::parse(R"({"boxes":[]})"), 1), "");
    const json box = json::parse(R"({"spans":[{"name":"a","d_channel":"up"}],"can_record":true,
                                     "modems":[{"name":"m","state":"silent"}]})");
    EXPECT_EQ(boxTrouble(box, true), "modem m is silent");
    EXPECT_EQ(boxTrouble(box, false), "");
    EXPECT_EQ(boxTrouble(json::parse(R"({"spans":[{"name":"a","d_channel":"up"}],"can_record":false})"), true),
              "cannot record");
}

} // namespace
