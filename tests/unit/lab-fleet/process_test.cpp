// SPDX-License-Identifier: GPL-2.0-or-later
// Processes of a lab: detached from the caller, known again, ended; with programs every machine has.
#include "../../support/scratch_folder.h"
#include "lab/processes.h"
#include "lab/small_file.h"
#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::lab;

namespace {

Process shell(const tests::ScratchFolder& f, const std::string& script)
{
    return {"shell", {"/bin/sh", "-c", script}, f.path(), f.path() + "/log"};
}

// Lives until it is ended.
Process sleeper(const tests::ScratchFolder& f)
{
    return {"sleeper", {"/bin/sleep", "1000"}, f.path(), f.path() + "/log"};
}

TEST(Processes, AreAskedToEndAndThenKilled)
{
    const tests::ScratchFolder f("lab");
    std::vector<Process> all{sleeper(f), shell(f, "trap '' TERM; exec sleep 1000")};
    for (Process& p : all)
        ASSERT_TRUE(start(p));
    EXPECT_TRUE(isAlive(all[0]));
    EXPECT_TRUE(end(all, 100ms));
    EXPECT_FALSE(isAlive(all[0]));
    EXPECT_FALSE(isAlive(all[1]));
}

TEST(Processes, AFrozenOneIsEndedToo)
{
    const tests::ScratchFolder f("lab");
    Process p = sleeper(f);
    ASSERT_TRUE(start(p));
    ASSERT_TRUE(sendSignal(p, SIGSTOP));
    EXPECT_TRUE(end({&p, 1}, 20s));
    EXPECT_FALSE(isAlive(p));
}

TEST(Processes, AnotherProcessOfTheSameNumberIsLeftAlone)
{
    const tests::ScratchFolder f("lab");
    Process p = sleeper(f);
    ASSERT_TRUE(start(p));
    Process former = p; // who had this number before
    former.started -= 1;
    EXPECT_FALSE(isAlive(former));
    EXPECT_EQ(sendSignal(former, SIGKILL).error().code, Errc::gone);
    EXPECT_TRUE(end({&former, 1}, 20s));
    EXPECT_TRUE(isAlive(p)) << "a stranger was killed";
    EXPECT_TRUE(end({&p, 1}, 20s));
}

TEST(Processes, AZombieDoesNotLive)
{
    const tests::ScratchFolder f("lab");
    Process p = shell(f, "exit 3");
    ASSERT_TRUE(start(p));
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(p.pid), &info, WEXITED | WNOWAIT), 0); // dead, not buried
    EXPECT_FALSE(isAlive(p));
    EXPECT_EQ(sendSignal(p, SIGTERM).error().code, Errc::gone);
    EXPECT_TRUE(waitForEnd(p, 20s));
    waitpid(p.pid, nullptr, 0);
}

TEST(Processes, AProgramThatIsNotThereIsNamed)
{
    const tests::ScratchFolder f("lab");
    Process p{"box1", {"/nowhere/callboxd"}, f.path(), f.path() + "/log"};
    const auto r = start(p);
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("/nowhere/callboxd"), std::string::npos) << r.error().what;
}

TEST(Processes, TheListComesBackAsItWasWritten)
{
    const tests::ScratchFolder f("lab");
    EXPECT_EQ(loadProcesses(f.path()).error().code, Errc::not_found);
    Process p = sleeper(f);
    p.pid = 4711;
    p.started = 18'000'000'000'000'000'000u;
    ASSERT_TRUE(saveProcesses(f.path(), {&p, 1}));
    const auto back = loadProcesses(f.path());
    ASSERT_TRUE(back) << back.error().what;
    ASSERT_EQ(back->size(), 1u);
    EXPECT_EQ((*back)[0].name, "sleeper");
    EXPECT_EQ((*back)[0].argv, p.argv);
    EXPECT_EQ((*back)[0].pid, 4711);
    EXPECT_EQ((*back)[0].started, p.started);
    forgetProcesses(f.path());
    EXPECT_FALSE(loadProcesses(f.path()));
}

TEST(Processes, AListThatIsNoneIsRefused)
{
    const tests::ScratchFolder f("lab");
    for (const char* text : {"", "[]", "{\"processes\":3}", "{\"processes\":[{\"pid\":\"x\"}]}"}) {
        ASSERT_TRUE(replaceFile(f.path() + "/processes.json", text));
        const auto r = loadProcesses(f.path());
        EXPECT_TRUE(!r || r->empty()) << text;
    }
}

TEST(Processes, AfterARestartOfTheMachineNothingOfTheListLives)
{
    const tests::ScratchFolder f("lab");
    ASSERT_TRUE(replaceFile(f.path() + "/processes.json", R"({"machine_boot":"another","processes":[{"name":"box1",
        "pid":1,"started":1,"argv":[],"folder":"/","log":"/"}]})"));
    const auto r = loadProcesses(f.path());
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_TRUE(r->empty());
}

TEST(Processes, TheEndOfALog)
{
    const tests::ScratchFolder f("lab");
    const std::string path = f.path() + "/log";
    EXPECT_NE(endOfLog(path, 3).find("no log"), std::string::npos);
    ASSERT_TRUE(replaceFile(path, ""));
    EXPECT_NE(endOfLog(path, 3).find("empty"), std::string::npos);
    ASSERT_TRUE(replaceFile(path, "one\ntwo\nthree\nfour\n"));
    EXPECT_EQ(endOfLog(path, 2), "three\nfour");
    EXPECT_EQ(endOfLog(path, 9), "one\ntwo\nthree\nfour");
    ASSERT_TRUE(replaceFile(path, std::string(1 << 20, 'x') + "\nlast"));
    EXPECT_EQ(endOfLog(path, 1), "last");
}

} // namespace
