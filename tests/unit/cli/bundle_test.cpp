// SPDX-License-Identifier: GPL-2.0-or-later
// The bundle: redacted whatever is in it, private, bounded, read by tar, and made with every daemon dead.
#include "../../support/command.h"
#include "cli/bundle.h"
#include "cli/end_of_text.h"
#include "cli/program_output.h"
#include "cli/redact.h"
#include "lab/small_file.h"
#include "world.h"
#include <callbox/base/async.h>
#include <callbox/base/whole_file.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace fs = std::filesystem;

// What tar makes of it: path within the bundle -> content.
std::map<std::string, std::string> unpacked(World& world, const std::string& file)
{
    const std::string folder = world.path("OUT/unpacked");
    fs::remove_all(folder);
    fs::create_directories(folder);
    const auto read = callbox::tests::run({"tar", "-xf", world.path(file), "-C", folder});
    EXPECT_EQ(read.exitCode, 0) << read.err;
    EXPECT_EQ(read.err, "");
    std::map<std::string, std::string> out;
    for (const auto& e : fs::recursive_directory_iterator(folder))
        if (e.is_regular_file())
            out[fs::relative(e.path(), folder + "/callbox-bundle").string()] = *readToEnd(e.path().string());
    return out;
}

json manifestOf(const std::map<std::string, std::string>& files)
{
    const auto it = files.find("manifest.json");
    return it == files.end() ? json() : json::parse(it->second, nullptr, false);
}

// Everything in the fixture that must not leave the machine.
const char* const hidden[] = {"2125550199",  "2125550123",      "2125550124",      "2125559000", "2125559001",
                              "2125559002",  "2125560001",      "490154203237518", "4821",       "hunter2",
                              "sesame-open", "T0001/B0002/xyz", "61523784",        "4930123456", "RIFF the audio"};

const char* const secretConfig =
    "[box]\nid = box1\naccess = +12125559000 +12125550123\nlog = OUTLOG\n\n"
    "[modem modem1]\ndevice = /dev/ttyUSB2\npin = 4821\n\n"
    "[push]\nwebhook = https://ops:hunter2@hooks.example/T0001/B0002/xyz?token=sesame-open\n"
    "webhook_token = sesame-open\npassword: hunter2 and more\n";

std::string withLog(World& world)
{
    std::string text = secretConfig;
    text.replace(text.find("OUTLOG"), 6, world.path("OUT/box.log"));
    return text;
}

const char* const log = "2026-11-22T14:05:09.123Z call from +12125550199 to 0049-4930123456 answered\n"
                        "[  123.456789] dahdi: span 1: red alarm\nAT+CPIN=\"4821\"\nPUK: 61523784\n";

void expectNothingHidden(const std::map<std::string, std::string>& files)
{
    for (const auto& [name, content] : files)
        for (const char* secret : hidden) {
            EXPECT_EQ(content.find(secret), std::string::npos) << secret << " stands in " << name;
            EXPECT_EQ(name.find(secret), std::string::npos) << name;
        }
}

TEST(Bundle, HasEveryLayerAndNoNumberAndNoSecret)
{
    World world;
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/box.log"), log));
    ASSERT_TRUE(lab::replaceFile(world.path("LAB/box1/log"), log));
    fs::create_directories(world.path("OUT/machine/proc/dahdi"));
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/machine/proc/dahdi/1"), "Span 1: \"number 2125550199\"\n"));
    const std::string config = withLog(world);
    world.asked.instead = [&](const std::string& request) -> std::optional<control::Response> {
        if (request == "GET /v1/config")
            return control::Response{200, config, "text/plain"};
        return std::nullopt;
    };
    const Said said = world.run({"bundle", "--dir", "LAB", "--root", "OUT/machine", "--out", "OUT/b.tar"});
    EXPECT_EQ(said.exit, 0) << said.err;
    struct stat about {};
    ASSERT_EQ(::stat(world.path("OUT/b.tar").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600U);
    const auto files = unpacked(world, "OUT/b.tar");
    for (const char* name :
         {"manifest.json", "doctor.json", "versions.json", "box1/status.json", "box1/spans.json", "box1/calls.json",
          "box1/modems.json", "box1/config-in-force.ini", "box1/config-file.ini", "box1/log.txt", "box1/output.txt",
          "box1/trace/box1-tie1.pcap", "box1/trace/at-box1-modem1.json", "switch/boxes.json", "machine/proc/modules",
          "machine/proc/dahdi.txt"})
        EXPECT_TRUE(files.contains(name)) << name;
    expectNothingHidden(files);
    EXPECT_THAT(files.at("box1/log.txt"), HasSubstr("[  123.456789] dahdi: span 1")) << "what tells nothing stays";
    EXPECT_THAT(files.at("box1/config-in-force.ini"), HasSubstr("https://hooks.example/***"));
    for (const std::string& asked : world.asked.requests) {
        EXPECT_TRUE(asked.starts_with("GET ")) << asked << ": a bundle changes something";
        EXPECT_THAT(asked, Not(HasSubstr("numbers=1")));
        EXPECT_THAT(asked, Not(HasSubstr("/v1/messages")));
    }
    const json manifest = manifestOf(files);
    EXPECT_EQ(manifest["version"], 1);
    EXPECT_EQ(manifest["files"].size() + 1, files.size());
    for (const json& f : manifest["files"])
        EXPECT_EQ(files.at(f["file"]).size(), f["octets"]) << f;
}

