// SPDX-License-Identifier: GPL-2.0-or-later
// A box's own alarms: each is made, found, mended and found cleared (N8); what a technician's phone shows.
#include "box/store_watch.h"
#include "box/technician_sms.h"
#include "notify/sms/text.h"
#include "world.h"
#include <callbox/lab/at_modem.h>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

std::vector<std::string> standing(const alarms::AlarmBook& book)
{
    std::vector<std::string> names;
    for (const status::AlarmRecord& a : book.all())
        if (a.state != "cleared")
            names.push_back(a.name);
    return names;
}

struct StoreCase {
    std::string alarm;
    std::function<void(messages::Health&, messages::PoolStatus&)> make;
};

TEST(BoxAlarms, EachFaultOfStoreAndPoolIsOneAlarmAndGoesWithIt)
{
    const StoreCase table[] = {
        {"store-cannot-record",
         [](auto& h, auto&) {
             h.canRecord = false;
             h.recordSecondsLeft = 0;
             h.why = "disk full";
         }},
        {"store-files-set-aside", [](auto& h, auto&) { h.setAside = "/state/lost-1"; }},
        {"disk-low", [](auto& h, auto&) { h.recordSecondsLeft = 10 * 3600 - 1; }},
        {"pool-low", [](auto&, auto& p) { p.fullestRecipient = 80; }},
        {"pool-low", [](auto&, auto& p) { p.fullestRecipient = 99; }},
        {"pool-full", [](auto&, auto& p) { p.fullestRecipient = 100; }},
    };
    SimLoop loop;
    SimFiles files;
    const auto random = makeSeededRandom(1);
    const auto disk = makeSimExecutor(loop, 1ms);
    alarms::AlarmBook book(Edges{loop, *random, files, *disk, Log()});
    const auto look = [&](const StoreCase* made) {
        messages::Health h;
        h.canRecord = true;
        h.recordSecondsLeft = 10 * 3600;
        messages::PoolStatus p;
        p.size = 100;
        p.fullestRecipient = 79;
        if (made)
            made->make(h, p);
        box::watch(book, h, std::chrono::hours(10));
        box::watch(book, p);
    };
    for (const StoreCase& c : table) {
        look(nullptr);
        EXPECT_THAT(standing(book), IsEmpty());
        look(&c);
        EXPECT_THAT(standing(book), ElementsAre(c.alarm));
    }
    look(nullptr);
    EXPECT_THAT(standing(book), IsEmpty());
}

status::AlarmRecord alarm(const std::string& state, const std::string& text)
{
    status::AlarmRecord a;
    a.name = "span-los:tie1";
    a.severity = "major";
    a.state = state;
    a.text = text;
    return a;
}

TEST(BoxAlarms, ATechniciansTextIsOnePartWhateverItSays)
{
    const std::string text = box::technicianText(alarm("raised", "tie1: loss of signal; look at the cable"), "box1");
    EXPECT_EQ(text, "Callbox box1: span-los:tie1 raised (major), tie1: loss of signal; look at the cable");
    EXPECT_EQ(box::technicianText(alarm("cleared", "whatever"), "box1"), "Callbox box1: span-los:tie1 cleared (major)");
    for (const std::string& odd : {std::string(1000, 'x'), std::string(500, '{'), std::string("Grüße €\xff\x01`"),
                                   std::string(300, '\n'), std::string("\xe2\x82")}) {
        const auto n = notify::septets(box::technicianText(alarm("raised", odd), "box1"));
        ASSERT_TRUE(n) << odd;
        EXPECT_LE(*n, notify::septetsPerPart);
    }
}

