// SPDX-License-Identifier: GPL-2.0-or-later
// The status record as JSON: the contract's names, there and back, and every field missing or of the wrong type.
#include "status/record.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::status;
using nlohmann::json;

namespace {

StatusRecord full()
{
    const WallTime at = *parseIsoUtc("2026-11-22T14:05:09.123Z");
    StatusRecord r;
    r.box = "box1";
    r.bootId = "5f3a";
    r.sequence = 18'446'744'073'709'551'615u;
    r.at = at;
    r.monotonicMs = 123456;
    r.software = "0.1.0";
    r.mode = {Mode::draining, "kim", "new card", at + 60s};
    r.spans.push_back({"tie1", "alarm", {"LOS", "RAI"}, true, "up", 30, 29});
    r.canRecord = true;
    r.recordSecondsLeft = 7200;
    r.storeLastSyncMs = 3;
    r.linkPools.push_back({*PhoneNumber::parse("+12125559001"), *PhoneNumber::parse("+12125559100")});
    r.poolSize = 100;
    r.pairsLive = 4;
    r.pairsQuarantined = 2;
    r.fullestRecipient = 3;
    r.modems.push_back({"box1-modem1", "ready", -71, 2});
    r.modems.push_back({"box1-modem2", "silent", std::nullopt, 0});
    r.outboxQueued = 5;
    r.outboxOldestS = 12;
    r.calls = 1;
    r.selfTest = SelfTestRecord{at - 60s, false, true, {"no tone arrives"}};
    r.alarms.push_back({"span-los", "critical", "raised", "tie1 lost its signal", at - 9s, at, 2});
    return r;
}

TEST(Record, HasTheContractsNames)
{
    const json expected = json::parse(R"({"version":1,"box":"box1","boot_id":"5f3a","sequence":18446744073709551615,
        "at":"2026-11-22T14:05:09.123Z","monotonic_ms":123456,"software":"0.1.0",
        "mode":{"state":"draining","by":"kim","why":"new card","until":"2026-11-22T14:06:09.123Z"},
        "spans":[{"name":"tie1","state":"alarm","alarms":["LOS","RAI"],"frames_moving":true,"d_channel":"up",
                  "channels":30,"idle":29}],
        "can_record":true,"record_seconds_left":7200,"store":{"last_sync_ms":3},
        "link_pools":[{"first":"+12125559001","last":"+12125559100"}],
        "link_numbers":{"size":100,"pairs_live":4,"pairs_quarantined":2,"fullest_recipient":3},
        "modems":[{"name":"box1-modem1","state":"ready","signal_dbm":-71,"queued":2},
                  {"name":"box1-modem2","state":"silent","signal_dbm":null,"queued":0}],
        "outbox":{"queued":5,"oldest_s":12},"calls":1,
        "self_test":{"at":"2026-11-22T14:04:09.123Z","passed":false,"counts":true,"why":["no tone arrives"]},
        "alarms":[{"name":"span-los","severity":"critical","state":"raised","text":"tie1 lost its signal",
                   "first":"2026-11-22T14:05:00.123Z","last":"2026-11-22T14:05:09.123Z","count":2}]})");
    EXPECT_EQ(toJson(full()), expected);
}

TEST(Record, ComesBackAsItWas)
{
    const auto back = fromJson(toJson(full()));
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(toJson(*back), toJson(full()));
    StatusRecord bare;
    const auto empty = fromJson(toJson(bare));
    ASSERT_TRUE(empty) << empty.error().what;
    EXPECT_FALSE(empty->mode.until);
}

TEST(Record, AnUnknownFieldOfALaterVersionIsIgnored)
{
    json j = toJson(full());
    j["weather"] = "fine";
    j["spans"][0]["colour"] = 3;
    EXPECT_TRUE(fromJson(j));
}

// All places where a value stands, as "spans[0].idle" and as a pointer into the document.
void places(const json& j, std::string path, json::json_pointer at,
            std::vector<std::pair<std::string, json::json_pointer>>& out)
{
    if (j.is_object()) {
        for (const auto& [key, value] : j.items()) {
            out.emplace_back(path.empty() ? key : path + "." + key, at / key);
            places(value, out.back().first, out.back().second, out);
        }
    } else if (j.is_array() && !j.empty()) {
        out.emplace_back(path + "[0]", at / 0);
        places(j[0], out.back().first, out.back().second, out);
    }
}

TEST(Record, EveryFieldThatIsMissingIsNamed)
{
    const json good = toJson(full());
    std::vector<std::pair<std::string, json::json_pointer>> all;
    places(good, "", json::json_pointer(), all);
    ASSERT_GT(all.size(), 50u);
    for (const auto& [path, at] : all) {
        json j = good;
        json& parent = j[at.parent_pointer()];
        if (!parent.is_object())
            continue; // an element less is a shorter list
        if (path == "self_test")
            continue; // boxes of an earlier version have none
        parent.erase(at.back());
        const auto r = fromJson(j);
        ASSERT_FALSE(r) << path;
        EXPECT_EQ(r.error().code, Errc::invalid);
        EXPECT_EQ(r.error().what.substr(0, path.size() + 1), path + ":") << r.error().what;
    }
}

TEST(Record, EveryFieldOfAWrongTypeIsNamed)
{
    const json good = toJson(full());
    std::vector<std::pair<std::string, json::json_pointer>> all;
    places(good, "", json::json_pointer(), all);
    for (const auto& [path, at] : all) {
        for (const json& wrong : {json(1.5), json(json::array({1})), json(json::object({{"x", 1}})), json(-7)}) {
            const json was = good[at];
            if (wrong.type() == was.type() ||
                (wrong == json(-7) && was.is_number_integer() && !was.is_number_unsigned()))
                continue;
            if (wrong == json(-7) && (path == "monotonic_ms" || path == "record_seconds_left" ||
                                      path == "store.last_sync_ms" || path == "outbox.oldest_s"))
                continue; // signed: an odd value, no wrong type
            json j = good;
            j[at] = wrong;
            const auto r = fromJson(j);
            ASSERT_FALSE(r) << path << " = " << wrong;
            EXPECT_EQ(r.error().what.substr(0, path.size()), path) << r.error().what;
        }
    }
}

TEST(Record, WordsAndNumbersThatMeanNothingAreNamed)
{
    const std::vector<std::pair<const char*, json>> wrong{{"/mode/state", "asleep"},
                                                          {"/at", "yesterday"},
                                                          {"/mode/until", "2026-13-40T00:00:00Z"},
                                                          {"/link_pools/0/first", "12125559001"},
                                                          {"/link_pools/0/last", ""},
                                                          {"/calls", 4'294'967'296},
                                                          {"/version", 2},
                                                          {"/modems/0/signal_dbm", 9'000'000'000}};
    for (const auto& [at, value] : wrong) {
        json j = toJson(full());
        j[json::json_pointer(at)] = value;
        const auto r = fromJson(j);
        EXPECT_FALSE(r) << at;
    }
}

TEST(Record, WhatIsNoRecordAtAllIsRefused)
{
    for (const char* text : {"null", "[]", "3", "\"box1\"", "{}", "[[[[]]]]"})
        EXPECT_FALSE(fromJson(json::parse(text))) << text;
    json j = toJson(full());
    j["alarms"] = json(std::vector<int>(20000, 1));
    const auto r = fromJson(j);
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("alarms"), std::string::npos);
}

TEST(Record, ModesByName)
{
    for (const Mode m : {Mode::active, Mode::draining, Mode::maintenance})
        EXPECT_EQ(mode(name(m)), m);
    EXPECT_FALSE(mode("Active"));
}

} // namespace
