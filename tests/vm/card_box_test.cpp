// SPDX-License-Identifier: GPL-2.0-or-later
// What goes wrong on a box's line, over a card that our driver has, by its name at each place on the way: the
// firmware's counters, the driver's files, DAHDI, `span status`, the status record; and it clears.
#include "../support/lab.h"
#include "../support/real_time.h"
#include "boards/usbip/line_fault.h"
#include "guest_cards.h"
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

using usbip::Fault;
constexpr unsigned box = 1; // the card of the box; the other is the exchange's (cards_eu.wires)

class CardBox : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(box));
        lab = std::make_unique<Lab>(Arguments{"--standalone", "--country", "eu"}); // CALLBOX_WIRES says on what
        lab->checkTraces(false);                                                   // faults cut frames
        ASSERT_TRUE(soon([&] { return isClear(); })) << span().dump() << record().dump();
    }
    void TearDown() override
    {
        lab.reset();
        EXPECT_TRUE(kernelIsWell());
    }
    void inject(const usbip::FaultOrder& order)
    {
        cards.on([&] { EXPECT_TRUE(usbip::inject(cards.card(box), order)); });
    }
    json span() const { return lab->query({"span", "status"}).value("spans", json::array()).at(0); }
    json record() const { return lab->query({"box", "status"}).value("boxes", json::array()).at(0); }
    // What the record's own list has that stands, of spans.
    [[nodiscard]] bool raised(const std::string& kind) const
    {
        for (const json& a : record().value("alarms", json::array()))
            if (a.value("state", "") != "cleared" && a.value("name", "").starts_with(kind))
                return true;
        return false;
    }
    [[nodiscard]] bool isClear() const
    {
        const json now = record();
        return cards.status(box, "defects").empty() && dahdi().alarms == 0 && span().at("alarms").empty() &&
               now.at("spans").at(0).at("alarms").empty() && now.at("spans").at(0).value("state", "") == "up";
    }
    [[nodiscard]] dahdi_spaninfo dahdi() const
    {
        dahdi_spaninfo info{};
        info.spanno = cards.span(box);
        const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
        EXPECT_EQ(ioctl(control, DAHDI_SPANSTAT, &info), 0);
        close(control);
        return info;
    }
    [[nodiscard]] card_counters firmware()
    {
        card_counters c{};
        cards.on([&] { c = cards.card(box).device().port(0).countersOut(); });
        return c;
    }
    [[nodiscard]] std::uint16_t firmwareAlarms()
    {
        std::uint16_t now = 0;
        cards.on([&] { now = cards.card(box).device().port(0).alarmsNow(); });
        return now;
    }
    static bool soon(const std::function<bool()>& done) { return waitFor(done, 20s); }

    GuestCards cards{firmware::Personality::card(1)};
    std::unique_ptr<Lab> lab;
};

TEST_F(CardBox, EachAlarmHasItsNameFromTheFirmwareToTheStatusRecordAndClears)
{
    const struct {
        Fault fault;
        std::uint16_t firmware;
        const char* driver;
        int dahdi;
        const char* span;
        const char* raised; // in the record
    } rows[] = {
        {Fault::los, CARD_ALARM_LOS, "LOS", DAHDI_ALARM_RED | DAHDI_ALARM_LOS, "LOS", "span-los"},
        {Fault::lof, CARD_ALARM_LOF, "LOF", DAHDI_ALARM_RED | DAHDI_ALARM_LFA, "LOF", "span-lof"},
        {Fault::lomf, CARD_ALARM_LOMF, "LOMF", DAHDI_ALARM_RED | DAHDI_ALARM_LMFA, "LOMF", "span-lomf"},
        {Fault::ais, CARD_ALARM_AIS, "AIS", DAHDI_ALARM_BLUE, "AIS", "span-ais"},
        {Fault::rai, CARD_ALARM_RAI, "RAI", DAHDI_ALARM_YELLOW, "RAI", "span-rai"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.driver);
        inject({.what = row.fault});
        EXPECT_TRUE(soon([&] { return (firmwareAlarms() & row.firmware) != 0; }));
        EXPECT_TRUE(soon([&] {
            return (" " + cards.status(box, "defects") + " ").find(" " + std::string(row.driver) + " ") !=
                   std::string::npos;
        })) << cards.status(box, "defects");
        EXPECT_TRUE(soon([&] { return dahdi().alarms == row.dahdi; })) << std::hex << dahdi().alarms;
        const json only = json::array({row.span});
        EXPECT_TRUE(soon([&] { return span().at("alarms") == only; })) << span().at("alarms");
        EXPECT_TRUE(soon([&] {
            const json s = record().at("spans").at(0);
            // A line on which the far end alone hears nothing is usable.
            return s.at("alarms") == only && s.value("state", "") == (row.fault == Fault::rai ? "up" : "alarm");
        })) << record().at("spans");
        EXPECT_TRUE(soon([&] { return raised(row.raised); })) << record().at("alarms");
        inject({.what = Fault::ok});
        EXPECT_TRUE(soon([&] { return isClear() && !raised(row.raised); })) << span().dump() << record().dump();
    }
}

TEST_F(CardBox, ErrorsAndSlipsOfTheLineAreCountedByTheirNamesUpToSpanStatus)
{
    const auto counted = [&](const char* what) { return span().at("performance").at("now").at(what).get<unsigned>(); };
    const std::uint32_t crc = card_get32(firmware().crc), slips = card_get32(firmware().slips_out);
    const int dahdiCrc = dahdi().crc4count;
    const unsigned cv = counted("cv");
    inject({.what = Fault::errors, .count = 20});
    EXPECT_TRUE(soon([&] { return card_get32(firmware().crc) == crc + 20; })) << card_get32(firmware().crc) - crc;
    EXPECT_TRUE(soon([&] { return dahdi().crc4count == dahdiCrc + 20; })) << dahdi().crc4count - dahdiCrc;
    EXPECT_TRUE(soon([&] { return counted("cv") == cv + 20; })) << counted("cv") - cv;
    EXPECT_TRUE(isClear()) << "single errors are no alarm";

    ASSERT_EQ(counted("slips"), 0u);
    inject({.what = Fault::slip, .count = 6});
    EXPECT_TRUE(soon([&] { return card_get32(firmware().slips_out) == slips + 6; }));
    EXPECT_TRUE(soon([&] { return counted("slips") == 6; })) << counted("slips");
    EXPECT_EQ(span().at("counters").at("slips"), 6);
    EXPECT_TRUE(soon([&] { return raised("span-slips"); })) << "more than five in a day: " << record().at("alarms");

    // Errors in so many blocks that whole seconds are lost to them.
    inject({.what = Fault::errors, .rate = 0.0005});
    EXPECT_TRUE(waitFor([&] { return raised("span-errors"); }, 60s))
        << record().at("alarms") << span().at("performance");
    inject({.what = Fault::ok});
    EXPECT_TRUE(soon([&] { return isClear(); }));
}

} // namespace
} // namespace callbox::tests
