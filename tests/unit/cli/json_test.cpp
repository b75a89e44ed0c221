// SPDX-License-Identifier: GPL-2.0-or-later
// JSON for programs: alone on standard output, with its version, with every field that contract.md promises (N99).
#include "calls.h"
#include "world.h"
#include <callbox/base/whole_file.h>
#include <gtest/gtest.h>
#include <regex>

using namespace callbox::cli;
using namespace callbox::cli::tests;

namespace {

// "box:string by:string? until:time? spans:[..]" as a table: a name and what it must be.
enum class Is { text, textOrNull, whole, wholeOrNull, number, yesNo, list, object };

struct Field {
    const char* name;
    Is is;
};

bool fits(const json& v, Is is)
{
    switch (is) {
    case Is::text:
        return v.is_string();
    case Is::textOrNull:
        return v.is_string() || v.is_null();
    case Is::whole:
        return v.is_number_integer();
    case Is::wholeOrNull:
        return v.is_number_integer() || v.is_null();
    case Is::number:
        return v.is_number();
    case Is::yesNo:
        return v.is_boolean();
    case Is::list:
        return v.is_array();
    case Is::object:
        return v.is_object();
    }
    return false;
}

void has(const json& object, std::initializer_list<Field> fields, const std::string& of)
{
    for (const Field& f : fields) {
        ASSERT_TRUE(object.contains(f.name)) << of << " has no " << f.name << ": " << object.dump();
        EXPECT_TRUE(fits(object[f.name], f.is)) << of << ": " << f.name << " is " << object[f.name].dump();
    }
}

json query(World& world, Words words)
{
    words.push_back("--json");
    const Said said = world.run(words);
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_EQ(said.err, "");
    const json document = json::parse(said.out, nullptr, false);
    EXPECT_TRUE(document.is_object()) << said.out;
    EXPECT_EQ(document.value("version", 0), 1);
    return document;
}

void hasStatusRecord(const json& r)
{
    has(r,
        {{"box", Is::text},
         {"boot_id", Is::text},
         {"sequence", Is::whole},
         {"at", Is::text},
         {"software", Is::text},
         {"mode", Is::object},
         {"spans", Is::list},
         {"can_record", Is::yesNo},
         {"record_seconds_left", Is::whole},
         {"store", Is::object},
         {"link_pools", Is::list},
         {"link_numbers", Is::object},
         {"modems", Is::list},
         {"outbox", Is::object},
         {"calls", Is::whole},
         {"alarms", Is::list}},
        "the status record");
    has(r["mode"], {{"state", Is::text}, {"by", Is::text}, {"why", Is::text}, {"until", Is::textOrNull}}, "mode");
    ASSERT_FALSE(r["spans"].empty());
    has(r["spans"][0],
        {{"name", Is::text},
         {"state", Is::text},
         {"alarms", Is::list},
         {"frames_moving", Is::yesNo},
         {"d_channel", Is::text},
         {"channels", Is::whole},
         {"idle", Is::whole}},
        "a span");
    has(r["store"], {{"last_sync_ms", Is::whole}}, "store");
    has(r["link_numbers"],
        {{"size", Is::whole},
         {"pairs_live", Is::whole},
         {"pairs_quarantined", Is::whole},
         {"fullest_recipient", Is::whole}},
        "link_numbers");
    ASSERT_FALSE(r["modems"].empty());
    has(r["modems"][0],
        {{"name", Is::text}, {"state", Is::text}, {"signal_dbm", Is::wholeOrNull}, {"queued", Is::whole}}, "a modem");
    has(r["outbox"], {{"queued", Is::whole}, {"oldest_s", Is::whole}}, "outbox");
}

TEST(Json, IsAloneOnStandardOutputWithItsVersion)
{
    for (const CommandCalls& c : commandCalls()) {
        World world;
        if (c.command == "lab up" || c.command == "lab exchange" || c.command == "lab card up")
            continue; // their own tests
        const auto& table = allCommands();
        const auto it =
            std::find_if(table.begin(), table.end(), [&](const Command& k) { return k.words() == c.command; });
        ASSERT_NE(it, table.end());
        if (!it->json)
            continue;
        std::vector<Words> calls{c.good};
        calls.insert(calls.end(), c.others.begin(), c.others.end());
        for (Words rest : calls) {
            rest.push_back("--json");
            const Said said = world.run(wordsOf(c, rest));
            if (said.out.empty()) {
                EXPECT_NE(said.exit, 0) << c.command << " says nothing";
                EXPECT_FALSE(said.err.empty()) << c.command << " fails in silence";
                continue;
            }
            const json document = json::parse(said.out, nullptr, false);
            EXPECT_TRUE(document.is_object()) << c.command << ": " << said.out;
            EXPECT_EQ(document.value("version", 0), 1) << c.command << ": " << said.out;
            EXPECT_TRUE(said.out.ends_with("}\n")) << c.command;
        }
    }
}

TEST(Json, StaysWholeWhenSomeDaemonsDoNotAnswer)
{
    World world;
    const Said locked = world.run({"message", "list", "--dir", "LAB", "--json"}, Daemons::locked);
    const json document = json::parse(locked.out, nullptr, false);
    ASSERT_TRUE(document.is_object()) << locked.out;
    EXPECT_EQ(document["messages"], json::array());
    EXPECT_EQ(document["unreached"].size(), 2u);
    EXPECT_NE(locked.err.find("box2"), std::string::npos) << locked.err;
}

TEST(Json, BoxStatusHasTheContractsFields)
{
    World world;
    hasStatusRecord(query(world, {"box", "status", "--dir", "LAB", "--box", "box1"}));
    hasStatusRecord(query(world, {"box", "status", "--socket", "LAB/box2/state/control.sock"}));
    const json all = query(world, {"box", "status", "--dir", "LAB"});
    has(all, {{"boxes", Is::list}}, "box status of a lab");
    ASSERT_EQ(all["boxes"].size(), 2u);
    for (const json& one : all["boxes"])
        hasStatusRecord(one);
}

TEST(Json, SwitchBoxesHasTheContractsFields)
{
    World world;
    const json document = query(world, {"switch", "boxes", "--dir", "LAB"});
    has(document, {{"boxes", Is::list}}, "switch boxes");
    ASSERT_EQ(document["boxes"].size(), 3u);
    for (const json& b : document["boxes"])
        has(b,
            {{"box", Is::text},
             {"state", Is::text},
             {"usable", Is::yesNo},
             {"degraded", Is::yesNo},
             {"why", Is::list},
             {"score", Is::number},
             {"age_ms", Is::wholeOrNull}},
            "a box of the switch");
    hasStatusRecord(document["boxes"][0]["status"]);
    EXPECT_TRUE(document["boxes"][2]["status"].is_null()) << "never heard";
    EXPECT_EQ(document["boxes"][2]["state"], "UNKNOWN");
}

TEST(Json, SwitchExplainAndSimulateHaveTheContractsFields)
{
    World world;
    const Words both[] = {{"switch", "explain", "trunk1-17", "--dir", "LAB"},
                          {"switch", "simulate", "--status", "OUT/boxes.json", "--call", "OUT/call.json"}};
    for (const Words& words : both) {
        const json document = query(world, words);
        has(document, {{"decision", Is::object}}, words[1]);
        const json& d = document["decision"];
        has(d, {{"chosen", Is::textOrNull}, {"candidates", Is::list}, {"attempts", Is::list}, {"policy", Is::text}},
            "decision");
        ASSERT_FALSE(d["candidates"].empty());
        has(d["candidates"][0], {{"box", Is::text}, {"usable", Is::yesNo}, {"why", Is::list}, {"score", Is::number}},
            "a candidate");
        for (const json& a : d["attempts"])
            has(a, {{"box", Is::text}, {"outcome", Is::text}, {"cause", Is::wholeOrNull}}, "an attempt");
    }
    EXPECT_EQ(query(world, both[0])["decision"]["attempts"].size(), 1u);
}

TEST(Json, AlarmListTellsWhatItPromises)
{
    World world;
    const json document = query(world, {"alarm", "list", "--dir", "LAB", "--all"});
    ASSERT_EQ(document["alarms"].size(), 9u) << "two boxes and the switch";
    for (const json& a : document["alarms"]) {
        has(a,
            {{"box", Is::textOrNull},
             {"name", Is::text},
             {"severity", Is::text},
             {"state", Is::text},
             {"text", Is::text},
             {"first", Is::text},
             {"last", Is::text},
             {"count", Is::whole}},
            "an alarm");
        EXPECT_EQ(a["state"] == "acknowledged", a.contains("acknowledged_by"));
    }
    EXPECT_EQ(query(world, {"alarm", "list", "--dir", "LAB"})["alarms"].size(), 6u) << "those that stand";
}

TEST(Json, SpanStatusHasItsPerformanceAndItsHistoryIfAsked)
{
    World world;
    const json one = query(world, {"span", "status", "box1-tie1", "--dir", "LAB"})["spans"][0]["performance"];
    has(one,
        {{"available", Is::yesNo},
         {"counts_errors", Is::yesNo},
         {"now", Is::object},
         {"last_24h", Is::object},
         {"advice", Is::list}},
        "performance");
    EXPECT_FALSE(one.contains("bins"));
    for (const json& a : one["advice"])
        has(a, {{"count", Is::text}, {"value", Is::whole}, {"means", Is::text}, {"try", Is::text}}, "advice");
    const json all = query(world, {"span", "status", "box1-tie1", "--dir", "LAB", "--history"});
    const json& bins = all["spans"][0]["performance"]["bins"];
    ASSERT_EQ(bins.size(), 3u);
    EXPECT_EQ(bins[1]["uas"], 12);
    EXPECT_EQ(bins[1]["es"], 40);
    EXPECT_EQ(bins[1]["cv"], 200);
}

TEST(Json, MessageListHasTheContractsFields)
{
    World world;
    const json document = query(world, {"message", "list", "--dir", "LAB"});
    ASSERT_EQ(document["messages"].size(), 2u);
    for (const json& m : document["messages"]) {
        has(m,
            {{"box", Is::text},
             {"id", Is::text},
             {"state", Is::text},
             {"from", Is::textOrNull},
             {"from_presentation", Is::text},
             {"created_at", Is::text},
             {"duration_ms", Is::whole},
             {"cut_short", Is::yesNo},
             {"audio_sha256", Is::textOrNull},
             {"transcript", Is::object},
             {"recipients", Is::list}},
            "a message");
        has(m["transcript"], {{"state", Is::text}, {"text", Is::textOrNull}, {"engine", Is::textOrNull}}, "transcript");
        ASSERT_FALSE(m["recipients"].empty());
        for (const json& r : m["recipients"]) {
            has(r,
                {{"number", Is::text},
                 {"link_number", Is::textOrNull},
                 {"state", Is::text},
                 {"heard_at", Is::textOrNull},
                 {"notifications", Is::list}},
                "a recipient");
            for (const json& n : r["notifications"])
                has(n,
                    {{"protocol", Is::text},
                     {"state", Is::text},
                     {"attempts", Is::whole},
                     {"last_error", Is::textOrNull}},
                    "a notification");
        }
    }
    EXPECT_TRUE(document["messages"][1]["from"].is_null()) << "a withheld number is shown";
    const json local = query(world, {"message", "list", "--socket", "LAB/box1/state/control.sock"});
    EXPECT_FALSE(local["messages"][0].contains("box"));
}

TEST(Json, AVirtualCardIsHandedToTheKernelAsItWantsIt)
{
    World world;
    const json document =
        query(world, {"lab", "card", "attach", "--dir", "LAB", "--card", "2", "--root", "OUT/machine"});
    ASSERT_EQ(document["attached"].size(), 1u);
    has(document["attached"][0], {{"card", Is::whole}, {"bus_id", Is::text}, {"vhci_port", Is::whole}}, "a card");
    const auto written = callbox::readToEnd(world.path("OUT/machine/sys/devices/platform/vhci_hcd.0/attach"));
    ASSERT_TRUE(written.has_value());
    EXPECT_TRUE(std::regex_match(*written, std::regex("1 [0-9]+ 65537 2\n")))
        << *written << "port, socket, device, full speed";
}

TEST(Json, WhatAPersonAskedForReachesTheDaemonWhole)
{
    World world;
    query(world, {"box", "drain", "--socket", "LAB/box1/state/control.sock", "--why", "new modem", "--until",
                  "2026-11-22T18:00:00Z"});
    ASSERT_EQ(world.asked.requests.size(), 1u);
    EXPECT_EQ(world.asked.requests[0].substr(0, 14), "POST /v1/mode ");
    EXPECT_EQ(json::parse(world.asked.requests[0].substr(14)), json({{"state", "draining"},
                                                                     {"by", "technician"},
                                                                     {"why", "new modem"},
                                                                     {"until", "2026-11-22T18:00:00.000Z"}}));
    world.asked.requests.clear();
    query(world,
          {"message", "list", "--socket", "LAB/box1/state/control.sock", "--state", "stored", "--to", "+12125550123"});
    EXPECT_EQ(world.asked.requests, Words{"GET /v1/messages state=stored to=+12125550123"});
}

} // namespace
