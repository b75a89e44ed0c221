// SPDX-License-Identifier: GPL-2.0-or-later
// Each thing that goes wrong on a line has its name in the driver's files, in DAHDI and in what the backend tells; and
// it goes.
#include "boards/usbip/line_fault.h"
#include "card_pair.h"
#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

using firmware::Personality;
using usbip::BitPipe;

dahdi_spaninfo spanOf(const GuestCards& cards)
{
    dahdi_spaninfo info{};
    info.spanno = cards.span(0);
    const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
    EXPECT_EQ(ioctl(control, DAHDI_SPANSTAT, &info), 0);
    close(control);
    return info;
}

bool has(const std::string& words, const std::string& word)
{
    return (" " + words + " ").find(" " + word + " ") != std::string::npos;
}

struct Row {
    const char* name; // in sysfs
    int dahdi;
    Alarms alarms;
    std::function<void(GuestCards&, bool on)> inject;
};

// Towards the near card.
BitPipe& toNear(GuestCards& cards)
{
    return cards.card(0).wire(0).toCard;
}

std::vector<Row> rows()
{
    const auto signal = [](BitPipe::Signal s) {
        return
            [s](GuestCards& cards, bool on) { cards.on([&] { toNear(cards).set(on ? s : BitPipe::Signal::normal); }); };
    };
    return {
        {"LOS", DAHDI_ALARM_RED | DAHDI_ALARM_LOS, {.los = true}, signal(BitPipe::Signal::none)},
        {"AIS", DAHDI_ALARM_BLUE, {.ais = true}, signal(BitPipe::Signal::ones)},
        {"LOF",
         DAHDI_ALARM_RED | DAHDI_ALARM_LFA,
         {.lof = true},
         [](GuestCards& cards, bool on) {
             cards.on([&] {
                 EXPECT_TRUE(usbip::inject(cards.card(0), {.what = on ? usbip::Fault::lof : usbip::Fault::ok}));
             });
         }},
        {"LOMF",
         DAHDI_ALARM_RED | DAHDI_ALARM_LMFA,
         {.lomf = true},
         [](GuestCards& cards, bool on) {
             EXPECT_TRUE(cards.configure(1, {.crc4 = !on, .lineIsClock = false}));
         }}, // the far end without CRC-4
        {"RAI",
         DAHDI_ALARM_YELLOW,
         {.rai = true},
         [](GuestCards& cards, bool on) { // the far end hears nothing, and says so
             cards.on(
                 [&] { cards.card(0).wire(0).fromCard.set(on ? BitPipe::Signal::none : BitPipe::Signal::normal); });
         }},
    };
}

void everyAlarm(const Personality& personality, const std::vector<std::string>& without, SpanType type = SpanType::e1)
{
    GuestCards cards(personality, 2, type);
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    CardPair pair(cards);
    Caller near(0x11), far(0x22);
    ASSERT_TRUE(pair.near().start(pair.config(), near) && pair.far().start(pair.config(), far));
    const auto clear = [&] {
        return cards.status(0, "defects").empty() && spanOf(cards).alarms == 0 && !near.alarms.any();
    };
    ASSERT_TRUE(pair.until(clear, 10s));
    for (const Row& row : rows()) {
        if (std::find(without.begin(), without.end(), row.name) != without.end())
            continue;
        SCOPED_TRACE(row.name);
        row.inject(cards, true);
        EXPECT_TRUE(pair.until([&] { return has(cards.status(0, "defects"), row.name); }, 5s))
            << "sysfs: " << cards.status(0, "defects");
        EXPECT_TRUE(pair.until([&] { return spanOf(cards).alarms == row.dahdi; }, 5s))
            << "DAHDI: " << std::hex << spanOf(cards).alarms;
        EXPECT_TRUE(pair.until([&] { return near.alarms == row.alarms; }, 5s));
        row.inject(cards, false);
        EXPECT_TRUE(pair.until(clear, 10s)) << cards.status(0, "defects") << ", " << std::hex << spanOf(cards).alarms;
    }
    pair.near().stop();
    pair.far().stop();
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardAlarms, EachHasItsNameEverywhereAndClears)
{
    everyAlarm(Personality::card(1), {});
}

TEST(CardAlarms, OfAnIcE1usbEachHasItsNameAndClears)
{
    everyAlarm(Personality::iceE1usb(1), {"LOMF"}); // it knows one loss of alignment only
}

TEST(CardAlarms, OfAT1EachHasItsNameAndClears)
{
    everyAlarm(Personality::card(1), {"LOMF"}, SpanType::t1); // a T1 has no multiframe to lose apart
}

