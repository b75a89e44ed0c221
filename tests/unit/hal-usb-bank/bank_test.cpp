// SPDX-License-Identifier: GPL-2.0-or-later
// A card's analog bank in the usb backend: what it is found by, what goes wrong with it, and its clock.
#include "../../../hal/backends/usb/bank_country.h"
#include "../../../hal/backends/usb/bank_lines.h"
#include "../../../hal/backends/usb/cards.h"
#include "../../support/span_heard.h"
#include "../../support/usb_banks.h"
#include "device/descriptors.h"
#include <callbox/hal/card_lines.h>
#include <callbox/hal/country.h>
#include <cstring>
#include <gmock/gmock.h>
#include <random>

extern "C" {
#include "opermode.h"
}

namespace callbox::tests {

namespace {

using namespace hal;
using firmware::Personality;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Heard final : SpanHeard, LineEvents {
    void onLine(const LineEvent& e) override { told += (told.empty() ? "" : " ") + std::string(name(e.kind)); }
    void onTick(const SpanTick& t) override
    {
        SpanHeard::onTick(t);
        for (const SlotBlock& s : t.slots) {
            const auto at = std::find(s.rx.begin(), s.rx.end(), mark);
            if (!heardAt && at != s.rx.end())
                heardAt = t.clock + static_cast<std::uint64_t>(at - s.rx.begin());
            if (!std::exchange(toSay, false))
                continue;
            std::fill(s.tx.begin(), s.tx.end(), mark);
            saidAt = t.clock;
        }
    }
    static constexpr std::uint8_t mark = 0x2a; // loud
    std::string told;
    bool toSay = false;
    std::uint64_t saidAt = 0;
    std::optional<std::uint64_t> heardAt; // the mark, by this bank's clock
};

SpanConfig bank(PortKind kind, unsigned ports = 3)
{
    SpanConfig c{.name = "lines", .type = SpanType::analog, .dChannel = Timeslot{0}};
    for (unsigned i = 1; i <= ports; ++i)
        c.ports.push_back({Timeslot{static_cast<std::uint8_t>(i)}, kind, LineStart::kewl});
    return c;
}

struct UsbBank : testing::Test {
    void up()
    {
        dynamic_cast<LineIo&>(*near).setLineEvents(&heard);
        dynamic_cast<LineIo&>(*far).setLineEvents(&other);
        ASSERT_TRUE(far->start(bank(PortKind::fxs), other).has_value());
        ASSERT_TRUE(near->start(bank(PortKind::fxo), heard).has_value());
        loop.runFor(2s);
        ASSERT_FALSE(heard.alarms.any()) << heard.gone;
        ASSERT_FALSE(other.alarms.any()) << other.gone;
        heard.told.clear();
    }
    // Samples from a word that one bank is given until the other hears it, by their own clocks: the same as long as
    // nothing is lost and no queue grows.
    std::int64_t delay()
    {
        other.heardAt.reset();
        heard.toSay = true;
        loop.runFor(500ms);
        EXPECT_TRUE(other.heardAt) << "nothing arrives";
        return static_cast<std::int64_t>(other.heardAt.value_or(0) - heard.saidAt);
    }
    UsbipHost& host() { return banks.host; }
    LineIo& lines() { return dynamic_cast<LineIo&>(*near); }
    unsigned counter(usbip::VirtualCard& card, unsigned n)
    {
        OctetBuffer c(64);
        firmware::Setup ask{0xc0, CARD_REQ_GET_COUNTERS, 0, 0, 64};
        card.device().control(ask, c);
        return c[4 * n] | c[4 * n + 1] * 256U;
    }
    SimLoop loop;
    UsbBanks banks{loop};
    Heard heard, other;
    std::unique_ptr<SpanIo> near = banks.fxo(), far = banks.fxs();
};

TEST_F(UsbBank, APortThatFacesTheOtherWayOrIsNotThereIsSaid)
{
    ASSERT_TRUE(near->start(bank(PortKind::fxs), heard).has_value());
    loop.runFor(100ms);
    EXPECT_THAT(heard.gone, HasSubstr("port 1 of the card faces an exchange, not a telephone"));
    ASSERT_TRUE(near->start(bank(PortKind::fxo, 4), heard).has_value());
    loop.runFor(100ms);
    EXPECT_THAT(heard.gone, HasSubstr("port 4: this bank has 3 only"));
    EXPECT_THAT(near->start({.name = "t"}, heard).error().what, HasSubstr("type = analog"));
    EXPECT_THAT(banks.open("x/bank")->start(bank(PortKind::fxo), heard).error().what,
                HasSubstr("no USB card has x/bank; there is 000000000000000a/bank, 000000000000000b/bank"));
}

TEST_F(UsbBank, ACardPulledOutIsGoneWithAReasonAndComesBack)
{
    up();
    banks.host.unplug(banks.box);
    loop.runFor(200ms);
    EXPECT_THAT(heard.gone, HasSubstr("the card left the bus"));
    EXPECT_EQ(lines().setHook(Timeslot{1}, true).error().code, Errc::gone);
    banks.host.plug(banks.box);
    ASSERT_TRUE(near->start(bank(PortKind::fxo), heard).has_value());
    loop.runFor(2s);
    EXPECT_FALSE(heard.alarms.any());
    EXPECT_EQ(heard.told, "battery-back battery-back battery-back");
    near->stop();
    EXPECT_EQ(banks.host.underWay(banks.box), 0U);
}

TEST_F(UsbBank, AClockThatIsOffCostsNoSample)
{
    banks.box.drift(10'000); // one per cent: what would take minutes is seen in seconds
    up();
    loop.runFor(2s);
    const unsigned ticks = heard.ticks, dry = counter(banks.box, 8);
    loop.runFor(5s);
    EXPECT_NEAR(heard.ticks - ticks, 5 * 50 * 1.01, 2);
    EXPECT_EQ(heard.lost, 0U);
    EXPECT_EQ(counter(banks.box, 7), 0U) << "nothing ran over";
    EXPECT_EQ(counter(banks.box, 8), dry) << "nor dry";
    EXPECT_EQ(counter(banks.box, 15), 0U) << "every packet was one";
}

TEST_F(UsbBank, AfterAMachineThatStoodStillACallerIsHeardAsSoonAsBefore)
{
    up();
    ASSERT_TRUE(near->openSlot(Timeslot{1}).has_value() && far->openSlot(Timeslot{1}).has_value());
    ASSERT_TRUE(lines().setHook(Timeslot{1}, true).has_value());
    loop.runFor(1s);
    const std::int64_t before = delay();
    for (const Duration stood : {Duration(30ms), Duration(60ms), Duration(200ms)}) {
        banks.host.standStill(stood);
        loop.runFor(2s);
        const unsigned over = counter(banks.box, 7), dry = counter(banks.box, 8), slips = heard.slips + other.slips;
        EXPECT_NEAR(static_cast<double>(delay()), static_cast<double>(before), 64) << toMs(stood) << " ms";
        loop.runFor(2s);
        EXPECT_EQ(counter(banks.box, 7), over) << "the card has room";
        EXPECT_EQ(counter(banks.box, 8), dry) << "and enough";
        EXPECT_EQ(heard.slips + other.slips, slips) << "and nothing slips any more";
    }
}

// Somebody else took packets of one sample each: so many have not been lost.
TEST_F(UsbBank, AJumpOfTheCardsSequenceDoesNotOverfillTheCard)
{
    up();
    for (unsigned i = 0; i < 30; ++i) // this program stands still, and the card keeps samples
        banks.box.millisecond();
    std::array<std::uint8_t, CARD_BANK_HEADER + 3> one{};
    unsigned taken = 0;
    while (banks.box.device().in(banks.box.device().layout().bankIn(), one) > 0)
        ++taken;
    EXPECT_GT(taken, 80U);
    const unsigned over = counter(banks.box, 7);
    loop.runFor(5s);
    EXPECT_EQ(counter(banks.box, 7), over);
}

TEST_F(UsbBank, ALineThatTheCardHungUpForWantOfAHostIsTakenAgain)
{
    up();
    ASSERT_TRUE(lines().setHook(Timeslot{2}, true).has_value());
    loop.runFor(1s);
    EXPECT_TRUE(banks.box.analog(1).closed);
    for (unsigned i = 0; i < 700; ++i) // this program stands still
        banks.box.millisecond();
    EXPECT_FALSE(banks.box.analog(1).closed);
    loop.runFor(300ms);
    EXPECT_TRUE(banks.box.analog(1).closed);
    near->stop();
    loop.runFor(100ms);
    EXPECT_FALSE(banks.box.analog(1).closed) << "who stops hangs up";
}

TEST_F(UsbBank, ALineThatIsCutInACallHasLostItsBattery)
{
    up();
    ASSERT_TRUE(lines().setHook(Timeslot{1}, true).has_value());
    loop.runFor(1s);
    banks.box.analog(0).cut = true;
    loop.runFor(300ms);
    EXPECT_EQ(heard.told, "battery-lost");
    banks.box.analog(0).cut = false;
    loop.runFor(300ms);
    EXPECT_EQ(heard.told, "battery-lost battery-back");
}

TEST_F(UsbBank, ATelephoneThatIsPickedUpInARingStopsIt)
{
    up();
    other.told.clear();
    ASSERT_TRUE(dynamic_cast<LineIo&>(*far).ring(Timeslot{3}, true).has_value());
    loop.runFor(500ms);
    EXPECT_TRUE(banks.box.analog(2).ringing);
    ASSERT_TRUE(lines().setHook(Timeslot{3}, true).has_value());
    loop.runFor(100ms);
    EXPECT_FALSE(banks.box.analog(2).ringing);
    EXPECT_EQ(heard.told, "ring-begin ring-end");
    EXPECT_EQ(other.told, "off-hook");
}

TEST_F(UsbBank, WhatHappenedWhileEventsWereLostIsAskedFor)
{
    up();
    usbip::AnalogWire& wire = banks.box.analog(0);
    const auto pass = [&](unsigned ms) { // this program stands still, the exchange behind the wires too
        for (unsigned i = 0; i < ms; ++i)
            banks.box.millisecond();
    };
    for (unsigned i = 0; i < 80; ++i) { // more than the card keeps
        wire.volts = -wire.volts;
        pass(100);
    }
    wire.cut = true;
    pass(300);
    loop.runFor(300ms);
    EXPECT_THAT(heard.told, testing::EndsWith("normal battery-lost"));
}

// Nothing else happens on the line then: no later event shows that one is missing.
TEST_F(UsbBank, ACallEndsThoughTheEventThatToldSoIsLost)
{
    up();
    const auto lose = [&](usbip::VirtualCard& card, bool noticed) { host().loseEvents(card, 100, noticed); };
    const auto someWereLost = [&](usbip::VirtualCard& card) {
        EXPECT_LT(host().eventsToLose(card), 100U);
        host().loseEvents(card, 0, true);
    };
    for (const bool noticed : {true, false}) {
        ASSERT_TRUE(lines().setHook(Timeslot{1}, true).has_value());
        loop.runFor(1s);
        other.told.clear();
        lose(banks.office, noticed);
        ASSERT_TRUE(lines().setHook(Timeslot{1}, false).has_value());
        loop.runFor(3s);
        someWereLost(banks.office);
        EXPECT_EQ(other.told, "on-hook") << noticed;
        ASSERT_TRUE(lines().setHook(Timeslot{1}, true).has_value());
        loop.runFor(1s);
        heard.told.clear();
        lose(banks.box, noticed);
        banks.box.analog(0).cut = true; // no current any more
        loop.runFor(500ms);
        someWereLost(banks.box);
        loop.runFor(1100ms);
        EXPECT_EQ(heard.told, "battery-lost") << noticed;
        ASSERT_TRUE(lines().setHook(Timeslot{1}, false).has_value());
        banks.box.analog(0).cut = false;
        loop.runFor(3s);
        EXPECT_EQ(heard.told, "battery-lost battery-back") << noticed;
    }
}

TEST_F(UsbBank, ANumberThatIsDialledWhileThePortsAreAskedArrives)
{
    up();
    ASSERT_TRUE(lines().setHook(Timeslot{1}, true).has_value());
    loop.runFor(1s);
    other.told.clear();
    ASSERT_TRUE(lines().dialPulses(Timeslot{1}, "90").has_value()); // three seconds
    loop.runFor(5s);
    EXPECT_EQ(other.told, "pulse-digit pulse-digit");
}

TEST_F(UsbBank, ALineIsFreeAgainThoughTheEventThatItsNumberIsDialledWasLost)
{
    up();
    ASSERT_TRUE(lines().setHook(Timeslot{1}, true).has_value());
    loop.runFor(1s);
    for (const bool noticed : {true, false}) {
        heard.told.clear();
        other.told.clear();
        host().loseEvents(banks.box, 1000, noticed);
        ASSERT_TRUE(lines().dialPulses(Timeslot{1}, "123456789012").has_value()) << noticed; // 14.7 s, in two pieces
        loop.runFor(12s);
        EXPECT_EQ(lines().flash(Timeslot{1}).error().code, Errc::busy) << "it dials";
        loop.runFor(30s);
        EXPECT_EQ(std::count(other.told.begin(), other.told.end(), ' '), 11) << other.told;
        EXPECT_EQ(heard.told, "dialled") << noticed;
        EXPECT_TRUE(lines().flash(Timeslot{1}).has_value()) << noticed;
        host().loseEvents(banks.box, 0, noticed);
        loop.runFor(3s);
    }
}

TEST_F(UsbBank, TheCountryOfItsLinesIsInTheCardWhenItRuns)
{
    dynamic_cast<LineCountry&>(*near).setLineCountry("gb");
    dynamic_cast<LineCountry&>(*far).setLineCountry("generic");
    up();
    for (unsigned i = 0; i < 3; ++i) {
        EXPECT_EQ(banks.box.analogLines().fxo(i).regs[30], 5) << i;
        EXPECT_EQ(banks.box.analogLines().fxo(i).regs[31], 0xab);
        EXPECT_EQ(banks.office.analogLines().fxs(i).regs[10], 12) << "TBR 21";
    }
    EXPECT_EQ(banks.box.device().bank().country(0).ring_max, 70);
    dynamic_cast<LineCountry&>(*near).setLineCountry("nowhere");
    ASSERT_TRUE(near->start(bank(PortKind::fxo), heard).has_value());
    loop.runFor(2s);
    EXPECT_FALSE(heard.alarms.any());
    EXPECT_EQ(banks.box.analogLines().fxo(0).regs[30], 5) << "what is not known changes nothing";
}

TEST(LineTerminations, OfEachCountryAreWhatOurDriverSendsByItsOpermode)
{
    const std::pair<std::string_view, const char*> known[] = {
        {"generic", "TBR21"}, {"us", "USA"},         {"gb", "UK"},       {"de", "GERMANY"},
        {"fr", "FRANCE"},     {"it", "ITALY"},       {"es", "SPAIN"},    {"nl", "NETHERLANDS"},
        {"at", "AUSTRIA"},    {"ch", "SWITZERLAND"}, {"au", "AUSTRALIA"}};
    for (const PortKind kind : {PortKind::fxo, PortKind::fxs})
        for (const auto& [code, opermode] : known) {
            const LineTermination* t = findTermination(code);
            ASSERT_NE(t, nullptr) << code;
            card_analog_country driver{};
            ASSERT_TRUE(cb_opermode(opermode, kind == PortKind::fxo ? CARD_PORT_FXO : CARD_PORT_FXS, &driver));
            card_analog_country ours = usb::countryOf(*t, kind);
            if (kind == PortKind::fxo) {
                EXPECT_EQ(ours.ring_min, 15) << code; // the driver leaves rings of any frequency
                EXPECT_EQ(ours.ring_max, 70) << code;
                ours.ring_min = ours.ring_max = 0;
            }
            EXPECT_EQ(std::memcmp(&ours, &driver, sizeof ours), 0) << code;
        }
    EXPECT_EQ(lineTerminations().size(), std::size(known));
    for (const CountryProfile& c : countryProfiles())
        EXPECT_NE(findTermination(c.code), nullptr) << c.code;
}

// ---- Lines asked and tested beside a running bank

template <class T> Task<> keep(Task<T> task, std::optional<Result<T>>& out)
{
    Result<T> r = co_await check(std::move(task));
    out.emplace(std::move(r));
}

struct LineTests : UsbBank {
    template <class T> Result<T> outcome(Task<T> task)
    {
        std::optional<Result<T>> out;
        TaskGroup tasks(loop);
        tasks.start(keep(std::move(task), out));
        loop.runUntil([&] { return out.has_value(); }, 30s);
        return out ? std::move(*out) : Result<T>(Error{Errc::timeout, "it did not end"});
    }
    std::unique_ptr<Cards> cards = usb::makeCards(loop, banks.host.bus());
    std::unique_ptr<Card> telephones = std::move(*cards->open("000000000000000b"));
    std::unique_ptr<Card> exchanges = std::move(*cards->open("000000000000000a"));
    CardLineTests& fxsLines = dynamic_cast<CardLineTests&>(*telephones);
    CardLineTests& fxoLines = dynamic_cast<CardLineTests&>(*exchanges);
};

TEST_F(LineTests, MeasurementsAreTakenWhileThePortsAreAtWork)
{
    up();
    ASSERT_TRUE(lines().setHook(Timeslot{2}, true));
    loop.runFor(1s);
    const Result<CardLines> fxo = outcome(fxoLines.lines()), fxs = outcome(fxsLines.lines());
    ASSERT_TRUE(fxo && fxs);
    ASSERT_EQ(fxo->lines.size(), 3U);
    EXPECT_EQ(fxo->lines[0].state, "idle");
    EXPECT_NEAR(*fxo->lines[0].lineVolts, 48, 2);
    EXPECT_EQ(fxo->lines[1].state, "off hook");
    EXPECT_NEAR(*fxo->lines[1].loopMilliamps, 25, 2);
    EXPECT_EQ(fxs->lines[1].state, "off hook");
    EXPECT_NEAR(*fxs->lines[1].loopMilliamps, 23, 1);
    EXPECT_NEAR(*fxs->lines[0].batteryVolts, -52, 1);
    EXPECT_EQ(fxs->lines[2].type, "fxs");
    EXPECT_EQ(fxs->lines[2].impedance, "600 ohm");
}

TEST_F(LineTests, AShortedLineIsFoundAndAGoodOneIsNotAndCallsGoOn)
{
    up();
    banks.office.analog(2).shortOhms = 100;
    loop.runFor(100ms);
    ASSERT_TRUE(lines().setHook(Timeslot{1}, true));
    loop.runFor(1s);
    heard.told.clear();
    const auto good = outcome(fxsLines.testLine(2));
    ASSERT_TRUE(good) << good.error().what;
    EXPECT_TRUE(good->passed);
    EXPECT_NEAR(*good->ren, 1.0, 0.15);
    EXPECT_FALSE(good->ohms);
    const auto shorted = outcome(fxsLines.testLine(3));
    ASSERT_TRUE(shorted) << shorted.error().what;
    EXPECT_THAT(shorted->found, ElementsAre("a short, or a leak between the wires or to ground"));
    EXPECT_NEAR(*shorted->ohms, 100, 20);
    const auto office = outcome(fxoLines.testLine(2));
    ASSERT_TRUE(office) << office.error().what;
    EXPECT_TRUE(office->passed);
    EXPECT_NEAR(*office->loopMilliamps, 25, 2);
    const auto called = outcome(fxoLines.testLine(1));
    EXPECT_EQ(called.error().code, Errc::busy);
    EXPECT_THAT(called.error().what, HasSubstr("line 1 is in a call"));
    EXPECT_THAT(outcome(fxoLines.testLine(4)).error().what, HasSubstr("this card has lines 1 to 3"));
    EXPECT_TRUE(banks.box.analogLines().fxo(0).offHook()) << "its call goes on";
}

TEST_F(LineTests, ARingInATestBreaksItOffAndIsHeard)
{
    up();
    Timer call(loop);
    call.after(500ms, [&] { EXPECT_TRUE(dynamic_cast<LineIo&>(*far).ring(Timeslot{1}, true)); });
    const auto test = outcome(fxsLines.testLine(1));
    ASSERT_FALSE(test);
    EXPECT_EQ(test.error().code, Errc::busy);
    EXPECT_THAT(test.error().what, HasSubstr("broken off"));
    loop.runFor(1s);
    EXPECT_THAT(heard.told, HasSubstr("ring-begin"));
}

// ---- Lines alone

struct Lines : testing::Test {
    void SetUp() override
    {
        lines.start({{Timeslot{1}, PortKind::fxo, LineStart::kewl}, {Timeslot{2}, PortKind::fxs, LineStart::kewl}});
    }
    static card_bank_event event(unsigned type, unsigned port, unsigned code, unsigned flags = 0, std::uint32_t at = 0)
    {
        card_bank_event e{};
        e.type = static_cast<card_u8>(type);
        e.port = static_cast<card_u8>(port);
        e.code = static_cast<card_u8>(code);
        e.flags = static_cast<card_u8>(flags);
        e.at = card_make32(at);
        return e;
    }
    std::string told(const std::vector<LineEvent>& all)
    {
        std::string out;
        for (const LineEvent& e : all)
            out += (out.empty() ? "" : " ") + std::string(name(e.kind));
        return out;
    }
    std::vector<std::pair<unsigned, unsigned>> sent; // op, argument 0; tags count from 1
    usb::BankLines lines{[this](const card_bank_command& c) {
        sent.emplace_back(c.op, c.argument[0]);
        return static_cast<card_u16>(sent.size());
    }};
};

TEST_F(Lines, PolarityIsAgainstThatOfTheIdleLine)
{
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_BATTERY, 0, 1, CARD_BANK_FLAG_REVERSED))), "battery-back");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_POLARITY, 0, 0))), "reversed");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_BATTERY, 0, 0))), "battery-lost");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_BATTERY, 0, 1, CARD_BANK_FLAG_REVERSED))), "battery-back normal");
}

