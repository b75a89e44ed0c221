// SPDX-License-Identifier: GPL-2.0-or-later
// What makes of modems differ in: PIN, memories, reports, echo, pieces and noise on the line.
#include "world.h"
#include <algorithm>
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using testing::Contains;
using testing::HasSubstr;

const std::string hello = "00040B912121550521F300006211229180000005C8329BFD06";

TEST(Pin, AModemThatDoesNotTellTheTriesGetsOne)
{
    AtModemConfig at;
    at.pin = "1234";
    at.tellsPinTries = false;
    ModemConfig config;
    config.pin = Secret("9999");
    World w(at, config);
    ASSERT_TRUE(w.until(ModemState::pinRequired));
    w.loop.runFor(60s);
    w.port->plug(false);
    w.loop.runFor(10s);
    w.port->plug(true);
    w.loop.runFor(std::chrono::hours(1));
    EXPECT_EQ(w.emulated.pinTriesLeft(), 2u) << "not once more for being plugged in again";
}

// The answer to the PIN was lost: it may have been wrong.
TEST(Pin, SilenceAfterItCountsAsATry)
{
    AtModemConfig at;
    at.pin = "1234";
    ModemConfig config;
    config.pin = Secret("9999");
    World w(at, config);
    ASSERT_TRUE(w.loop.runUntil(
        [&] {
            const auto& t = w.modem->trace();
            return !t.empty() && t.back().sent && t.back().text.starts_with("AT+CPINR");
        },
        60s));
    w.emulated.setFaults({.answerDelay = 6s}); // the modem acts on it, and says so too late
    w.loop.runFor(20s);
    w.emulated.setFaults({});
    w.loop.runFor(std::chrono::hours(1));
    EXPECT_GE(w.emulated.pinTriesLeft(), 2u);
    EXPECT_EQ(w.modem->status().state, ModemState::pinRequired);
}

TEST(Pin, ItIsNeverInTheTraceNotEvenWhenTheModemRepeatsIt)
{
    for (const bool right : {true, false})
        for (const bool noise : {true, false}) {
            AtModemConfig at;
            at.pin = "83461";
            at.keepsEcho = true;
            ModemConfig config;
            config.pin = Secret(right ? "83461" : "73461");
            World w(at, config);
            w.emulated.setFaults({.bytewise = true, .noise = noise});
            ASSERT_TRUE(w.until(right ? ModemState::ready : ModemState::pinRequired));
            for (const AtTraceLine& l : w.modem->trace())
                EXPECT_EQ(l.text.find("3461"), std::string::npos) << l.text;
            EXPECT_THAT(w.sentLines(), Contains("AT+CPIN=***<CR>"));
        }
}

TEST(Pin, NoneConfiguredIsSaid)
{
    AtModemConfig at;
    at.pin = "1234";
    World w(at);
    ASSERT_TRUE(w.until(ModemState::pinRequired));
    EXPECT_THAT(w.modem->status().lastError, HasSubstr("set pin in the configuration"));
    EXPECT_EQ(w.emulated.pinTriesLeft(), 3u);
}

TEST(Sim, TakenOutAndPutInAgain)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.noSim = true});
    ASSERT_TRUE(w.until(ModemState::noSim));
    EXPECT_THAT(w.modem->status().lastError, HasSubstr("no SIM inserted"));
    w.emulated.setFaults({});
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
}

TEST(Line, OctetsOneByOneAndNoiseBetweenThem)
{
    for (const bool noise : {false, true}) {
        World w;
        w.emulated.setFaults({.bytewise = true, .noise = noise});
        ASSERT_TRUE(w.until(ModemState::ready, 600s));
        const SmsResult r = w.send("Hello");
        EXPECT_EQ(r.outcome, SmsOutcome::sent) << r.reason;
        w.loop.runFor(5s);
        EXPECT_EQ(w.reports.size(), 1u);
    }
}

TEST(Line, AModemThatKeepsItsEchoWorks)
{
    AtModemConfig at;
    at.keepsEcho = true;
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.modem->status().model, "LM-1");
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
    w.loop.runFor(60s);
    EXPECT_EQ(w.modem->status().state, ModemState::ready) << "its echo is no sign that it began anew";
    EXPECT_EQ(w.reports.size(), 1u);
}

TEST(Line, FuzzFromTheModemNeverStopsIt)
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World w;
        ASSERT_TRUE(w.until(ModemState::ready));
        const auto random = makeSeededRandom(seed);
        static constexpr const char* pieces[] = {
            "\r\n", "OK", "ERROR",       "+CMS ERROR:", "+CMTI: \"SM\",", "> ",   "+CDS: 25", "+CREG:",  "1",
            ",",    "\"", "99999999999", "+CMGS: ",     "+CMT: ",         "\xFF", "RDY",      "00040B91"};
        Timer more(w.loop);
        std::function<void()> speak = [&] {
            std::string said;
            for (std::uint64_t n = random->below(12); n > 0; --n)
                said += pieces[random->below(std::size(pieces))];
            w.port->say(asOctets(said));
            more.after(Duration(random->below(400) * 1ms), speak);
        };
        speak();
        w.loop.runFor(120s);
        more.cancel();
        w.port->say(asOctets("\r\n"));
        ASSERT_TRUE(w.until(ModemState::ready, 600s)) << "seed " << seed;
        w.loop.runFor(30s);
        ASSERT_TRUE(w.until(ModemState::ready, 600s)) << "seed " << seed;
        EXPECT_EQ(w.send().outcome, SmsOutcome::sent) << "seed " << seed;
    }
}

