// SPDX-License-Identifier: GPL-2.0-or-later
// The alarm matrix without a kernel: each fault that is put on a line has its right name in the card's status and
// counters and in the alarms and counters of the usb backend at both ends, and is over when the line is well again.
#include "../../../hal/backends/usb/usb_span.h"
#include "../../support/span_heard.h"
#include "../../support/usbip_host.h"
#include "boards/usbip/line_fault.h"
#include <callbox/hal/line_errors.h>
#include <gtest/gtest.h>

namespace callbox::tests {

namespace {

using namespace hal;
using firmware::Personality;
using usbip::Fault;
using usbip::FaultOrder;
using usbip::VirtualCard;

std::uint32_t numberAt(const OctetBuffer& o, std::size_t at)
{
    return static_cast<std::uint32_t>(o.at(at)) | static_cast<std::uint32_t>(o.at(at + 1)) << 8 |
           static_cast<std::uint32_t>(o.at(at + 2)) << 16 | static_cast<std::uint32_t>(o.at(at + 3)) << 24;
}

struct TwoSpans {
    TwoSpans()
    {
        a.plug(0, b, 0);
        host.plug(a);
        host.plug(b);
        host.run({&a, &b});
        EXPECT_TRUE(near->start({.name = "near"}, heard));
        EXPECT_TRUE(far->start({.name = "far"}, other));
        loop.runFor(2s);
        EXPECT_EQ(toString(heard.alarms) + toString(other.alarms), "");
    }
    std::unique_ptr<SpanIo> open(const std::string& id, bool clockFromLine)
    {
        const Edges edges{loop, *random, *files, *disk, Log()};
        return usb::makeSpan(edges, {id, clockFromLine, 16},
                             [this] { return Result<std::unique_ptr<usb::Bus>>(host.bus()); });
    }
    void inject(const FaultOrder& order)
    {
        const auto r = usbip::inject(a, order);
        EXPECT_TRUE(r) << r.error().what;
    }
    // The near card's firmware, by its own requests.
    OctetBuffer ask(std::uint8_t request, std::uint16_t length)
    {
        OctetBuffer out(length);
        EXPECT_EQ(a.device().control({0xc0, request, 0, 0, length}, out), length);
        return out;
    }
    std::uint32_t alarms() { return ask(CARD_REQ_GET_STATUS, sizeof(card_status)).at(offsetof(card_status, alarms)); }
    std::uint32_t counter(std::size_t at) { return numberAt(ask(CARD_REQ_GET_COUNTERS, sizeof(card_counters)), at); }
    static LineErrors errors(SpanIo& span) { return *dynamic_cast<LineErrorCounts&>(span).lineErrors(); }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    VirtualCard a{Personality::card(1), "000000000000000a", "1-1"}, b{Personality::card(1), "000000000000000b", "1-2"};
    UsbipHost host{loop};
    SpanHeard heard, other;
    std::unique_ptr<SpanIo> near = open("000000000000000a/0", true), far = open("000000000000000b/0", false);
};

struct Row {
    Fault fault;
    unsigned alarm;         // in the card's status
    std::size_t seconds;    // of the counter of seconds; 0: none
    const char *near, *far; // alarms of the backend
};

struct AlarmMatrix : testing::TestWithParam<Row>, TwoSpans {};

INSTANTIATE_TEST_SUITE_P(Usb, AlarmMatrix,
                         testing::Values(Row{Fault::los, CARD_ALARM_LOS, offsetof(card_counters, los), "LOS", "RAI"},
                                         Row{Fault::ais, CARD_ALARM_AIS, offsetof(card_counters, ais), "AIS", "RAI"},
                                         Row{Fault::lof, CARD_ALARM_LOF, offsetof(card_counters, lof), "LOF", "RAI"},
                                         Row{Fault::lomf, CARD_ALARM_LOMF, offsetof(card_counters, lof), "LOMF", "RAI"},
                                         Row{Fault::rai, CARD_ALARM_RAI, 0, "RAI", ""}),
                         [](const auto& i) { return std::string(usbip::name(i.param.fault)); });

TEST_P(AlarmMatrix, HasItsNameEverywhereAndClears)
{
    const Row& row = GetParam();
    inject({.what = row.fault});
    loop.runFor(3s);
    EXPECT_EQ(alarms(), row.alarm);
    EXPECT_EQ(toString(heard.alarms), row.near);
    EXPECT_EQ(toString(other.alarms), row.far);
    for (const std::size_t at :
         {offsetof(card_counters, los), offsetof(card_counters, ais), offsetof(card_counters, lof)})
        EXPECT_EQ(counter(at) > 1, at == row.seconds) << "counter at " << at;
    inject({.what = Fault::ok});
    loop.runFor(2s);
    EXPECT_EQ(alarms(), 0u);
    EXPECT_EQ(toString(heard.alarms), "");
    EXPECT_EQ(toString(other.alarms), "");
    const auto before = row.seconds ? counter(row.seconds) : 0;
    const std::uint64_t lost = heard.lost + other.lost;
    loop.runFor(2s);
    EXPECT_EQ(row.seconds ? counter(row.seconds) : 0, before);
    EXPECT_EQ(heard.lost + other.lost, lost) << "and samples flow";
    EXPECT_EQ(heard.gone + other.gone, "");
}

struct ErrorMatrix : testing::Test, TwoSpans {};

TEST_F(ErrorMatrix, ErroredBlocksAreCountedByBothEnds)
{
    const auto firmware = counter(offsetof(card_counters, crc));
    const LineErrors here = errors(*near), there = errors(*far);
    inject({.what = Fault::errors, .count = 10});
    loop.runFor(3s);
    EXPECT_EQ(counter(offsetof(card_counters, crc)) - firmware, 10u);
    EXPECT_EQ(errors(*near).crc - here.crc, 10u);
    EXPECT_EQ(errors(*far).farEnd - there.farEnd, 10u) << "by E bits";
    EXPECT_EQ(errors(*far).crc, there.crc);
    EXPECT_EQ(toString(heard.alarms) + toString(other.alarms), "");
    loop.runFor(2s);
    EXPECT_EQ(errors(*near).crc - here.crc, 10u) << "and then no more";
}

TEST_F(ErrorMatrix, AnErrorRateLastsUntilTheLineIsWell)
{
    const LineErrors before = errors(*near);
    inject({.what = Fault::errors, .rate = 1e-5});
    loop.runFor(5s);
    const auto during = static_cast<double>(errors(*near).crc - before.crc);
    EXPECT_NEAR(during, 2.048e6 * 1e-5 * 5, 25);
    inject({.what = Fault::ok});
    loop.runFor(2s);
    const LineErrors after = errors(*near);
    loop.runFor(2s);
    EXPECT_EQ(errors(*near), after);
    EXPECT_EQ(toString(heard.alarms) + toString(other.alarms), "");
}

TEST_F(ErrorMatrix, SlipsAreSlipsAndNothingElse)
{
    const std::uint64_t lost = heard.lost;
    const unsigned before = heard.slips;
    const LineErrors errored = errors(*near);
    inject({.what = Fault::slip, .count = 5});
    loop.runFor(1s);
    EXPECT_EQ(counter(offsetof(card_counters, slips_out)), 5u);
    EXPECT_EQ(heard.slips - before, 5u);
    inject({.what = Fault::slip, .count = -3});
    loop.runFor(1s);
    EXPECT_EQ(counter(offsetof(card_counters, slips_in)), 3u);
    EXPECT_EQ(counter(offsetof(card_counters, slips_out)), 5u);
    EXPECT_EQ(heard.slips - before, 8u);
    EXPECT_EQ(other.slips, 0u);
    EXPECT_EQ(heard.lost, lost);
    EXPECT_EQ(errors(*near).crc, errored.crc);
    EXPECT_EQ(toString(heard.alarms) + toString(other.alarms), "");
    loop.runFor(1s);
    EXPECT_EQ(heard.slips - before, 8u);
}

} // namespace
} // namespace callbox::tests