TEST_F(Lines, WhatLostEventsWouldHaveToldAStatusTells)
{
    card_analog_status s{};
    s.battery = s.ringing = 1;
    EXPECT_EQ(told(lines.reconcile(Timeslot{1}, s, 800)), "battery-back ring-begin");
    s.ringing = 0;
    const auto end = lines.reconcile(Timeslot{1}, s, 800 + 4000);
    ASSERT_EQ(told(end), "ring-end");
    EXPECT_EQ(end[0].burst, 500ms);
    s.fault = CARD_BANK_FAULT_MUTE;
    EXPECT_EQ(told(lines.reconcile(Timeslot{1}, s, 9000)), "battery-lost");
    s.hook = 1;
    EXPECT_EQ(told(lines.reconcile(Timeslot{2}, s, 0)), "off-hook");
    s.ringing = 1;
    s.fault = 0;
    (void)lines.reconcile(Timeslot{1}, s, 20000);
    s.ringing = 0;
    const auto early = lines.reconcile(Timeslot{1}, s, 19000); // older than the event that told its beginning
    ASSERT_FALSE(early.empty());
    EXPECT_EQ(early.back().burst, 0s) << "no ring of 149 hours";
    s.fault = CARD_BANK_FAULT_MUTE;
    (void)lines.reconcile(Timeslot{1}, s, 20000);
    EXPECT_THAT(lines.reconcile(Timeslot{2}, s, 0), IsEmpty()) << "once";
    EXPECT_THAT(lines.reconcile(Timeslot{3}, s, 0), IsEmpty());
    ASSERT_TRUE(lines.setHook(Timeslot{1}, true).has_value());
    s = {};
    s.battery = 1;
    sent.clear();
    EXPECT_EQ(told(lines.reconcile(Timeslot{1}, s, 9000)), "battery-back");
    EXPECT_THAT(sent, ElementsAre(std::pair(1U, 1U))) << "hung up for want of a host, it is taken again";
}

