// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual USB cards as a person has them: the real process comes up, takes faults and goes down.
#include "support/lab.h"
#include "support/scratch_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox::tests;
using testing::HasSubstr;

namespace {

class Cards : public testing::Test {
protected:
    ~Cards() override { card({"down"}); }
    CommandResult card(Arguments words) const
    {
        words.insert(words.begin(), {callboxProgram(), "lab", "card"});
        words.insert(words.end(), {"--dir", folder, "--json"});
        return run(words);
    }
    ScratchFolder scratch{"cards"};
    const std::string folder = scratch.path();
};

TEST_F(Cards, ComeUpTakeFaultsAndGoDown)
{
    const CommandResult up = card({"up", "--cards", "4", "--personality", "ice1usb", "--ppm", "-50"});
    ASSERT_EQ(up.exitCode, 0) << up.out << up.err;
    const json all = json::parse(up.out, nullptr, false);
    ASSERT_EQ(all["cards"].size(), 4u) << all;
    EXPECT_EQ(all["cards"][3]["ppm"], -50);
    EXPECT_THAT(all["address"].get<std::string>(), HasSubstr("127.0.0.1:"));
    for (const Arguments& words : {Arguments{"inject", "--card", "1", "--what", "los"},
                                   Arguments{"inject", "--card", "4", "--what", "slip", "--count", "-2"},
                                   Arguments{"inject", "--card", "2", "--what", "unplug"}}) {
        const CommandResult r = card(words);
        EXPECT_EQ(r.exitCode, 0) << testing::PrintToString(words) << r.out << r.err;
    }
    const CommandResult attached = card({"attach", "--card", "2"});
    EXPECT_EQ(attached.exitCode, 1);
    EXPECT_THAT(attached.err, HasSubstr("card 2: it is unplugged"));
    const CommandResult down = card({"down"});
    EXPECT_EQ(json::parse(down.out, nullptr, false)["ended"], 1) << down.out << down.err;
    const CommandResult late = card({"inject", "--card", "1", "--what", "ok"});
    EXPECT_EQ(late.exitCode, 3);
    EXPECT_THAT(late.err, HasSubstr("callbox lab card up --dir"));
}

TEST_F(Cards, APortThatIsTakenIsSaidWithTheLog)
{
    const CommandResult first = card({"up"});
    ASSERT_EQ(first.exitCode, 0) << first.err;
    const std::string address = json::parse(first.out, nullptr, false)["address"];
    const std::string other = folder + "/other";
    const CommandResult second =
        run({callboxProgram(), "lab", "card", "up", "--dir", other, "--port", address.substr(address.find(':') + 1)});
    EXPECT_EQ(second.exitCode, 1) << second.out;
    EXPECT_THAT(second.err, HasSubstr("Address already in use"));
}

} // namespace
