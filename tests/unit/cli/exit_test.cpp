// SPDX-License-Identifier: GPL-2.0-or-later
// Exit codes tell the truth: every command, every way it can end (N98).
#include "calls.h"
#include "world.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

using namespace callbox::cli;
using namespace callbox::cli::tests;

namespace {

TEST(Exits, EveryCommandIsTried)
{
    std::set<std::string> tried, there;
    for (const CommandCalls& c : commandCalls())
        tried.insert(c.command);
    for (const Command& c : allCommands())
        if (!c.hidden)
            there.insert(c.words());
    EXPECT_EQ(tried, there) << "a command without a good call in calls.cpp, or one that is no more";
}

TEST(Exits, AGoodCallEndsWithZero)
{
    for (const CommandCalls& c : commandCalls()) {
        if (c.command == "lab load" || c.command == "lab up" || c.command == "lab exchange" ||
            c.command == "lab card up")
            continue; // the load shown has a failed call: 1; what starts processes has tests of its own
        World world;
        const Said said = world.run(wordsOf(c, c.good));
        EXPECT_EQ(said.exit, 0) << c.command << "\n" << said.err;
        EXPECT_FALSE(said.out.empty()) << c.command;
    }
}

TEST(Exits, AProblemFoundIsOne)
{
    const Words all[] = {
        {"lab", "load", "--dir", "LAB", "--rate", "6", "--calls", "60", "--hold", "5"}, // one of the calls failed
        {"lab", "call", "--dir", "LAB", "--from", "+12125550199", "--to", "+12125550000"},
        {"config", "check", "OUT/call.json"},
        {"config", "check", "OUT/nothing.ini"},
        {"message", "show", "99", "--dir", "LAB"},
        {"message", "delete", "99", "--dir", "LAB", "--yes"},
        {"message", "export", "17", "--dir", "LAB", "--out", "OUT/nowhere/17.wav"},
        {"switch", "explain", "trunk1-99", "--dir", "LAB"},
        {"span", "status", "trunk9", "--dir", "LAB"},
        {"call", "hangup", "nothing-1", "--dir", "LAB", "--yes"},
        {"span", "set", "trunk9", "--dir", "LAB", "--service", "in"},
        {"alarm", "ack", "no-modem-ready", "--dir", "LAB"},
        {"box", "status", "--dir", "LAB", "--box", "box9"},
        {"lab", "down", "--dir", "EMPTY/nowhere"},
    };
    for (const Words& words : all) {
        World world;
        const Said said = world.run(words);
        EXPECT_EQ(said.exit, 1) << testing::PrintToString(words) << "\n" << said.out << said.err;
        EXPECT_FALSE(said.err.empty() && said.out.empty()) << testing::PrintToString(words);
    }
}

TEST(Exits, AUsageMistakeIsTwoAndAsksNobody)
{
    for (const CommandCalls& c : commandCalls()) {
        World world;
        Words words = wordsOf(c, c.good);
        words.push_back("--nonsense");
        const Said said = world.run(words);
        EXPECT_EQ(said.exit, 2) << c.command;
        EXPECT_EQ(said.out, "") << c.command;
        EXPECT_NE(said.err.find("--nonsense"), std::string::npos) << said.err;
        EXPECT_TRUE(world.asked.requests.empty()) << c.command;
    }
    World world;
    for (const Words& words : {Words{}, Words{"explode"}, Words{"box", "explode"}, Words{"box"}, Words{"--json"}}) {
        EXPECT_EQ(world.run(words).exit, 2);
        EXPECT_EQ(world.run(words).out, "");
    }
}

TEST(Exits, WhatBreaksSomethingWantsAYes)
{
    World world;
    for (const Words& words :
         {Words{"box", "maintenance", "--dir", "LAB"}, Words{"call", "hangup", "box1-tie1-7", "--dir", "LAB"},
          Words{"message", "delete", "17", "--dir", "LAB"},
          Words{"span", "set", "box1-tie1", "--dir", "LAB", "--restart"},
          Words{"span", "set", "box1-tie1", "--dir", "LAB", "--service", "out"},
          Words{"test", "bert", "box1-tie1", "--dir", "LAB", "--all"}}) {
        const Said said = world.run(words);
        EXPECT_EQ(said.exit, 2);
        EXPECT_NE(said.err.find("--yes"), std::string::npos) << said.err;
    }
    for (const auto& request : world.asked.requests)
        EXPECT_TRUE(request.starts_with("GET ")) << request;
}

TEST(Exits, ADaemonThatIsNotThereIsThree)
{
    for (const CommandCalls& c : commandCalls()) {
        if (!c.asks)
            continue;
        World world;
        const Said said = world.run(inEmptyFolder(wordsOf(c, c.good)));
        EXPECT_EQ(said.exit, 3) << c.command << "\n" << said.err;
        EXPECT_NE(said.err.find(" up --dir EMPTY"), std::string::npos)
            << c.command << " does not say what to do: " << said.err;
    }
}

// N103: which cards there are is known without a daemon, and it is said that none was asked.
TEST(Exits, CardListWorksWithTheDaemonDown)
{
    World world;
    const Said said = world.run({"card", "list", "--socket", "OUT/nothing.sock", "--json"});
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_NE(said.err.find("is not reached"), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("as this machine's drivers tell them"), std::string::npos) << said.err;
    const json document = json::parse(said.out, nullptr, false);
    ASSERT_TRUE(document.is_object()) << said.out;
    EXPECT_TRUE(document["cards"].is_array());
    EXPECT_EQ(document["unreached"].size(), 1u);
}

TEST(Exits, ASocketThatIsNotOursIsFour)
{
    for (const CommandCalls& c : commandCalls()) {
        if (!c.asks)
            continue;
        World world;
        const Said said = world.run(wordsOf(c, c.good), Daemons::locked);
        EXPECT_EQ(said.exit, 4) << c.command << "\n" << said.out << said.err;
        EXPECT_TRUE(world.asked.requests.empty()) << c.command;
    }
}

} // namespace