// The loop is closed again before anybody asks: that is all that tells of the end of the call before.
TEST_F(Lines, ACallEndsThoughTheEndItselfIsLostAndOnlyTheNextBeginningIsTold)
{
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_BATTERY, 0, 1))), "battery-back");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_HOOK, 1, 1))), "off-hook");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_BATTERY, 0, 1))), "") << "nothing is missing";
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_BATTERY, 0, 1), true)), "battery-lost battery-back");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_HOOK, 1, 1), true)), "on-hook off-hook");
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_HOOK, 1, 2), true)), "flash");
}

TEST_F(Lines, LongNumbersGoInPiecesAndTheirEndIsToldOnce)
{
    ASSERT_TRUE(lines.setHook(Timeslot{1}, true).has_value());
    ASSERT_TRUE(lines.dialPulses(Timeslot{1}, "0123456789012").has_value());
    EXPECT_EQ(lines.dialPulses(Timeslot{1}, "1").error().code, Errc::busy);
    EXPECT_EQ(lines.flash(Timeslot{1}).error().code, Errc::busy);
    EXPECT_THAT(lines.hear(event(CARD_BANK_EVENT_DIALLED, 0, 0)), IsEmpty());
    EXPECT_EQ(told(lines.hear(event(CARD_BANK_EVENT_DIALLED, 0, 0))), "dialled");
    EXPECT_THAT(lines.hear(event(CARD_BANK_EVENT_DIALLED, 0, 0)), IsEmpty());
    EXPECT_THAT(sent, ElementsAre(std::pair(1U, 1U), std::pair(7U, 11U), std::pair(7U, 2U)));
    EXPECT_FALSE(lines.dialPulses(Timeslot{1}, std::string(129, '1')).has_value());
    EXPECT_FALSE(lines.openLoop(Timeslot{2}, 6s).has_value());
    EXPECT_FALSE(lines.openLoop(Timeslot{2}, 0s).has_value());
}

