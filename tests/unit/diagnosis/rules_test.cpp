// SPDX-License-Identifier: GPL-2.0-or-later
// The table of rules as a table: for each rule what makes it speak, and that a well machine makes none speak.
#include "diagnosis/rules.h"
#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

using namespace callbox::diagnosis;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

SpanFacts wellSpan()
{
    SpanFacts s;
    s.name = "trunk1";
    s.daemon = "box1";
    s.backend = "dahdi";
    s.use = "trunk";
    s.type = "e1";
    s.state = "up";
    s.framesMoving = true;
    s.dChannelUp = true;
    s.channels = {30, 28, 2, 0, 0};
    s.quarter = {400, 160};
    s.day = {7000, 300};
    s.framesIn = 5000;
    s.framesOut = 5000;
    s.framesBad = 2;
    s.alarmChanges = 1;
    return s;
}

BoxFacts wellBox()
{
    BoxFacts b;
    b.daemon = "box1";
    b.mode = "active";
    b.recordSecondsLeft = 1'000'000;
    b.lastSyncMs = 4;
    b.outboxQueued = 3;
    b.outboxOldestS = 20;
    b.poolSize = 1000;
    b.fullestRecipient = 12;
    return b;
}

ModemFacts wellModem()
{
    ModemFacts m;
    m.name = "modem1";
    m.daemon = "box1";
    m.state = "ready";
    m.network = "A network";
    m.signalDbm = -71;
    m.memoryUsed = 1;
    m.memoryTotal = 30;
    return m;
}

Facts well()
{
    Facts f;
    f.machine.modules = {"dahdi", "wct4xxp"};
    f.machine.dahdiDevices = true;
    f.machine.configured = {{"trunk1", "dahdi", "0123/1"}};
    f.machine.probed = {{{"dahdi", "0123/1", "a card"}}};
    f.machine.clockSynchronised = true;
    f.machine.disks = {{"/var/lib/callbox", 50'000'000'000, 100'000'000'000}};
    f.daemons = {{"box1", true, true, ""}};
    f.spans = {wellSpan()};
    f.calls = {{"trunk1-1", "box1", "deposit", "connected", 30}};
    f.boxes = {wellBox()};
    f.modems = {wellModem()};
    f.switchViews = {{"box1", "FRESH", true, {}}};
    return f;
}

// The D channel was up until the span had received so many frames.
std::function<void(Facts&)> lostAt(std::int64_t framesIn)
{
    return [framesIn](Facts& f) {
        SpanFacts& s = f.spans[0];
        s.dChannelUp = false;
        s.dChannelLostAt = "2026-03-01T10:00:00.000Z";
        s.framesInAtLoss = framesIn;
        s.framesBadAtLoss = s.framesBad;
    };
}

struct Case {
    const char* rule;
    Severity severity;
    std::function<void(Facts&)> make;
    const char* says; // somewhere in cause or action
};

