// SPDX-License-Identifier: GPL-2.0-or-later
// A looped line, ours or the telco's: what we send comes back, and is nobody's call. Channels reserved for tests.
#include "line.h"
#include <callbox/hal/channel_reserve.h>
#include <callbox/hal/loopback.h>

using namespace callbox;
using namespace callbox::tests;

namespace {

class LoopedLine : public testing::TestWithParam<PriSwitchType> {
protected:
    static void set(Side& side, Loopback l)
    {
        EXPECT_TRUE(dynamic_cast<LoopbackControl&>(side.span.io()).setLoopback(l));
    }
    static Result<void> reserve(Side& side, Timeslot slot, bool on)
    {
        return dynamic_cast<ChannelReserve&>(*side.trunk).setReserved(slot, on);
    }
    Line line{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Types, LoopedLine, testing::Values(PriSwitchType::euroIsdn, PriSwitchType::ni2),
                         [](const auto& param) { return param.param == PriSwitchType::ni2 ? "Ni2" : "EuroIsdn"; });

TEST_P(LoopedLine, WeAreNotCalledByOurselves)
{
    for (Side* looped : {&line.user, &line.network})
        for (const Loopback kind : {Loopback::local, Loopback::payload}) {
            Side& calling = kind == Loopback::local ? *looped : looped == &line.user ? line.network : line.user;
            set(*looped, kind);
            const auto call = calling.trunk->place(setupFrom("2125550199", "2125559000")); // while it seems to be up
            line.loop.runFor(60s);
            EXPECT_TRUE(calling.calls.empty()) << name(kind);
            EXPECT_TRUE(!call || (*call)->stage() != CallStage::connected) << "nobody has answered";
            line.user.calls.clear(); // the far side's, who hears what comes
            line.network.calls.clear();
            if (call)
                (*call)->hangup();
            set(*looped, Loopback::none);
            EXPECT_TRUE(line.until([&] { return line.bothUp() && line.allIdle(); }, 120s)) << name(kind);
        }
}

TEST_P(LoopedLine, AServiceOfOurOwnIsNotTheFarSides)
{
    set(line.user, Loopback::local);
    EXPECT_TRUE(line.user.trunk->setInService(Timeslot{1}, false));
    line.loop.runFor(60s);
    set(line.user, Loopback::none);
    EXPECT_TRUE(line.until([&] { return line.bothUp(); }, 60s));
    EXPECT_TRUE(line.user.trunk->setInService(Timeslot{1}, true));
    EXPECT_TRUE(line.until([&] { return line.user.idle() == line.user.trunk->status().channels; }, 60s));
}

TEST_P(LoopedLine, AReservedChannelTakesNoCallAndNobodyIsTold)
{
    const auto all = line.user.trunk->channels();
    for (const ChannelRow& row : all)
        if (row.slot != Timeslot{7}) {
            EXPECT_TRUE(reserve(line.user, row.slot, true));
        }
    line.loop.runFor(1s);
    EXPECT_EQ(line.user.idle(), 1u);
    EXPECT_EQ(line.network.idle(), all.size());
    const auto placed = line.user.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(placed);
    EXPECT_EQ(line.user.trunk->place(setupFrom("2125550199", "2125559000")).error().code, Errc::no_space);
    for (const ChannelRow& row : all)
        EXPECT_TRUE(reserve(line.user, row.slot, false));
    EXPECT_EQ(line.user.idle(), all.size() - 1);
    EXPECT_EQ(reserve(line.user, line.user.span.config().dChannel, true).error().code, Errc::invalid);
}

} // namespace
