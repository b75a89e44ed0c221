// SPDX-License-Identifier: GPL-2.0-or-later
// A box that cannot record says so, whatever it is that it cannot write, and says when it can again (design 9.5).
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

struct Case {
    const char* what;
    std::initializer_list<Step> steps;
    const char* ending;
};

TEST(Health, WhatCannotBeWrittenTurnsCanRecordOffAndItsReturnTurnsItOn)
{
    for (const Case& c : {Case{"the audio file cannot be made", {Step::open}, ".wav"},
                          Case{"its header cannot be written", {Step::write}, ".wav"},
                          Case{"its name cannot be synced", {Step::syncFolder}, "/audio"},
                          Case{"nothing can be made in its folder", {Step::open}, ".wav"},
                          Case{"the database cannot be written", {Step::write}, "-wal"},
                          Case{"the database cannot be synced", {Step::sync}, "-wal"}}) {
        StoreWorld w;
        ASSERT_TRUE(w.open());
        ASSERT_TRUE(w.deposit());
        w.loop.runFor(2s);
        ASSERT_TRUE(w.store->health().canRecord) << c.what;
        w.faulty.fault = [&](Step step, const std::string& path) -> std::optional<Error> {
            const bool audio = std::string(c.ending) == ".wav" && path.find("/audio/") != std::string::npos;
            if (std::find(c.steps.begin(), c.steps.end(), step) == c.steps.end() ||
                (!audio && !path.ends_with(c.ending)))
                return std::nullopt;
            return Error{Errc::io, path + ": input/output error (injected)"};
        };
        EXPECT_FALSE(w.deposit()) << c.what;
        EXPECT_FALSE(w.store->health().canRecord) << c.what << ": the box says that it can record";
        EXPECT_FALSE(w.store->health().why.empty()) << c.what;
        w.loop.runFor(30s);
        EXPECT_FALSE(w.store->health().canRecord) << c.what << ": 30 s later the box says that it can record";
        w.faulty.fault = {};
        w.loop.runFor(5s);
        EXPECT_TRUE(w.store->health().canRecord) << c.what << ": " << w.store->health().why;
        const auto after = w.deposit();
        EXPECT_TRUE(after) << c.what << ": " << after.error().what;
    }
}

TEST(Health, ADiskThatFailsWhileSomebodySpeaksTurnsItOff)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
    ASSERT_TRUE(draft);
    w.faulty.fault = [](Step step, const std::string& path) -> std::optional<Error> {
        if (step != Step::write || path.find("/audio/") == std::string::npos)
            return std::nullopt;
        return Error{Errc::io, path + ": input/output error (injected)"};
    };
    StoreWorld::speak(**draft, StoreWorld::speech(8000));
    w.loop.runFor(500ms);
    EXPECT_TRUE((*draft)->failed());
    w.loop.runFor(1s);
    EXPECT_FALSE(w.store->health().canRecord);
}

TEST(Health, ADatabaseThatTakesNoNoticesTurnsItOff)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    w.faulty.failing({Step::write, Step::sync}, "-wal");
    EXPECT_FALSE(w.run(w.store->take("sms", 1)));
    EXPECT_FALSE(w.store->health().canRecord);
    w.faulty.fault = {};
    w.loop.runFor(5s);
    EXPECT_TRUE(w.store->health().canRecord) << w.store->health().why;
    EXPECT_EQ(w.run(w.store->take("sms", 1))->size(), 1u);
}

TEST(Health, ARecipientWithoutANumberLeftIsNoFaultOfTheDisk)
{
    StoreWorld w(1);
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    ASSERT_FALSE(w.deposit());
    w.loop.runFor(2s);
    EXPECT_TRUE(w.store->health().canRecord) << w.store->health().why;
}

} // namespace