TEST(Bundle, IsMadeWithEveryDaemonDead)
{
    World world;
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/box.log"), log));
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/secret.ini"), withLog(world)));
    const Said said = world.run({"bundle", "--socket", "OUT/nothing.sock", "--root", "OUT/machine", "--file",
                                 "OUT/secret.ini", "--out", "OUT/b.tar", "--json"});
    EXPECT_EQ(said.exit, 0) << said.err;
    const auto files = unpacked(world, "OUT/b.tar");
    expectNothingHidden(files);
    EXPECT_TRUE(files.contains("daemon/config-file.ini"));
    EXPECT_TRUE(files.contains("daemon/log.txt"));
    EXPECT_THAT(files.at("doctor.json"), HasSubstr("daemon-not-reached"));
    EXPECT_THAT(manifestOf(files)["failed"].dump(), HasSubstr("is not reached"));
    EXPECT_THAT(json::parse(said.out)["failed"].dump(), HasSubstr("is not reached"));
}

TEST(Bundle, OfARescuedDiskHasNothingOfThisMachinesDaemon)
{
    World world;
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/machine/var-box.log"), log));
    std::filesystem::create_directories(world.path("OUT/machine/etc/callbox"));
    ASSERT_TRUE(
        lab::replaceFile(world.path("OUT/machine/etc/callbox/box.ini"), "[box]\nid = rescued\nlog = /var-box.log\n"));
    const Said said = world.run({"bundle", "--root", "OUT/machine", "--out", "OUT/b.tar"});
    EXPECT_EQ(said.exit, 0) << said.err;
    const auto files = unpacked(world, "OUT/b.tar");
    ASSERT_TRUE(files.contains("daemon/config-file.ini")) << said.out;
    EXPECT_THAT(files.at("daemon/config-file.ini"), HasSubstr("id = rescued"));
    EXPECT_TRUE(files.contains("daemon/log.txt")) << said.out;
    EXPECT_FALSE(files.contains("daemon/spans.json"));
    EXPECT_THAT(said.out, HasSubstr("the files below --root are another's"));
}

TEST(Bundle, CollectsNothingMoreWhenItsTimeIsOver)
{
    RealLoop loop;
    Bundle b(loop, -1s);
    EXPECT_FALSE(b.mayCollect("the moon"));
    EXPECT_EQ(b.timeLeft(), 0s);
    EXPECT_THAT(b.failures().dump(), HasSubstr("no time was left"));
}

TEST(Bundle, IsBoundedInSizeAndSaysWhatWasLeftOut)
{
    RealLoop loop;
    Bundle b(loop, 60s);
    std::string longOne;
    while (longOne.size() <= Bundle::mostOfOne)
        longOne += "a line of no interest\n";
    b.addText("long.txt", "here", longOne + "the end\n");
    for (int i = 0; i < 20; ++i)
        b.addOctets("big", "there", std::string(Bundle::mostOfOne, 'x'));
    EXPECT_FALSE(b.failures().empty());
    EXPECT_LE(b.take().size(), Bundle::mostOfAll + Bundle::mostOfOne);
}

