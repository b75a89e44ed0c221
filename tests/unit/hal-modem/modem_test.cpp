// SPDX-License-Identifier: GPL-2.0-or-later
// A modem against the emulated one, under simulated time: sending, reports, refusals, silence, unplugging, PIN.
#include "world.h"

namespace callbox::tests {

namespace {

TEST(Modem, RegistersAndSaysWhatItIs)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.modem->status().imei, "490154203237518");
    EXPECT_EQ(w.modem->status().model, "LM-1");
    EXPECT_EQ(w.modem->status().network, "Callbox Lab");
    w.loop.runFor(1s);
    EXPECT_EQ(w.modem->status().signalDbm, -73);
    EXPECT_FALSE(w.modem->status().roaming);
}

TEST(Modem, AMessageArrivesAndItsReportComes)
{
    for (const bool direct : {true, false}) {
        AtModemConfig at;
        at.directReports = direct;
        World w(at);
        ASSERT_TRUE(w.until(ModemState::ready));
        const SmsResult r = w.send("Voice message from +12125550199, 22 Nov 14:05, 0:42.");
        EXPECT_EQ(r.outcome, SmsOutcome::sent) << r.reason;
        ASSERT_EQ(r.references.size(), 1u);
        ASSERT_EQ(w.centre.received().size(), 1u);
        EXPECT_EQ(w.centre.received()[0].text, "Voice message from +12125550199, 22 Nov 14:05, 0:42.");
        EXPECT_EQ(w.centre.received()[0].to, "+12125550123");
        w.loop.runFor(30s);
        ASSERT_EQ(w.reports.size(), 1u) << "direct: " << direct;
        EXPECT_TRUE(w.reports[0].delivered);
        EXPECT_EQ(w.reports[0].reference, r.references[0]);
        EXPECT_EQ(w.reports[0].to.e164(), "+12125550123");
    }
}

TEST(Modem, EveryKindOfTextArrivesWhole)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    std::string longText, longChinese, manyBraces;
    for (int i = 0; i < 50; ++i) {
        longText += "word" + std::to_string(i) + " ";
        longChinese += "电梯门关不上" + std::to_string(i);
        manyBraces += "{}[]~€";
    }
    for (const std::string& text :
         {std::string("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"), std::string("{}[]~|\\^€"), std::string(160, 'x'),
          std::string(161, 'x'), longText, longChinese, manyBraces,
          std::string("👨‍👩‍👧‍👦 und 👍🏽 ") + longText, std::string("e\u0301")}) {
        const std::size_t before = w.centre.received().size();
        const SmsResult r = w.send(text);
        EXPECT_EQ(r.outcome, SmsOutcome::sent) << r.reason;
        ASSERT_EQ(w.centre.received().size(), before + 1);
        EXPECT_EQ(w.centre.received().back().text, text);
        EXPECT_EQ(w.centre.received().back().parts, r.references.size());
    }
}

TEST(Modem, TheNetworksNoIsToldInWords)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.centre.refuse("+12125550123", 28, 1);
    SmsResult r = w.send();
    EXPECT_EQ(r.outcome, SmsOutcome::refused);
    EXPECT_EQ(r.code, 28);
    EXPECT_NE(r.reason.find("not known to the network"), std::string::npos) << r.reason;
    w.centre.refuse("+12125550123", 42, 1);
    r = w.send();
    EXPECT_EQ(r.outcome, SmsOutcome::failed);
    EXPECT_EQ(r.code, 42);
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent) << "the modem goes on";
}

TEST(Modem, SilenceAfterTheMessageIsUnknownAndTheModemComesBack)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.swallowResults = 1});
    const SmsResult r = w.send();
    EXPECT_EQ(r.outcome, SmsOutcome::unknown) << r.reason;
    EXPECT_EQ(w.centre.received().size(), 1u) << "it was sent, only nobody said so";
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send("again").outcome, SmsOutcome::sent);
    EXPECT_EQ(w.centre.received().size(), 2u);
}

