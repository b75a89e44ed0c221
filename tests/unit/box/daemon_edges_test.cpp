// SPDX-License-Identifier: GPL-2.0-or-later
// A daemon that ends: what is queued for the disk is written, under the lock, by files that are there still.
#include "../../support/scratch_folder.h"
#include "box/daemon_edges.h"
#include <filesystem>
#include <future>
#include <gtest/gtest.h>

using namespace callbox;

namespace {

class DaemonEnds : public testing::Test {
protected:
    DaemonEnds()
    {
        config.state = folder.path() + "/state";
        config.log = folder.path() + "/log";
    }
    tests::ScratchFolder folder{"edges"};
    box::BoxConfig config;
};

TEST_F(DaemonEnds, WhatIsQueuedForTheDiskIsWrittenBeforeTheFolderIsLetGo)
{
    constexpr int jobs = 200;
    for (const bool faults : {false, true}) {
        config.lines.faults = faults;
        int written = 0, unlocked = 0; // the worker's until the edges are gone
        {
            auto opened = box::DaemonEdges::open(config);
            ASSERT_TRUE(opened) << opened.error().what;
            const Edges& edges = (*opened)->edges;
            std::promise<void> ends;
            std::shared_future<void> ending = ends.get_future().share();
            edges.disk.run([ending] { ending.wait(); }, {});
            for (int i = 0; i < jobs; ++i)
                edges.disk.run(
                    [this, &files = edges.files, &written, &unlocked, i] {
                        auto file = files.open(config.state + "/" + std::to_string(i), OpenMode::create);
                        const std::uint8_t octet = 1;
                        written += file && (*file)->write(0, {&octet, 1}) && (*file)->sync();
                        unlocked += FolderLock::take(config.state).has_value();
                    },
                    {});
            ends.set_value();
        }
        EXPECT_EQ(written, jobs);
        EXPECT_EQ(unlocked, 0) << "another daemon could have come in while this one still wrote";
    }
}

TEST_F(DaemonEnds, ASecondDaemonInTheFolderIsRefusedInWords)
{
    const auto first = box::DaemonEdges::open(config);
    ASSERT_TRUE(first) << first.error().what;
    const auto second = box::DaemonEdges::open(config);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::busy);
    EXPECT_NE(second.error().what.find(config.state), std::string::npos) << second.error().what;
}

} // namespace