TEST_F(Lines, ANumberOfWhichNothingIsToldIsDialledWhenItSurelyIs)
{
    ASSERT_TRUE(lines.setHook(Timeslot{1}, true).has_value());
    ASSERT_TRUE(lines.dialPulses(Timeslot{1}, "000000000001").has_value()); // 18.7 s and 0.8 s
    EXPECT_THAT(lines.pass(39s), IsEmpty());
    EXPECT_EQ(sent.size(), 2U);
    EXPECT_THAT(lines.pass(1s), IsEmpty());
    EXPECT_THAT(sent, ElementsAre(std::pair(1U, 1U), std::pair(7U, 11U), std::pair(7U, 1U))) << "the rest follows";
    EXPECT_THAT(lines.pass(3s), IsEmpty());
    EXPECT_EQ(lines.flash(Timeslot{1}).error().code, Errc::busy);
    EXPECT_EQ(told(lines.pass(1s)), "dialled");
    EXPECT_THAT(lines.pass(100s), IsEmpty());
    EXPECT_TRUE(lines.flash(Timeslot{1}).has_value());
}

TEST_F(Lines, ANumberThatTheCardRefusedOrBrokeOffLeavesTheLineFreeToDialAnother)
{
    const auto answer = [&](unsigned code, unsigned tag) {
        card_bank_event e = event(CARD_BANK_EVENT_DONE, 0, code);
        e.a = card_make16(static_cast<card_u16>(tag));
        return told(lines.hear(e));
    };
    ASSERT_TRUE(lines.setHook(Timeslot{1}, true).has_value());
    ASSERT_TRUE(lines.dialPulses(Timeslot{1}, "012345678901").has_value());
    EXPECT_EQ(answer(CARD_BANK_NOT_NOW, 1), "") << "that was the hook's";
    EXPECT_EQ(lines.flash(Timeslot{1}).error().code, Errc::busy);
    EXPECT_EQ(answer(CARD_BANK_NOT_NOW, 2), "");
    EXPECT_TRUE(lines.flash(Timeslot{1}).has_value()) << "refused";
    ASSERT_TRUE(lines.dialPulses(Timeslot{1}, "1").has_value());
    EXPECT_EQ(answer(CARD_BANK_DONE, 4), "");
    EXPECT_EQ(lines.flash(Timeslot{1}).error().code, Errc::busy);
    (void)lines.hear(event(CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_NO_HOST));
    EXPECT_TRUE(lines.flash(Timeslot{1}).has_value()) << "hung up for want of a host";
    ASSERT_TRUE(lines.dialPulses(Timeslot{1}, "2").has_value());
    (void)lines.hear(event(CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_MUTE));
    ASSERT_TRUE(lines.dialPulses(Timeslot{1}, "3").has_value()) << "its chip was dead";
    lines.refused(static_cast<card_u16>(sent.size()));
    EXPECT_TRUE(lines.flash(Timeslot{1}).has_value()) << "the card never got it";
}

