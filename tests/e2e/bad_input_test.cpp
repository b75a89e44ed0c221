// SPDX-License-Identifier: GPL-2.0-or-later
// What people and programs get wrong: each is told what, where and what to do, and loses nothing.
#include "support/lab.h"
#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace callbox::tests;

namespace {

std::string bin(const std::string& program)
{
    return CALLBOX_BIN "/" + program;
}

std::string contentOf(const std::string& path)
{
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

void write(const std::string& path, const std::string& text)
{
    std::ofstream(path) << text;
}

// A lab's box configuration, changed; the line of the first change.
std::string changed(std::string text, const std::string& from, const std::string& to)
{
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string lineOf(const std::string& text, const std::string& part)
{
    return std::to_string(1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(text.find(part)), '\n'));
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

// One lab for everything that leaves it as it was.
class BadInput : public testing::Test {
protected:
    static void SetUpTestSuite() { lab_ = new Lab({"--boxes", "1"}); }
    static void TearDownTestSuite()
    {
        delete lab_;
        lab_ = nullptr;
    }
    static json box() { return lab_->description()["boxes"][0]; }
    static Lab* lab_;
};
Lab* BadInput::lab_ = nullptr;

TEST_F(BadInput, AConfigurationWithAnUnknownKeyOrAWrongValueIsRefusedByFileLineKeyAndValue)
{
    const std::string good = contentOf(box().at("config"));
    const struct {
        const char *from, *to, *key, *allowed;
    } cases[] = {
        {"silence_s = 5", "silense_s = 5", "silense_s = 5", "silence_s"},
        {"silence_s = 5", "silence_s = five", "silence_s = five", "2 to 60"},
        {"limit_s = 120", "limit_s = 4", "limit_s = 4", "5 to 3600"},
        {"zone = UTC", "zone = Mars/Olympus", "zone = Mars/Olympus", "tz database"},
        {"country = eu", "country = atlantis", "country = atlantis", "us, eu"},
        {"[pool]", "[puddle]", "puddle", "pool"},
    };
    const std::string path = lab_->file("box.ini");
    for (const auto& c : cases) {
        const std::string text = changed(good, c.from, c.to);
        write(path, text);
        const CommandResult check = run({bin("callbox"), "config", "check", path});
        EXPECT_EQ(check.exitCode, 1) << c.to;
        const std::string told = check.out + check.err;
        EXPECT_TRUE(has(told, path + ":" + lineOf(text, c.to) + ":")) << told;
        EXPECT_TRUE(has(told, c.key)) << told;
        EXPECT_TRUE(has(told, c.allowed)) << told;
        const CommandResult daemon = run({bin("callboxd"), "--config", path});
        EXPECT_EQ(daemon.exitCode, 1) << c.to;
        EXPECT_TRUE(has(daemon.err, path + ":" + lineOf(text, c.to) + ":")) << daemon.err;
    }
    write(path, good);
    EXPECT_EQ(run({bin("callbox"), "config", "check", path}).exitCode, 0);
}

TEST_F(BadInput, AMissingConfigurationIsNamed)
{
    for (const char* program : {"callboxd", "callbox-switchd"}) {
        const CommandResult r = run({bin(program), "--config", "/nowhere/box.ini"});
        EXPECT_EQ(r.exitCode, 1);
        EXPECT_TRUE(has(r.err, "/nowhere/box.ini")) << r.err;
        EXPECT_TRUE(has(r.err, "No such file")) << r.err;
        EXPECT_EQ(run({bin(program)}).exitCode, 2) << "usage";
        EXPECT_EQ(run({bin(program), "--no-such-option"}).exitCode, 2) << "usage";
    }
    EXPECT_EQ(run({bin("callbox"), "config", "check", "/nowhere/box.ini"}).exitCode, 1);
}

TEST_F(BadInput, TwoBoxesWithOverlappingPoolsAreRefusedByBothNames)
{
    const std::string good = contentOf(lab_->description()["switch"].at("config"));
    const std::size_t at = good.find("[box box1]");
    ASSERT_NE(at, std::string::npos);
    const std::string path = lab_->file("switch.ini");
    std::string second = good.substr(at, good.find("\n[", at) - at);
    second = changed(changed(second, "[box box1]", "[box box2]"), "ties = box1-tie1", "ties = box2-tie1");
    write(path, good + "\n" + second + "\n");
    const CommandResult r = run({bin("callbox"), "config", "check", path});
    EXPECT_EQ(r.exitCode, 1);
    const std::string told = r.out + r.err;
    EXPECT_TRUE(has(told, "box1") && has(told, "box2") && has(told, "pool")) << told;
}

TEST_F(BadInput, ASecondDaemonOnTheSameStateFolderIsToldWhoHasIt)
{
    const json first = box();
    const CommandResult r = run({bin("callboxd"), "--config", first.at("config")});
    EXPECT_EQ(r.exitCode, 1);
    EXPECT_TRUE(has(r.err, first["state_dir"])) << r.err;
    EXPECT_TRUE(has(r.err, first["pid"].dump())) << r.err;
    EXPECT_EQ(lab_->query({"box", "status"}, {"--box", "box1"}).value("box", ""), "box1") << "the first one goes on";
}

TEST_F(BadInput, ALabThatRunsIsNotStartedASecondTime)
{
    const json before = lab_->description();
    const CommandResult r = lab_->command({"lab", "up"}, {"--boxes", "2"});
    EXPECT_EQ(r.exitCode, 1);
    EXPECT_TRUE(has(r.err, "lab down")) << r.err;
    EXPECT_EQ(lab_->description(), before);
    EXPECT_EQ(lab_->query({"box", "status"}, {"--box", "box1"}).value("box", ""), "box1");
}

TEST_F(BadInput, AStateFolderThatCannotBeWrittenIsNamed)
{
    const std::string good = contentOf(box().at("config"));
    const std::string path = lab_->file("readonly.ini");
    write(path, changed(good, "state = " + box()["state_dir"].get<std::string>(), "state = /proc/callbox"));
    const CommandResult r = run({bin("callboxd"), "--config", path});
    EXPECT_EQ(r.exitCode, 1);
    EXPECT_TRUE(has(r.err, "/proc/callbox")) << r.err;
}

TEST_F(BadInput, ANumberThatIsNoneIsAUsageError)
{
    const std::string access = lab_->description().at("access_number");
    for (const Arguments& c :
         std::vector<Arguments>{{"lab", "sms", "--to", "the boss"},
                                {"lab", "sms", "--to", "12125550123x"},
                                {"lab", "call", "--from", "nobody", "--to", access},
                                {"lab", "call", "--from", "+12125550199", "--to", access, "--redirecting", "+1-212"},
                                {"lab", "phone", "--number", "?", "--answers", "yes"}}) {
        const CommandResult r = lab_->command({c[0], c[1]}, Arguments(c.begin() + 2, c.end()));
        EXPECT_EQ(r.exitCode, 2) << c[1] << r.out;
        EXPECT_TRUE(r.out.empty()) << r.out;
        EXPECT_TRUE(has(r.err, "E.164")) << r.err;
    }
}

TEST_F(BadInput, AFileToPlayThatIsNoWavOrMissingIsNamedAndNoCallIsPlaced)
{
    const std::string text = lab_->file("text.wav");
    write(text, "this is no WAV file, whatever its name says");
    const std::string access = lab_->description().at("access_number");
    for (const std::string& path : {text, lab_->file("missing.wav")}) {
        const CommandResult r =
            lab_->command({"lab", "call"}, {"--from", "+12125550199", "--to", access, "--redirecting", "+12125550123",
                                            "--play", path, "--json"});
        EXPECT_EQ(r.exitCode, 1) << r.out;
        EXPECT_TRUE(has(r.err, path)) << r.err;
    }
    EXPECT_TRUE(lab_->messages().empty());
    EXPECT_TRUE(lab_->query({"call", "list"}).value("calls", json::array()).empty());
}

TEST_F(BadInput, ACallToANumberNobodyHasIsRefusedWithTheRightCause)
{
    const json nobody = lab_->call({"--from", "+12125550199", "--to", "+12125557777"});
    EXPECT_FALSE(nobody.value("connected", true)) << nobody.dump();
    EXPECT_EQ(nobody.value("cause", 0), 1) << "unallocated number";
    EXPECT_TRUE(lab_->messages().empty());
}

TEST_F(BadInput, QuestionsForWhatThereIsNotAreAnsweredByName)
{
    const CommandResult message = lab_->command({"message", "show"}, {"4711", "--box", "box1"});
    EXPECT_EQ(message.exitCode, 1);
    EXPECT_TRUE(has(message.err, "4711")) << message.err;
    const CommandResult call = lab_->command({"switch", "explain"}, {"no-such-call"});
    EXPECT_EQ(call.exitCode, 1);
    EXPECT_TRUE(has(call.err, "no-such-call")) << call.err;
    const CommandResult box = lab_->command({"box", "status"}, {"--box", "box9"});
    EXPECT_EQ(box.exitCode, 1);
    EXPECT_TRUE(has(box.err, "box9") && has(box.err, "box1")) << box.err;
    const CommandResult span = lab_->command({"trace", "dchannel"}, {"trunk9", "--pcap", lab_->file("t.pcap")});
    EXPECT_EQ(span.exitCode, 1);
    EXPECT_TRUE(has(span.err, "trunk9")) << span.err;
}

} // namespace