TEST(Modem, ASilentModemIsResetAndSendsAgain)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.silent = true});
    ASSERT_TRUE(w.until(ModemState::silent));
    EXPECT_EQ(w.send().outcome, SmsOutcome::failed) << "not sent, and nobody waits for it";
    w.loop.runFor(60s);
    w.emulated.setFaults({});
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_GE(w.modem->status().recoveries(), 1u);
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
}

TEST(Modem, AnUnpluggedModemIsFoundAgain)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.port->plug(false);
    ASSERT_TRUE(w.until(ModemState::absent));
    w.loop.runFor(60s);
    EXPECT_EQ(w.modem->status().state, ModemState::absent);
    w.port->plug(true);
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
}

TEST(Modem, AWrongPinIsTriedOnceAndNeverAgain)
{
    AtModemConfig at;
    at.pin = "1234";
    ModemConfig config;
    config.pin = Secret("9999");
    World w(at, std::move(config));
    ASSERT_TRUE(w.until(ModemState::pinRequired));
    w.loop.runFor(std::chrono::hours(2));
    EXPECT_EQ(w.emulated.pinTriesLeft(), 2u);
    EXPECT_NE(w.modem->status().lastError.find("wrong PIN"), std::string::npos) << w.modem->status().lastError;
    for (const AtTraceLine& l : w.modem->trace())
        EXPECT_EQ(l.text.find("9999"), std::string::npos) << l.text;
}

TEST(Modem, TheRightPinUnlocksAndTheLastTryIsLeftToAPerson)
{
    AtModemConfig at;
    at.pin = "1234";
    ModemConfig config;
    config.pin = Secret("1234");
    World w(at, config);
    EXPECT_TRUE(w.until(ModemState::ready));
    at.pinTries = 1;
    World last(at, config);
    ASSERT_TRUE(last.until(ModemState::pinRequired));
    last.loop.runFor(60s);
    EXPECT_EQ(last.emulated.pinTriesLeft(), 1u);
}

TEST(Modem, NoNetworkIsSearchingAndARefusingOneIsDenied)
{
    World w;
    w.emulated.setFaults({.noNetwork = true});
    ASSERT_TRUE(w.until(ModemState::searching));
    w.emulated.setFaults({.denied = true});
    ASSERT_TRUE(w.until(ModemState::denied));
    w.emulated.setFaults({});
    EXPECT_TRUE(w.until(ModemState::ready));
}

TEST(Modem, ALateAnswerIsNotTakenForTheNextCommands)
{
    ModemConfig config;
    config.answerLimit = 2s;
    World w({}, config);
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.answerDelay = 5s});
    ASSERT_TRUE(w.until(ModemState::silent));
    w.emulated.setFaults({});
    ASSERT_TRUE(w.until(ModemState::ready));
    w.loop.runFor(30s);
    EXPECT_EQ(w.modem->status().imei, "490154203237518");
    EXPECT_EQ(w.modem->status().signalDbm, -73);
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
    EXPECT_EQ(w.centre.received().size(), 1u);
}

TEST(Modem, AReceivedMessageIsReadAndDeletedEvenWhenItIsGarbage)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.deliver("00FFFF");
    w.emulated.deliver("000"
                       "0"
                       "0B912121550521F30000621122918000000"
                       "5C8329BFD06");
    w.emulated.deliver("00040B912121550521F3000062112291800000"
                       "05C8329BFD06");
    w.loop.runFor(30s);
    ASSERT_GE(w.received.size(), 1u);
    EXPECT_EQ(w.received.back().text, "Hello");
    EXPECT_EQ(w.received.back().from, "+12125550123");
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent) << "one bad message blocks nothing";
}

TEST(Modem, NoiseOnTheLineStopsNothing)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    std::uint32_t state = 5;
    for (int i = 0; i < 2000; ++i) {
        OctetBuffer noise(i % 40);
        for (std::uint8_t& o : noise) {
            state = state * 1664525U + 1013904223U;
            o = static_cast<std::uint8_t>(state >> 24);
        }
        w.emulated.input(noise);
        if (i % 100 == 0)
            w.loop.runFor(1s);
    }
    w.emulated.input(asOctets("\x1B"));
    ASSERT_TRUE(w.until(ModemState::ready));
    w.loop.runFor(120s);
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
}

} // namespace
} // namespace callbox::tests