const Case cases[] = {
    {"kernel-no-dahdi", Severity::problem, [](Facts& f) { f.machine.modules = {"ext4"}; }, "modprobe dahdi"},
    {"kernel-no-devices", Severity::problem, [](Facts& f) { f.machine.dahdiDevices = false; }, "udev"},
    {"card-missing", Severity::problem, [](Facts& f) { f.machine.probed->clear(); }, "unplugged"},
    {"card-not-configured", Severity::note,
     [](Facts& f) {
         f.machine.probed->push_back({"dahdi", "0123/2", ""});
     },
     "config generate"},
    {"configuration-wrong", Severity::problem, [](Facts& f) { f.machine.configProblems = {"f:1: x = y: no"}; },
     "config check"},
    {"disk-full", Severity::problem, [](Facts& f) { f.machine.disks[0].free = 1'000'000; }, "retention_days"},
    {"disk-full", Severity::warning, [](Facts& f) { f.machine.disks[0].free = 3'000'000'000; }, "retention_days"},
    {"time-not-synchronised", Severity::warning, [](Facts& f) { f.machine.clockSynchronised = false; }, "timedatectl"},
    {"span-gone", Severity::problem, [](Facts& f) { f.spans[0].state = "gone"; }, "pulled"},
    {"span-no-signal", Severity::problem,
     [](Facts& f) {
         f.spans[0].alarms = {"LOS"};
         f.spans[0].framesMoving = false;
     },
     "loop plug"},
    {"span-no-framing", Severity::problem, [](Facts& f) { f.spans[0].alarms = {"LOF"}; }, "CRC-4"},
    {"span-no-framing", Severity::problem,
     [](Facts& f) {
         f.spans[0].alarms = {"LOF"};
         f.spans[0].type = "t1";
     },
     "B8ZS"},
    {"span-all-ones", Severity::problem,
     [](Facts& f) {
         f.spans[0].alarms = {"AIS", "LOF"};
     },
     "carrier"},
    {"span-no-multiframe", Severity::problem, [](Facts& f) { f.spans[0].alarms = {"LOMF"}; }, "CRC-4"},
    {"span-not-heard", Severity::problem, [](Facts& f) { f.spans[0].alarms = {"RAI"}; }, "crc4 = no"},
    {"span-nothing-moves", Severity::problem, [](Facts& f) { f.spans[0].framesMoving = false; }, "/proc/interrupts"},
    {"span-alarms-come-and-go", Severity::warning, [](Facts& f) { f.spans[0].alarmChanges = 40; }, "contact"},
    {"lines-dead", Severity::warning,
     [](Facts& f) {
         f.spans[0].type = "analog";
         f.spans[0].channels.outOfService = 1;
     },
     "dial tone"},
    {"lines-dead", Severity::problem,
     [](Facts& f) {
         f.spans[0].type = "analog";
         f.spans[0].dChannelUp = false;
         f.spans[0].channels = {8, 0, 0, 0, 8};
     },
     "dial tone"},
    {"clock-slips", Severity::warning, [](Facts& f) { f.spans[0].slips = 3; }, "clock master"},
    {"clock-slips", Severity::warning,
     [](Facts& f) {
         f.spans[0].slips = 3;
         f.spans[0].clockSet = f.spans[0].clockFrom = "card";
     },
     "--clock line --yes"},
    {"clock-loop", Severity::problem,
     [](Facts& f) {
         f.spans[0].use = "tie";
         f.spans[0].clockFrom = "line";
         f.spans.push_back(f.spans[0]);
         f.spans[1].daemon = "the switch";
     },
     "--switch --clock card"},
    {"clock-samples-lost", Severity::warning, [](Facts& f) { f.spans[0].quarter.samples = 1600; }, "too busy"},
    {"clock-samples-lost", Severity::warning, [](Facts& f) { f.spans[0].day.samples = 16'000; }, "too busy"},
    {"span-looped", Severity::warning,
     [](Facts& f) {
         f.spans[0].loop = "local";
         f.spans[0].loopUntil = "2026-03-01T10:15:00.000Z";
         f.spans[0].dChannelUp = false;
         f.spans[0].channels = {30, 0, 0, 0, 30};
     },
     "test loop trunk1 --kind none"},
    {"span-out-of-service", Severity::warning,
     [](Facts& f) {
         f.spans[0].inService = false;
         f.spans[0].channels = {30, 0, 0, 0, 30};
     },
     "span set trunk1 --service in"},
    {"d-channel-down", Severity::problem, [](Facts& f) { f.spans[0].dChannelUp = false; }, "the same side"},
    {"d-channel-down", Severity::problem,
     [](Facts& f) {
         f.spans[0].dChannelUp = false;
         f.spans[0].framesIn = f.spans[0].framesBad = 0;
     },
     "not activated"},
    {"d-channel-down", Severity::problem,
     [](Facts& f) {
         f.spans[0].dChannelUp = false;
         f.spans[0].framesIn = 0;
     },
     "bit errors"},
    {"d-channel-down", Severity::problem,
     [](Facts& f) {
         f.spans[0].dChannelUp = false;
         f.spans[0].sameSide = false;
     },
     "does not reach it"},
    {"d-channel-down", Severity::problem, lostAt(5000), "nothing comes on it any more"},
    {"d-channel-down", Severity::problem, lostAt(4900), "frames come, no link is set up"},
    {"d-channel-down", Severity::problem,
     [](Facts& f) {
         lostAt(5000)(f);
         f.spans[0].framesBadAtLoss = 0;
     },
     "bit errors on the line"},
    {"d-channel-down", Severity::problem,
     [](Facts& f) {
         lostAt(5000)(f);
         f.spans[0].use = "tie";
     },
     "look at the daemon at the other end"},
    {"d-channel-errors", Severity::warning, [](Facts& f) { f.spans[0].framesBad = 90; }, "bit errors"},
    {"channels-out-of-service", Severity::problem, [](Facts& f) { f.spans[0].channels.outOfService = 1; }, "RESTART"},
    {"channels-all-in-use", Severity::warning,
     [](Facts& f) {
         f.spans[0].channels = {30, 0, 30, 0, 0};
     },
     "call list"},
    {"call-stands-for-hours", Severity::warning, [](Facts& f) { f.calls[0].seconds = 9000; }, "call hangup trunk1-1"},
    {"daemon-not-reached", Severity::problem,
     [](Facts& f) {
         f.daemons[0] = {"box1", false, true, "no such file"};
     },
     "journalctl"},
    {"daemon-not-reached", Severity::warning,
     [](Facts& f) {
         f.daemons[0] = {"box1", false, false, "no"};
     },
     "sudo"},
    {"box-mode", Severity::note, [](Facts& f) { f.boxes[0].mode = "draining"; }, "box activate"},
    {"store-cannot-record", Severity::problem, [](Facts& f) { f.boxes[0].canRecord = false; }, "full"},
    {"store-cannot-record", Severity::warning, [](Facts& f) { f.boxes[0].recordSecondsLeft = 60; }, "larger disk"},
    {"store-cannot-record", Severity::warning, [](Facts& f) { f.boxes[0].lastSyncMs = 4000; }, "smartctl"},
    {"pool-exhausted", Severity::problem, [](Facts& f) { f.boxes[0].fullestRecipient = 1000; }, "quarantine_days"},
    {"pool-exhausted", Severity::warning, [](Facts& f) { f.boxes[0].fullestRecipient = 800; }, "quarantine_days"},
    {"outbox-stuck", Severity::problem, [](Facts& f) { f.boxes[0].outboxOldestS = 3000; }, "modem status"},
    {"box-alarm", Severity::problem,
     [](Facts& f) {
         f.boxes[0].alarms = {{"store-read", "major", "raised", "x"}};
     },
     "box status"},
    {"modem-state", Severity::problem, [](Facts& f) { f.modems[0].state = "absent"; }, "lsusb"},
    {"modem-state", Severity::problem, [](Facts& f) { f.modems[0].state = "silent"; }, "ModemManager"},
    {"modem-state", Severity::problem, [](Facts& f) { f.modems[0].state = "pin-required"; }, "pin ="},
    {"modem-state", Severity::problem, [](Facts& f) { f.modems[0].state = "no-sim"; }, "contacts"},
    {"modem-memory-full", Severity::warning, [](Facts& f) { f.modems[0].memoryUsed = 30; }, "trace at"},
    {"network-registration", Severity::problem, [](Facts& f) { f.modems[0].state = "denied"; }, "operator"},
    {"network-registration", Severity::warning, [](Facts& f) { f.modems[0].state = "searching"; }, "antenna"},
    {"network-signal", Severity::warning, [](Facts& f) { f.modems[0].signalDbm = -107; }, "antenna"},
    {"switch-view", Severity::problem,
     [](Facts& f) {
         f.switchViews[0] = {"box1", "DOWN", false, {"old"}};
     },
     "daemon running"},
    {"switch-view", Severity::problem,
     [](Facts& f) {
         f.switchViews[0] = {"box1", "FRESH", false, {"full"}};
     },
     "box status"},
};

TEST(Rules, AWellMachineHasNoFinding)
{
    std::vector<std::string> found;
    for (const Finding& f : diagnose(well()))
        found.push_back(f.rule + ": " + f.subject);
    EXPECT_THAT(found, IsEmpty());
    EXPECT_THAT(diagnose(Facts()), IsEmpty()) << "of nothing known nothing is said";
}

TEST(Rules, EachFaultIsFoundAloneWithCauseAndNextAction)
{
    for (const Case& c : cases) {
        Facts f = well();
        c.make(f);
        const std::vector<Finding> found = diagnose(f);
        ASSERT_EQ(found.size(), 1u) << c.rule << " " << c.says << ": " << (found.size() > 1 ? found[1].rule : "");
        EXPECT_EQ(found[0].rule, c.rule);
        EXPECT_EQ(found[0].severity, c.severity) << c.rule;
        EXPECT_THAT(found[0].cause + " | " + found[0].action, HasSubstr(c.says)) << c.rule;
        for (const std::string& text :
             {found[0].subject, found[0].what, found[0].evidence, found[0].cause, found[0].action})
            EXPECT_FALSE(text.empty()) << c.rule;
    }
}

TEST(Rules, ADChannelThatWasUpIsNotToldToChangeItsRoleUnlessTheFarEndHasChangedItsOwn)
{
    Facts f = well();
    lostAt(4900)(f);
    std::vector<Finding> found = diagnose(f);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_THAT(found[0].evidence, HasSubstr("up until 2026-03-01T10:00:00.000Z, since then 100 frames received"));
    EXPECT_THAT(found[0].cause, HasSubstr("the exchange's D channel is away"));
    EXPECT_THAT(found[0].action, HasSubstr("change no setting"));
    EXPECT_THAT(found[0].action, testing::Not(HasSubstr("role")));
    f.spans[0].sameSide = true;
    found = diagnose(f);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_THAT(found[0].cause, HasSubstr("the same side"));
}

TEST(Rules, AnalogLinesJustPutDownAreNoDChannelThatAnswersNothing)
{
    Facts f = well();
    f.spans[0].type = "analog";
    f.spans[0].channels = {8, 6, 0, 2, 0};
    EXPECT_TRUE(diagnose(f).empty());
}

TEST(Rules, EveryRuleHasACase)
{
    std::set<std::string> there, tried;
    for (const auto& table : {machineRules(), lineRules(), serviceRules()})
        for (const Rule& r : table)
            EXPECT_TRUE(there.emplace(r.name).second) << r.name << " twice";
    for (const Case& c : cases)
        tried.insert(c.rule);
    EXPECT_EQ(tried, there);
}

TEST(Rules, WhatIsWrongBelowComesFirst)
{
    Facts f = well();
    f.modems[0].state = "silent";
    f.machine.modules = {"ext4"};
    f.spans[0].alarms = {"LOS"};
    std::vector<std::string> order;
    for (const Finding& found : diagnose(f))
        order.push_back(found.rule);
    EXPECT_THAT(order, ElementsAre("kernel-no-dahdi", "span-no-signal", "modem-state"));
}

TEST(Rules, ABoxThatIsDrainedOnPurposeIsNoProblemOfTheSwitch)
{
    Facts f = well();
    f.boxes[0].mode = "draining";
    f.switchViews[0] = {"box1", "FRESH", false, {"draining: new modem"}};
    const std::vector<Finding> found = diagnose(f);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].rule, "box-mode");
    EXPECT_EQ(found[0].severity, Severity::note);
}

TEST(Rules, AFewLostSamplesAreNoWarning)
{
    Facts f = well();
    f.spans[0].quarter = {40, 4000}; // of no minute yet
    f.spans[0].day = {900, 4000};    // of no hour yet
    EXPECT_THAT(diagnose(f), IsEmpty());
    f.spans[0].quarter = {900, 700};
    f.spans[0].day = {86'400, 60'000};
    EXPECT_THAT(diagnose(f), IsEmpty());
}

TEST(Rules, OfOneSpanNothingElseIsSaid)
{
    Facts f = well();
    f.modems[0].state = "silent";
    f.spans.push_back(wellSpan());
    f.spans[0].alarms = {"LOS"};
    f.spans[1].name = "trunk2";
    f.spans[1].alarms = {"RAI"};
    std::vector<std::string> found;
    for (const Finding& one : diagnoseSpan(f, "trunk2"))
        found.push_back(one.rule + " " + one.subject);
    EXPECT_THAT(found, testing::Contains("span-not-heard span trunk2 of box1"));
    for (const std::string& one : found)
        EXPECT_THAT(one, testing::Not(HasSubstr("trunk1 of")));
}

TEST(Facts, AnswersOfOtherShapesAreReadAsFarAsTheyGo)
{
    Facts f;
    for (const char* text :
         {"null", "[]", "{}", R"({"spans":5})", R"({"spans":[1,null,{"name":7,"channels":{},"counters":[]}]})",
          R"({"modems":[{"signal_dbm":"strong"}]})", R"({"boxes":[[]]})", R"({"alarms":[{}],"mode":"active"})"}) {
        const json answer = json::parse(text);
        readSpans(f, "d", answer);
        readCalls(f, "d", answer);
        readStatus(f, "d", answer);
        readModems(f, "d", answer);
        readSwitchView(f, answer);
    }
    diagnose(f);
    EXPECT_EQ(f.spans.size(), 3u);
}

// One end that leads is what there should be, whichever it is.
TEST(Rules, ATieOneOfWhoseEndsLeadsTheClockIsWell)
{
    for (const char* other : {"card", "other", ""}) {
        Facts f = well();
        f.spans[0].use = "tie";
        f.spans[0].clockFrom = "line";
        f.spans.push_back(f.spans[0]);
        f.spans[1].daemon = "the switch";
        f.spans[1].clockFrom = other;
        EXPECT_THAT(diagnose(f), IsEmpty()) << other;
    }
    Facts two = well(); // of two boxes, each its own, and the exchange leads
    two.spans[0].clockFrom = "line";
    two.spans.push_back(two.spans[0]);
    two.spans[1].daemon = "box2";
    EXPECT_THAT(diagnose(two), IsEmpty()) << "trunks of one name";
}

TEST(Rules, ACardThatIsNamedByItsPlaceIsThere)
{
    Facts f = well();
    f.machine.configured = {{"trunk1", "usb", "@1-2/0"}};
    f.machine.probed = {{{"usb", "a1/0", "a USB card", "@1-2/0"}}};
    EXPECT_THAT(diagnose(f), IsEmpty());
}

TEST(Facts, AreReadFromWhatDaemonsAnswer)
{
    Facts f;
    readSpans(f, "box1", json::parse(R"({"version":1,"spans":[{"name":"t","backend":"dahdi","use":"trunk","type":"e1",
        "law":"alaw","state":"alarm","alarms":["LOS","RAI"],"frames_moving":false,"d_channel":"down",
        "d_channel_loss":{"at":"2026-03-01T10:00:00.000Z","frames_in":3,"frames_bad":2},"d_channel_same_side":true,
        "channels":[{"slot":1,"state":"idle"},{"slot":2,"state":"in-use"},{"slot":3,"state":"out-of-service"}],
        "counters":{"samples":8,"lost_samples":1,"slips":2,"late_ms":3,"frames_in":4,"frames_out":5,"frames_bad":6,
        "alarm_changes":7},"clock":{"set":"line 2","from":"other","span":"u"},"in_service":false,"loop":{"kind":"line","until":"2026-03-01T10:15:00.000Z"},
        "performance":{"now":{"seconds":5,"lost_samples":6},"last_24h":{"seconds":7,"lost_samples":8}}}]})"));
    ASSERT_EQ(f.spans.size(), 1u);
    const SpanFacts& s = f.spans[0];
    EXPECT_TRUE(s.has("LOS") && s.has("RAI") && !s.has("AIS"));
    EXPECT_EQ(s.dChannelLostAt, "2026-03-01T10:00:00.000Z");
    EXPECT_EQ(s.framesInAtLoss * 10 + s.framesBadAtLoss, 32);
    EXPECT_EQ(s.sameSide, true);
    EXPECT_EQ(s.channels.all, 3u);
    EXPECT_EQ(s.channels.inUse, 1u);
    EXPECT_EQ(s.channels.outOfService, 1u);
    EXPECT_EQ(s.slips * 10 + s.lateMs * 100 + s.framesIn * 1000 + s.framesOut * 10000 + s.framesBad * 100000 +
                  s.alarmChanges * 1000000,
              7654320);
    EXPECT_FALSE(s.inService);
    EXPECT_EQ(s.clockSet + ", " + s.clockFrom, "line 2, other");
    EXPECT_EQ(s.loop + " " + s.loopUntil, "line 2026-03-01T10:15:00.000Z");
    EXPECT_EQ(s.quarter.seconds * 1000 + s.quarter.samples * 100 + s.day.seconds * 10 + s.day.samples, 5678);
}

TEST(Rules, AnAlarmThatARuleExplainsIsNotToldTwice)
{
    Facts f;
    f.boxes.push_back(wellBox());
    for (const char* name :
         {"span-los:trunk1", "d-channel-down:trunk1", "no-span-up", "modem-silent:modem1", "no-modem-ready", "pool-low",
          "disk-low", "store-cannot-record", "span-looped:trunk1", "span-out-of-service:trunk1"})
        f.boxes[0].alarms.push_back({name, "major", "raised", "x"});
    for (const Finding& found : diagnose(f))
        EXPECT_EQ(found.evidence.find("its alarm"), std::string::npos) << found.evidence;
}

} // namespace