TEST(CardAlarms, OfASuperframeT1EachHasItsNameAndClears)
{
    GuestCards cards(Personality::card(1), 2, SpanType::t1);
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    const auto clear = [&] { return cards.status(0, "defects").empty() && spanOf(cards).alarms == 0; };
    ASSERT_TRUE(waitFor(clear, 10s));
    ASSERT_TRUE(cards.configure(0, {.d4 = true}));
    EXPECT_TRUE(waitFor([&] { return has(cards.status(0, "defects"), "LOF"); }, 5s)) << "the far end is ESF yet";
    ASSERT_TRUE(cards.configure(1, {.lineIsClock = false, .d4 = true}));
    EXPECT_TRUE(waitFor(clear, 10s));
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardAlarms, AnAlarmWhoseEndIsLostOnTheBusAndACardThatDoesNotAnswerThenDoNotLeaveItForEver)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    const auto clear = [&] { return cards.status(0, "defects").empty() && spanOf(cards).alarms == 0; };
    ASSERT_TRUE(waitFor(clear, 10s));
    cards.on([&] { toNear(cards).set(BitPipe::Signal::none); });
    ASSERT_TRUE(waitFor([&] { return spanOf(cards).alarms == (DAHDI_ALARM_RED | DAHDI_ALARM_LOS); }, 5s));
    std::atomic<bool> broken{true};
    cards.on([&] {
        cards.onAnswer(0, [&broken](const GuestCards::Asked& a, OctetBuffer& answer) {
            if (broken && (a.event() || a.vendor))
                fail(answer, -EPROTO);
            return true;
        });
        toNear(cards).set(BitPipe::Signal::normal);
    });
    waitFor([] { return false; }, 2500ms);
    EXPECT_EQ(cards.status(0, "defects"), "LOS") << "nobody can know better";
    broken = false;
    EXPECT_TRUE(waitFor(clear, 5s)) << cards.status(0, "defects");
    cards.on([&] { cards.onAnswer(0, nullptr); });
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardAlarms, BitErrorsAreCountedByCrcAndByTheFarEndsEBits)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    ASSERT_TRUE(waitFor([&] { return cards.status(0, "defects").empty() && spanOf(cards).alarms == 0; }, 10s));
    const dahdi_spaninfo before = spanOf(cards);
    cards.on([&] { toNear(cards).errorEvery(100'000); });
    EXPECT_TRUE(waitFor([&] { return spanOf(cards).crc4count >= before.crc4count + 20; }, 10s));
    EXPECT_EQ(spanOf(cards).alarms, 0) << "single errors are no alarm";
    cards.on([&] {
        toNear(cards).errorEvery(0);
        cards.card(0).wire(0).fromCard.errorEvery(100'000);
    });
    EXPECT_TRUE(waitFor([&] { return spanOf(cards).ebitcount >= before.ebitcount + 20; }, 10s));
}

TEST(CardAlarms, CountersThatAProgramResetsBeginAtZeroAndGoOn)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    ASSERT_TRUE(waitFor([&] { return cards.status(0, "defects").empty() && spanOf(cards).alarms == 0; }, 10s));
    const auto breakUntil = [&](int errors) {
        cards.on([&] { toNear(cards).errorEvery(100'000); });
        EXPECT_TRUE(waitFor([&] { return spanOf(cards).crc4count >= errors; }, 10s));
        cards.on([&] { toNear(cards).errorEvery(0); });
    };
    breakUntil(20);
    pass(200ms); // what is in the wire yet
    ASSERT_TRUE(maintainSpan(cards.span(0), DAHDI_RESET_COUNTERS)) << errno;
    EXPECT_EQ(spanOf(cards).crc4count, 0);
    pass(1500ms); // counters are read once a second
    EXPECT_EQ(spanOf(cards).crc4count, 0) << "those before it were forgotten";
    breakUntil(1);
    EXPECT_LT(spanOf(cards).crc4count, 20);
    EXPECT_EQ(spanOf(cards).alarms, 0);
    EXPECT_TRUE(kernelIsWell());
}

// As /proc/dahdi has it.
unsigned slipsOf(const GuestCards& cards, unsigned card)
{
    std::ifstream in("/proc/dahdi/" + std::to_string(cards.span(card)));
    const std::string before = "Timing slips: ";
    for (std::string line; std::getline(in, line);)
        if (const auto at = line.find(before); at != std::string::npos)
            return static_cast<unsigned>(std::stoul(line.substr(at + before.size())));
    return 0;
}

TEST(CardAlarms, ALineWhoseClockIsNotTakenSlipsAndTheOtherDoesNot)
{
    GuestCards cards(Personality::card(1));
    cards.on([&] { cards.card(1).drift(-1000); }); // 8 frames a second less; a slip each 8 s
    ASSERT_TRUE(cards.plugIn(1) && cards.plugIn(0));
    CardPair pair(cards);
    Caller near(0x11), far(0x22);
    ASSERT_TRUE(pair.near().start(pair.config(), near) && pair.far().start(pair.config(), far));
    const auto slips = [&](unsigned card) {
        return cards.count(card, "slips_left_out") + cards.count(card, "slips_said_twice");
    };
    pair.pass(10s);
    EXPECT_EQ(slips(0), 0u) << "it goes at the line's pace";
    EXPECT_EQ(slips(1), 0u);
    ASSERT_TRUE(cards.configure(0, {.lineIsClock = false}));
    EXPECT_EQ(near.slips, 0u);
    EXPECT_TRUE(pair.until([&] { return slips(0) > 0 && slipsOf(cards, 0) > 0 && near.slips > 0; }, 12s));
    EXPECT_EQ(near.slips, slipsOf(cards, 0)) << "the backend tells what DAHDI counts";
    EXPECT_EQ(far.slips, 0u);
    EXPECT_EQ(spanOf(cards).alarms, 0);
    pair.near().stop();
    pair.far().stop();
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