TEST_F(Lines, AnyEventOfACardIsTaken)
{
    std::mt19937 chance(3);
    bool offHook = false, battery = false, ringing = false;
    for (unsigned i = 0; i < 100'000; ++i) {
        const auto all = lines.hear(event(chance() % 11, chance() % 4, chance() % 16, chance() % 4, chance()));
        for (const LineEvent& e : all) {
            ASSERT_TRUE(e.port == Timeslot{1} || e.port == Timeslot{2});
            using Kind = LineEvent::Kind;
            if (e.kind == Kind::offHook || e.kind == Kind::onHook) {
                ASSERT_NE(std::exchange(offHook, e.kind == Kind::offHook), offHook);
            } else if (e.kind == Kind::batteryBack || e.kind == Kind::batteryLost) {
                ASSERT_NE(std::exchange(battery, e.kind == Kind::batteryBack), battery);
            } else if (e.kind == Kind::ringBegin || e.kind == Kind::ringEnd) {
                ASSERT_NE(std::exchange(ringing, e.kind == Kind::ringBegin), ringing);
            }
        }
    }
}

// ---- Descriptors

OctetBuffer configuration(const Personality& p)
{
    OctetBuffer d(512);
    d.resize(firmware::configurationDescriptor(p, d));
    return d;
}

