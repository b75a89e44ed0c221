// SPDX-License-Identifier: GPL-2.0-or-later
// The call generator on its own: an exchange started on a span by its id, a box started by hand with a configuration.
#include "support/lab.h"
#include "support/scratch_folder.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace callbox::tests;
namespace fs = std::filesystem;

namespace {

class Generator : public testing::Test {
protected:
    Generator()
    {
        fs::create_directories(folder + "/state");
        std::ofstream(folder + "/box.ini")
            << "[box]\nid = box7\nstate = " << folder << "/state\naccess = +12125559000\n"
            << "[pool]\nfirst = +12125559001\nlast = +12125559100\n"
            << "[recipients]\nallow = +12125550000-+12125558999\n"
            << "[notify]\nprotocols = dialout\nquiet_hours = 00:00-23:59\n"
            << "[span line]\nbackend = virtual\nconnect = " << folder << "/line.sock\n"
            << "country = eu\n";
    }
    ~Generator() override { callbox({"lab", "down", "--dir", folder + "/exchange"}); }
    static CommandResult callbox(std::vector<std::string> words)
    {
        words.insert(words.begin(), callboxProgram());
        return run(words);
    }
    json query(std::vector<std::string> words) const
    {
        words.insert(words.end(), {"--dir", folder + "/exchange", "--json"});
        const CommandResult r = callbox(words);
        const json j = json::parse(r.out, nullptr, false);
        EXPECT_TRUE(j.is_object()) << r.out << r.err;
        return j.is_object() ? j : json::object();
    }
    [[nodiscard]] bool lineUp() const
    {
        for (int tries = 0; tries < 600; ++tries) {
            const CommandResult r = callbox({"span", "status", "--socket", folder + "/state/control.sock", "--json"});
            const json status = json::parse(r.out, nullptr, false);
            if (!status.is_object())
                continue; // the box is not there yet
            for (const json& span : status.value("spans", json::array()))
                if (span.value("state", "") == "up" && allIdle(span))
                    return true;
        }
        return false;
    }
    static bool allIdle(const json& span)
    {
        for (const json& channel : span["channels"])
            if (channel.value("state", "") != "idle")
                return false;
        return true;
    }
    ScratchFolder scratch{"generator"};
    const std::string folder = scratch.path();
};

TEST_F(Generator, LoadsABoxThatWasStartedByHand)
{
    const CommandResult started =
        callbox({"lab", "exchange", "--dir", folder + "/exchange", "--span", "virtual:" + folder + "/line.sock",
                 "--box", "box7=" + folder + "/state/control.sock", "--json"});
    ASSERT_EQ(started.exitCode, 0) << started.err;
    const std::string boxd = fs::path(callboxProgram()).parent_path() / "callboxd";
    const Background box({boxd, "--config", folder + "/box.ini"});
    ASSERT_TRUE(lineUp());

    const json load = query({"lab", "load", "--rate", "5", "--calls", "20", "--hold", "3"});
    EXPECT_EQ(load.value("answered", 0), 20) << load.dump(2);
    EXPECT_EQ(load.value("cut", -1), 0) << load.dump(2);
    EXPECT_EQ(load.value("lost_samples", -1), 0) << load.dump(2);
    EXPECT_EQ(load["compared"].value("messages", 0), 20) << load.dump(2);
    EXPECT_EQ(load["boxes"].value("box7", 0), 20) << load.dump(2);

    const json call = query({"lab", "call", "--from", "+12125550199", "--to", "+12125550001"});
    EXPECT_FALSE(call.value("connected", true)) << "no number of this box";
    EXPECT_EQ(call.value("cause", 0), 1);
}

TEST_F(Generator, TestsALineWithTheBoxAtItsOtherEnd)
{
    ASSERT_EQ(
        callbox({"lab", "exchange", "--dir", folder + "/exchange", "--span", "line", "--config", folder + "/box.ini"})
            .exitCode,
        0);
    const std::string boxd = fs::path(callboxProgram()).parent_path() / "callboxd";
    const Background box({boxd, "--config", folder + "/box.ini"});
    ASSERT_TRUE(lineUp());
    const json load = query({"lab", "load", "--rate", "2", "--calls", "2", "--hold", "1.5"});
    EXPECT_EQ(load.value("answered", 0), 2) << load.dump(2);
    EXPECT_EQ(load.value("lost_samples", -1), 0) << "what nobody can compare is not lost: " << load.dump(2);
    EXPECT_TRUE(load["compared"]["trouble"].is_string()) << "and it is said: " << load.dump(2);
    const std::string socket = folder + "/state/control.sock";
    EXPECT_EQ(callbox({"test", "bert", "line", "--minutes", "0.05", "--socket", socket}).exitCode, 1) << "no loop";
    EXPECT_EQ(callbox({"test", "loop", "line", "--kind", "local", "--yes", "--socket", socket}).exitCode, 0);
    const CommandResult bert =
        callbox({"test", "bert", "line", "--minutes", "0.05", "--insert", "12", "--json", "--socket", socket});
    EXPECT_EQ(bert.exitCode, 0) << bert.out << bert.err;
    EXPECT_EQ(json::parse(bert.out, nullptr, false).value("errors", 0), 12) << bert.out;
    EXPECT_EQ(callbox({"test", "tone", "line", "--socket", socket}).exitCode, 0);
    EXPECT_EQ(callbox({"test", "level", "line", "--socket", socket}).exitCode, 0);
    EXPECT_EQ(callbox({"test", "loop", "line", "--kind", "none", "--socket", socket}).exitCode, 0);
    EXPECT_TRUE(lineUp());
}

} // namespace