struct Bench {
    Bench()
    {
        config.id = "box1";
        config.alarms.sms = {number("+4930123456"), number("+12125559999")};
        config.alarms.smsPerHour = 2;
        lines::ModemSettings m;
        m.modem.name = "m1";
        config.lines.modems.push_back(m);
        lines::LinesWorld outside;
        outside.openModem = [this](const lines::ModemSettings&) -> Result<std::unique_ptr<hal::ModemIo>> {
            auto made = lab::makeEmulatedPort(loop, modem);
            port = made.get();
            return made;
        };
        lines = std::move(*lines::Lines::open(edges, config.lines, outside));
        box::addTechnicians(pusher, config, *lines);
        book.onChange([this](const status::AlarmRecord& a) { pusher.changed(a); });
        lines->start();
        loop.runFor(30s);
    }
    std::vector<std::string> textsTo(const std::string& to) const
    {
        std::vector<std::string> texts;
        for (const lab::ReceivedSms& s : centre.received())
            if (s.to == to)
                texts.push_back(s.text);
        return texts;
    }
    SimLoop loop;
    SimFiles files;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    lab::SmsCentre centre{loop};
    lab::AtModem modem{edges, centre};
    lab::EmulatedPort* port = nullptr;
    box::BoxConfig config;
    std::unique_ptr<lines::Lines> lines;
    alarms::AlarmBook book{edges};
    alarms::Pusher pusher{edges, alarms::Severity::minor};
};

TEST(BoxAlarms, TechniciansAreToldBySmsAtTheirRate)
{
    Bench b;
    b.book.raise(alarms::kinds::spanLos, "tie1");
    b.loop.runFor(10s);
    for (const char* to : {"+4930123456", "+12125559999"}) {
        ASSERT_EQ(b.textsTo(to).size(), 1U) << to << " (outside of every recipient range)";
        EXPECT_THAT(b.textsTo(to)[0], StartsWith("Callbox box1: span-los:tie1 raised (major), tie1: loss of signal"));
    }
    for (int i = 0; i < 20; ++i) {
        b.book.clear(alarms::kinds::spanLos, "tie1");
        b.loop.runFor(30s);
        b.book.raise(alarms::kinds::spanLos, "tie1");
        b.loop.runFor(30s);
    }
    EXPECT_EQ(b.textsTo("+4930123456").size(), 2U);
    b.loop.runFor(std::chrono::hours(1));
    ASSERT_EQ(b.textsTo("+4930123456").size(), 3U);
    EXPECT_THAT(b.textsTo("+4930123456").back(), HasSubstr("raised"));
}

TEST(BoxAlarms, AnAlarmOfTheModemIsToldWhenTheModemIsBack)
{
    Bench b;
    b.port->plug(false);
    b.loop.runFor(30s);
    b.book.raise(alarms::kinds::modemAbsent, "m1");
    b.loop.runFor(120s);
    EXPECT_THAT(b.centre.received(), IsEmpty());
    b.port->plug(true);
    b.loop.runFor(600s);
    EXPECT_EQ(b.textsTo("+12125559999").size(), 1U);
}

TEST(BoxAlarms, ATextThatTheNetworkRefusesIsTriedAgain)
{
    Bench b;
    b.centre.refuse("+4930123456", 38, 2);
    b.book.raise(alarms::kinds::spanLos, "tie1");
    b.loop.runFor(20s);
    EXPECT_THAT(b.textsTo("+4930123456"), IsEmpty());
    EXPECT_EQ(b.textsTo("+12125559999").size(), 1U) << "the other one need not wait";
    b.loop.runFor(300s);
    EXPECT_EQ(b.textsTo("+4930123456").size(), 1U);
}

TEST(BoxAlarms, TheSectionIsReadAndShown)
{
    std::vector<ini::Problem> problems;
    const std::string plain = "[box]\nid = b\nstate = /s\naccess = +12125559000\n[pool]\nfirst = +12125559001\n"
                              "last = +12125559100\n[recipients]\nallow = +12125550000-+12125558999\n"
                              "[span a]\nconnect = /x\n[alarms]\ndisk_low_hours = 3\nsms = +4930123456\n";
    const ini::Document doc = ini::parse(plain, "box.ini", problems);
    const box::BoxConfig c = box::readConfig(doc, problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(problems[0].message(), HasSubstr("box.ini:14: sms = +4930123456: needs a [modem NAME]"));
    EXPECT_EQ(c.diskLow, std::chrono::hours(3));
    EXPECT_THAT(box::render(doc, c), HasSubstr("[alarms]\n"));
    EXPECT_THAT(box::render(doc, c), HasSubstr("sms_per_hour = 6\n"));
}

} // namespace
