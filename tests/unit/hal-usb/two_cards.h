// SPDX-License-Identifier: GPL-2.0-or-later
// Two virtual cards whose lines are plugged into each other, a span of the usb backend on each, and who listens there.
#pragma once
#include "../../../hal/backends/usb/usb_span.h"
#include "../../support/span_heard.h"
#include "../../support/usbip_host.h"
#include <gtest/gtest.h>

namespace callbox::tests {

using namespace hal;

struct TwoCards {
    TwoCards(const firmware::Personality& kind, SpanConfig both, usb::LineChoice choice = {})
        : a(kind, "000000000000000a", "1-1"), b(kind, "000000000000000b", "1-2"), config(std::move(both)), line(choice)
    {
        a.plug(0, b, 0);
        host.plug(a);
        host.plug(b);
        host.run({&a, &b});
    }
    std::unique_ptr<SpanIo> open(const std::string& id, bool clockFromLine)
    {
        return usb::makeSpan(edges, {id, clockFromLine, 16, line},
                             [this] { return Result<std::unique_ptr<usb::Bus>>(host.bus()); });
    }
    void up()
    {
        ASSERT_TRUE(near->start(config, heard).has_value());
        ASSERT_TRUE(far->start(config, other).has_value());
        loop.runFor(2s);
        ASSERT_FALSE(heard.alarms.any()) << toString(heard.alarms);
        ASSERT_FALSE(other.alarms.any()) << toString(other.alarms);
    }
    usbip::BitPipe& towardsNear() { return a.wire(0).toCard; }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    const Edges edges{loop, *random, *files, *disk, Log()};
    usbip::VirtualCard a, b;
    UsbipHost host{loop};
    const SpanConfig config;
    usb::LineChoice line; // of what is opened
    SpanHeard heard, other;
    std::unique_ptr<SpanIo> near = open("000000000000000a/0", true), far = open("@1-2/0", false);
};

} // namespace callbox::tests