TEST(Tar, LongAndImpossibleNames)
{
    World world;
    Tar tar(WallTime(std::chrono::milliseconds(1'764'194'400'000)));
    const std::string deep = std::string(60, 'a') + "/" + std::string(60, 'b');
    EXPECT_TRUE(tar.add("callbox-bundle/" + deep, "deep"));
    EXPECT_TRUE(tar.add("callbox-bundle/empty", ""));
    EXPECT_TRUE(tar.add("callbox-bundle/block", std::string(512, 'z')));
    for (const std::string& name : {std::string(), std::string("/etc/passwd"), std::string("a/../../b"),
                                    std::string(300, 'x'), std::string("a\nb")})
        EXPECT_FALSE(tar.add(name, "x")) << name;
    ASSERT_TRUE(writePrivately(world.path("OUT/t.tar"), tar.take()));
    const auto files = unpacked(world, "OUT/t.tar");
    EXPECT_EQ(files.size(), 3u);
    EXPECT_EQ(files.at(deep), "deep");
    EXPECT_EQ(files.at("block").size(), 512u);
    EXPECT_THAT(callbox::tests::run({"tar", "-tvf", world.path("OUT/t.tar")}).out, HasSubstr("-rw------- root/root"));
}

TEST(Redaction, HidesNumbersAndSecretsAndKeepsTheRest)
{
    const std::pair<const char*, const char*> cases[] = {
        {"call from +12125550199", "call from +1212*****99"},
        {"at 2026-11-22T14:05:09.123Z", "at 2026-11-22T14:05:09.123Z"},
        {"[ 4711.012345] usb", "[ 4711.012345] usb"},
        {"imei 490154203237518", "imei 4901*********18"},
        {"pin = 1234 # mine", "pin = ***"},
        {"pin =\n[next]", "pin =\n[next]"},
        {"spin = 1234", "spin = 1234"},
        {"AT+CPIN=\"1234\"", "AT+CPIN= ***"},
        {"\"api_key\": \"abc\"", "\"api_key\": ***"},
        {"see http://10.0.0.1:8080/", "see http://10.0.0.1:8080/"},
        {"see http://a:b@host/x, then", "see http://host/***, then"},
    };
    for (const auto& [in, out] : cases)
        EXPECT_EQ(redacted(std::string_view(in)), out);
    const json j = redacted(json::parse(
        R"({"to":"+12125550199","n":12,"pin":"1234","password":7,"list":["2125550199",null],"2125550199":true})"));
    EXPECT_EQ(j.dump(), R"({"2125****99":true,"list":["2125****99",null],"n":12,"password":"***","pin":"***",)"
                        R"("to":"+1212*****99"})");
}

// Runs a task on a real loop to its end.
Result<std::string> printed(std::vector<std::string> argv, Duration limit, std::size_t most)
{
    RealLoop loop;
    TaskGroup tasks(loop);
    std::optional<Result<std::string>> out;
    struct Keep {
        static Task<> it(Task<std::string> task, std::optional<Result<std::string>>& to)
        {
            Result<std::string> r = co_await check(std::move(task));
            to.emplace(std::move(r));
        }
    };
    Task<std::string> task = outputOf(loop, std::move(argv), limit, most);
    tasks.start(Keep::it(std::move(task), out), [&](Result<void>) { loop.stop(); });
    loop.run();
    return std::move(*out);
}

TEST(EndOfText, ANumberCutInTwoGoesWhole)
{
    std::string text = "to +12125550123\nto +12125550124\n";
    EXPECT_EQ(keepEnd(text, 20), 16u);
    EXPECT_EQ(text, "to +12125550124\n");
    EXPECT_EQ(keepEnd(text, 16), 0u);
    std::string whole = "a\nb\n";
    EXPECT_EQ(keepEnd(whole, 2), 2u);
    EXPECT_EQ(whole, "b\n") << "the cut falls between two lines";
    std::string one = "pin = 4711";
    EXPECT_EQ(keepEnd(one, 4), 10u);
    EXPECT_EQ(one, "");
}

TEST(ProgramOutput, IsBoundedInTimeAndSize)
{
    EXPECT_EQ(*printed({"echo", "hello"}, 30s, 100), "hello\n");
    EXPECT_EQ(printed({"sleep", "1000"}, 50ms, 100).error().code, Errc::timeout);
    EXPECT_EQ(printed({"callbox-no-such-program"}, 30s, 100).error().code, Errc::not_found);
    EXPECT_EQ(printed({"false"}, 30s, 100).error().code, Errc::io);
    const auto end = printed({"seq", "100000"}, 30s, 20);
    EXPECT_EQ(*end, "99998\n99999\n100000\n");
}

} // namespace
