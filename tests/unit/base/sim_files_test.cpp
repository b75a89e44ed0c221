// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated disk is as strict as a real one about folders, and as forgetful at a power cut; what it promises is
// asked of this machine's disk too where that can be seen without cutting its power.
#include "../../support/contents.h"
#include "../../support/scratch_folder.h"
#include <callbox/base/bytes.h>
#include <callbox/base/sim_files.h>
#include <filesystem>
#include <gtest/gtest.h>

using namespace callbox;
using callbox::tests::contents;

namespace {

Result<void> put(Files& files, const std::string& path, std::uint8_t octet, bool synced = true)
{
    auto file = files.open(path, OpenMode::create);
    if (!file)
        return file.error();
    if (auto r = (*file)->write(0, {&octet, 1}); !r)
        return r;
    return synced ? (*file)->sync() : Result<void>();
}

// What both disks do alike. `root` exists.
void behavesLikeADisk(Files& files, const std::string& root)
{
    EXPECT_EQ(put(files, root + "/none/a", 1).error().code, Errc::not_found) << "a file in a folder that is not there";
    ASSERT_TRUE(put(files, root + "/a", 1));
    EXPECT_EQ(files.rename(root + "/a", root + "/none/a").error().code, Errc::not_found);
    EXPECT_TRUE(*files.exists(root + "/a")) << "a rename that failed lost the file";
    EXPECT_EQ(files.syncDirectory(root + "/none").error().code, Errc::not_found);
    EXPECT_FALSE(files.makeDirectories(root + "/a/b")) << "a file is no folder";
    EXPECT_FALSE(put(files, root + "/a/b", 1));
    ASSERT_TRUE(files.makeDirectories(root + "/one/two"));
    ASSERT_TRUE(put(files, root + "/one/two/b", 2));
    EXPECT_FALSE(put(files, root + "/one", 3)) << "a folder was written as a file";
    EXPECT_FALSE(files.remove(root + "/one")) << "a folder with something in it went away";
    EXPECT_EQ(*files.list(root), (std::vector<std::string>{"a", "one"}));
    ASSERT_TRUE(files.rename(root + "/a", root + "/one/two/b"));
    EXPECT_EQ(contents(files, root + "/one/two/b"), OctetBuffer{1}) << "a rename replaces what has that name";
    EXPECT_FALSE(*files.exists(root + "/a"));
    for (const std::size_t many : {std::size_t(0), std::size_t(1), std::size_t(20)}) {
        std::vector<std::unique_ptr<File>> opened;
        std::vector<File*> all;
        for (std::size_t i = 0; i < many; ++i) {
            opened.push_back(std::move(*files.open(root + "/many" + std::to_string(i), OpenMode::create)));
            const auto octet = std::uint8_t(i);
            ASSERT_TRUE(opened.back()->write(0, {&octet, 1}));
            all.push_back(opened.back().get());
        }
        const auto synced = files.syncAll(all);
        ASSERT_EQ(synced.size(), many);
        for (const Result<void>& r : synced)
            EXPECT_TRUE(r) << r.error().what;
    }
}

TEST(SimFiles, BehavesLikeADisk)
{
    SimFiles files;
    ASSERT_TRUE(files.makeDirectories("/root"));
    behavesLikeADisk(files, "/root");
}

TEST(SystemFiles, BehavesLikeADisk)
{
    const tests::ScratchFolder folder("files");
    const auto files = makeSystemFiles();
    behavesLikeADisk(*files, folder.path());
}

TEST(SimFiles, AFolderWhoseParentWasNotSyncedIsGoneAfterAPowerCutWithAllInIt)
{
    SimFiles files;
    ASSERT_TRUE(files.makeDirectories("/state/audio"));
    ASSERT_TRUE(put(files, "/state/audio/a", 1));
    ASSERT_TRUE(files.syncDirectory("/state/audio"));
    ASSERT_TRUE(files.syncDirectory("/state"));
    files.powerCut();
    EXPECT_FALSE(*files.exists("/state")) << "/ was not synced";
    EXPECT_FALSE(*files.exists("/state/audio/a"));
    EXPECT_FALSE(put(files, "/state/audio/a", 1));
}

TEST(SimFiles, WhatWasSyncedUpToTheRootIsThereAfterAPowerCut)
{
    SimFiles files;
    ASSERT_TRUE(files.makeDirectories("/state/audio"));
    for (const char* folder : {"/", "/state"})
        ASSERT_TRUE(files.syncDirectory(folder));
    ASSERT_TRUE(put(files, "/state/audio/a", 1));
    ASSERT_TRUE(put(files, "/state/audio/b", 2, false));
    ASSERT_TRUE(files.syncDirectory("/state/audio"));
    ASSERT_TRUE(put(files, "/state/audio/c", 3));
    files.powerCut();
    EXPECT_EQ(*files.list("/state/audio"), (std::vector<std::string>{"a", "b"})) << "the name of c was not synced";
    EXPECT_EQ(contents(files, "/state/audio/a"), OctetBuffer{1});
    EXPECT_TRUE(contents(files, "/state/audio/b").empty()) << "its name was synced, what is in it was not";
}

TEST(SimFiles, ARenameAndARemovalAreUndoneByAPowerCutBeforeTheFolderIsSynced)
{
    SimFiles files;
    ASSERT_TRUE(files.makeDirectories("/state"));
    ASSERT_TRUE(files.syncDirectory("/"));
    ASSERT_TRUE(put(files, "/state/a", 1));
    ASSERT_TRUE(put(files, "/state/b", 2));
    ASSERT_TRUE(files.syncDirectory("/state"));
    ASSERT_TRUE(files.rename("/state/a", "/state/c"));
    ASSERT_TRUE(files.remove("/state/b"));
    files.powerCut();
    EXPECT_EQ(*files.list("/state"), (std::vector<std::string>{"a", "b"}));
    ASSERT_TRUE(files.remove("/state/b"));
    ASSERT_TRUE(files.syncDirectory("/state"));
    files.powerCut();
    EXPECT_EQ(*files.list("/state"), (std::vector<std::string>{"a"}));
}

} // namespace