TEST(Reports, OfAModemThatWantsAcknowledgementsKeepComing)
{
    for (const bool direct : {true, false}) {
        AtModemConfig at;
        at.acknowledged = true;
        at.directReports = direct;
        World w(at);
        ASSERT_TRUE(w.until(ModemState::ready));
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
            w.loop.runFor(30s);
        }
        EXPECT_EQ(w.reports.size(), 3u) << direct;
    }
}

TEST(Reports, StillTryingIsNotTheEnd)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.centre.setReports("+12125550123", {0x30, 0x22, 0x00});
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
    w.loop.runFor(30s);
    ASSERT_EQ(w.reports.size(), 3u);
    EXPECT_FALSE(w.reports[0].final || w.reports[0].delivered);
    EXPECT_FALSE(w.reports[1].final || w.reports[1].delivered);
    EXPECT_TRUE(w.reports[2].final && w.reports[2].delivered);
}

// The network names the recipient as it likes; what we sent to is what it means.
TEST(Reports, ANationalNumberIsTheOneWeSentTo)
{
    AtModemConfig at;
    at.nationalReports = true;
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    const SmsResult r = w.send();
    w.loop.runFor(10s);
    ASSERT_EQ(w.reports.size(), 1u);
    EXPECT_EQ(w.reports[0].to.e164(), "+12125550123");
    EXPECT_EQ(w.reports[0].reference, r.references.at(0));
}

TEST(Reports, FromAMemoryOfTheirOwnAreReadThereAndMessagesInTheOther)
{
    AtModemConfig at;
    at.directReports = false;
    at.reportMemory = "SR";
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
    w.loop.runFor(5s);
    w.emulated.deliver(hello);
    w.loop.runFor(5s);
    EXPECT_EQ(w.reports.size(), 1u);
    EXPECT_EQ(w.received.size(), 1u);
    EXPECT_EQ(w.emulated.stored(), 0u);
}

TEST(Memory, AFullOneEmptiesItselfAndTheNetworkDeliversTheRest)
{
    AtModemConfig at;
    at.memorySize = 5;
    World w(at);
    for (int i = 0; i < 12; ++i) // before anybody listens
        w.emulated.deliver(hello);
    ASSERT_TRUE(w.until(ModemState::ready));
    w.loop.runFor(60s);
    EXPECT_EQ(w.received.size(), 12u);
    EXPECT_EQ(w.emulated.stored(), 0u);
}

TEST(Memory, AnIndicationThatWasLostIsMadeUpFor)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.loop.runFor(5s);
    w.emulated.setFaults({.silent = true});
    w.emulated.deliver(hello);
    w.emulated.setFaults({});
    w.loop.runFor(30s);
    EXPECT_EQ(w.received.size(), 1u);
    EXPECT_EQ(w.emulated.stored(), 0u);
    EXPECT_EQ(w.modem->status().recoveries(), 0u);
}

TEST(Memory, AListThatFailsIsReadOneByOne)
{
    World w;
    w.emulated.setFaults({.refuseList = true});
    w.emulated.deliver("00FFFF");
    w.emulated.deliver(hello);
    ASSERT_TRUE(w.until(ModemState::ready));
    w.loop.runFor(30s);
    EXPECT_EQ(w.received.size(), 1u);
    EXPECT_EQ(w.modem->status().badMessages, 1u);
    EXPECT_EQ(w.emulated.stored(), 0u);
}

TEST(Memory, AMessageThatCannotBeDeletedIsToldOnce)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.refuseDelete = true});
    w.emulated.deliver(hello);
    w.loop.runFor(std::chrono::minutes(5));
    EXPECT_EQ(w.received.size(), 1u);
    EXPECT_EQ(w.modem->status().state, ModemState::ready);
    w.emulated.setFaults({});
    w.emulated.deliver(hello);
    w.loop.runFor(std::chrono::minutes(1));
    EXPECT_EQ(w.received.size(), 2u);
    EXPECT_EQ(w.emulated.stored(), 0u) << "deleted as soon as it can be";
}

TEST(Memory, ItsUseIsInTheStatus)
{
    AtModemConfig at;
    at.memorySize = 7;
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.modem->status().memoryUsed, 0);
    EXPECT_EQ(w.modem->status().memoryTotal, 7);
}

} // namespace
} // namespace callbox::tests
