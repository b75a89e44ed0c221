// SPDX-License-Identifier: GPL-2.0-or-later
// A line that a technician has taken out of service.
#include "bench.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

TEST(AnalogService, ALineOutOfServiceLeavesItsCallersToRing)
{
    Bench b("us");
    ASSERT_TRUE(b.until([&] { return b.allIdle(); }));
    for (unsigned i = 1; i <= b.box.trunk->channels().size(); ++i)
        ASSERT_TRUE(b.box.trunk->setInService(Timeslot{static_cast<std::uint8_t>(i)}, false));
    auto out = b.ring();
    ASSERT_TRUE(out) << out.error().what;
    b.loop.runFor(30s);
    EXPECT_TRUE(b.box.calls.empty()) << "it was answered";
    EXPECT_EQ((*out)->stage(), CallStage::alerting);
    (*out)->hangup();
    b.loop.runFor(10s);
    for (unsigned i = 1; i <= b.box.trunk->channels().size(); ++i)
        ASSERT_TRUE(b.box.trunk->setInService(Timeslot{static_cast<std::uint8_t>(i)}, true));
    out = b.ring();
    ASSERT_TRUE(out) << out.error().what;
    EXPECT_TRUE(b.until([&] { return !b.box.calls.empty(); })) << "back in service it takes calls as ever";
}