TEST(UsbBankDescriptors, ABankIsFoundByItsClass)
{
    const usb::Layout l = usb::readConfiguration(configuration(Personality::card(1).withBank(2, 2)));
    EXPECT_THAT(l.wrong, IsEmpty());
    EXPECT_EQ(l.e1.size(), 1U);
    ASSERT_EQ(l.banks.size(), 1U);
    EXPECT_EQ(l.banks[0].number, 1U);
    EXPECT_EQ(l.banks[0].portsMax(), 4U);
    EXPECT_EQ(l.banks[0].in.address, 0x84);
    EXPECT_EQ(l.banks[0].out.address, 0x04);
    EXPECT_EQ(l.banks[0].interrupt.address, 0x85);
    EXPECT_EQ(l.banks[0].command.address, 0x05);
    EXPECT_THAT(usb::readConfiguration(configuration(Personality::iceE1usb(2))).banks, IsEmpty());
}

TEST(UsbBankDescriptors, ABankThatLiesIsToldWhereItDoes)
{
    const OctetBuffer good = configuration(Personality::card(0).withBank(2, 2));
    const std::size_t on = 9 + 9 + 7 + 7; // where setting 1 begins
    OctetBuffer small = good;
    small[on + 9 + 4] = 12;
    EXPECT_THAT(usb::readConfiguration(small).wrong,
                ElementsAre(HasSubstr("interface 0: endpoint 81: packets of 12 octets")));
    OctetBuffer noCommands = good;
    noCommands[on + 9 + 3 * 7 + 3] = 0x03;
    EXPECT_THAT(usb::readConfiguration(noCommands).wrong, ElementsAre(HasSubstr("commands OUT is missing")));
    OctetBuffer events = good;
    events[on + 9 + 2 * 7 + 4] = 10;
    EXPECT_THAT(usb::readConfiguration(events).wrong, ElementsAre(HasSubstr("events of 10 octets")));
    std::mt19937 chance(5);
    for (unsigned i = 0; i < 20'000; ++i) {
        OctetBuffer any = good;
        for (unsigned k = 0; k < 1 + chance() % 4; ++k)
            any[chance() % any.size()] = static_cast<std::uint8_t>(chance());
        if (chance() % 4 == 0)
            any.resize(chance() % (any.size() + 1));
        for (const usb::BankInterface& b : usb::readConfiguration(any).banks) {
            ASSERT_GE(b.portsMax(), 1U);
            ASSERT_LE(b.portsMax(), 8U) << "the protocol knows no larger bank";
        }
    }
}

} // namespace
} // namespace callbox::tests
