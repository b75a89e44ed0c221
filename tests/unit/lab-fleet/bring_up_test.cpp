// SPDX-License-Identifier: GPL-2.0-or-later
// A lab that cannot come up says why and leaves nothing running; with stand-ins for the programs.
#include "../../support/scratch_folder.h"
#include "lab/bring_up.h"
#include "lab/small_file.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <callbox/base/whole_file.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::lab;
namespace fs = std::filesystem;

namespace {

struct World {
    World()
    {
        options.dir = folder.path() + "/lab";
        options.programs = folder.path() + "/bin";
        options.boxes = 2;
        fs::create_directory(options.programs);
        for (const char* name : {"callbox", "callboxd", "callbox-switchd"})
            program(name, "exec sleep 1000");
    }
    void program(const std::string& name, const std::string& script) const
    {
        const std::string path = options.programs + "/" + name;
        EXPECT_TRUE(replaceFile(path, "#!/bin/sh\n" + script + "\n"));
        fs::permissions(path, fs::perms::owner_all);
    }
    Result<void> bringUpNow(Duration limit)
    {
        std::optional<Result<void>> outcome;
        TaskGroup tasks(loop);
        LabWorld world{loop, *http, [this](const std::string& what) { waitedFor.push_back(what); }, limit};
        tasks.start(bringUp(world, options), [&](Result<void> r) {
            outcome = std::move(r);
            loop.stop();
        });
        loop.run();
        return *outcome;
    }
    // Programs that were started from this world's folder and live.
    [[nodiscard]] std::size_t running() const
    {
        std::size_t n = 0;
        std::error_code ec;
        for (const auto& entry : fs::directory_iterator("/proc", ec)) {
            const auto text = readToEnd(entry.path().string() + "/environ");
            const auto cwd = fs::read_symlink(entry.path() / "cwd", ec);
            if (!ec && text && cwd.string().starts_with(folder.path()))
                ++n;
        }
        return n;
    }
    tests::ScratchFolder folder{"up"};
    RealLoop loop;
    std::unique_ptr<control::HttpClient> http = control::makeHttpClient(loop);
    FleetOptions options;
    std::vector<std::string> waitedFor;
};

TEST(BringUp, AProgramThatEndsAtOnceIsNamedWithTheEndOfItsLog)
{
    World w;
    w.program("callbox", "echo the exchange has no clock >&2; exit 1");
    const auto r = w.bringUpNow(60s);
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("exchange"), std::string::npos) << r.error().what;
    EXPECT_NE(r.error().what.find("the exchange has no clock"), std::string::npos) << r.error().what;
    EXPECT_EQ(w.running(), 0u);
    EXPECT_FALSE(fs::exists(w.options.dir + "/lab.json"));
    EXPECT_FALSE(fs::exists(w.options.dir + "/processes.json"));
}

TEST(BringUp, OneThatNeverAnswersIsNamedAndNothingIsLeftRunning)
{
    World w;
    const auto r = w.bringUpNow(1s);
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("exchange was not ready within 1 s"), std::string::npos) << r.error().what;
    EXPECT_FALSE(w.waitedFor.empty());
    EXPECT_EQ(w.running(), 0u);
}

TEST(BringUp, OneThatIsGivenUpHalfWayLeavesNothingRunning)
{
    World w;
    {
        TaskGroup tasks(w.loop);
        LabWorld world{w.loop, *w.http, [&](const std::string&) { w.loop.stop(); }, 60s};
        tasks.start(bringUp(world, w.options));
        w.loop.run();
        EXPECT_EQ(w.running(), 1u);
        EXPECT_TRUE(loadProcesses(w.options.dir));
    }
    EXPECT_EQ(w.running(), 0u);
}

TEST(BringUp, ASecondLabInOneFolderIsRefusedAndTheFirstGoesOn)
{
    World w;
    fs::create_directories(w.options.dir);
    Process p{"exchange", {"/bin/sleep", "1000"}, w.options.dir, w.options.dir + "/log"};
    ASSERT_TRUE(start(p));
    ASSERT_TRUE(saveProcesses(w.options.dir, {&p, 1}));
    const auto r = w.bringUpNow(60s);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::busy);
    EXPECT_NE(r.error().what.find("lab down"), std::string::npos) << r.error().what;
    EXPECT_TRUE(isAlive(p));
    EXPECT_EQ(*takeDown(w.options.dir), 1u);
    EXPECT_FALSE(isAlive(p));
    EXPECT_EQ(*takeDown(w.options.dir), 0u) << "down again is no error";
}

TEST(BringUp, DownWhereThereNeverWasALab)
{
    World w;
    EXPECT_EQ(takeDown(w.folder.path() + "/nowhere").error().code, Errc::not_found);
}

TEST(BringUp, AProgramThatIsMissingIsNamed)
{
    World w;
    fs::remove(w.options.programs + "/callbox");
    const auto r = w.bringUpNow(60s);
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find(w.options.programs + "/callbox"), std::string::npos) << r.error().what;
}

} // namespace
