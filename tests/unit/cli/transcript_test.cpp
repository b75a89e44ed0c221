// SPDX-License-Identifier: GPL-2.0-or-later
// What each command says, to people and to programs, when all is well and when it is not: compared with transcripts/.
#include "cli/help.h"
#include "lab/bring_up.h"
#include "transcript.h"
#include <algorithm>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;

namespace {

const Command* commandOf(const CommandCalls& calls)
{
    for (const Command& c : allCommands())
        if (c.words() == calls.command)
            return &c;
    return nullptr;
}

std::string fileName(std::string command)
{
    std::replace(command.begin(), command.end(), ' ', '_');
    return command;
}

bool needsSomething(const Command& c)
{
    const std::vector<Option> options = optionsOf(c);
    return std::any_of(c.arguments.begin(), c.arguments.end(), [](const Argument& a) { return a.required; }) ||
           std::any_of(options.begin(), options.end(), [](const Option& o) { return o.required; });
}

Words with(Words words, const Words& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

class Transcripts : public testing::TestWithParam<CommandCalls> {
protected:
    void ask(const Words& words, Daemons daemons = Daemons::answering)
    {
        transcript.add(words, world.run(words, daemons));
    }
    World world;
    Transcript transcript;
};

TEST_P(Transcripts, SayWhatTheySaid)
{
    const CommandCalls& calls = GetParam();
    const Command* command = commandOf(calls);
    ASSERT_TRUE(command) << calls.command;
    if (calls.command == "lab up")
        world.health = Health::well; // it waits for that
    const Words good = wordsOf(calls, calls.good);
    ask(wordsOf(calls, {"--help"}));
    ask(good);
    if (command->json)
        ask(with(good, {"--json"}));
    for (const Words& other : calls.others) {
        ask(wordsOf(calls, other));
        if (command->json)
            ask(wordsOf(calls, with(other, {"--json"})));
    }
    ask(with(good, {"--nonsense"}));
    ask(with(good, {"surplus", "surplus"}));
    if (needsSomething(*command))
        ask(wordsOf(calls, {}));
    for (const Option& o : optionsOf(*command))
        if ((!o.choices.empty() || o.range || o.decimal) &&
            std::find(good.begin(), good.end(), "--" + o.name) == good.end())
            ask(with(good, {"--" + o.name, "nonsense"}));
    if (calls.asks) {
        ask(inEmptyFolder(good));
        ask(good, Daemons::locked);
    }
    if (calls.command == "lab up" || calls.command == "lab exchange") {
        EXPECT_TRUE(lab::takeDown(world.path("LAB")));
    }
    if (calls.command == "lab card up") {
        EXPECT_TRUE(lab::takeDown(world.path("LAB/cards")));
    }
    transcript.compare(fileName(calls.command));
}

INSTANTIATE_TEST_SUITE_P(Cli, Transcripts, testing::ValuesIn(commandCalls()),
                         [](const auto& tested) { return fileName(tested.param.command); });

TEST(Transcript, WithoutACommand)
{
    World world;
    Transcript transcript;
    const Words all[] = {{},
                         {"--help"},
                         {"help", "box"},
                         {"--version"},
                         {"box"},
                         {"box", "--json"},
                         {"box", "stauts"},
                         {"box", "explode"},
                         {"lab", "card"},
                         {"lab", "card", "atach"},
                         {"stauts"},
                         {"messages", "list"},
                         {"--json"}};
    for (const Words& words : all)
        transcript.add(words, world.run(words));
    transcript.compare("callbox");
}

TEST(Transcript, ALabComesUpOnceAndGoesDown)
{
    World world;
    world.health = Health::well;
    Transcript transcript;
    const Words up{"lab", "up", "--dir", "LAB", "--boxes", "2", "--country", "us", "--json"};
    const Words down{"lab", "down", "--dir", "LAB"};
    for (const Words& words : {up, up, down, up, with(down, {"--json"}), down})
        transcript.add(words, world.run(words));
    transcript.compare("lab");
}

TEST(Transcript, VirtualCardsComeUpOnceAndGoDown)
{
    World world;
    Transcript transcript;
    const Words up{"lab", "card", "up", "--dir", "LAB", "--json"};
    const Words down{"lab", "card", "down", "--dir", "LAB"};
    for (const Words& words : {up, up, down, up, with(down, {"--json"}), down})
        transcript.add(words, world.run(words));
    transcript.compare("cards");
}

TEST(Transcript, EveryFileIsOfACommand)
{
    std::vector<std::string> expected{"callbox.txt", "cards.txt", "lab.txt"};
    for (const CommandCalls& c : commandCalls())
        expected.push_back(fileName(c.command) + ".txt");
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(transcriptNames(), expected);
}

TEST(Transcript, TablesAreCutToTheTerminal)
{
    World world;
    const Said said = world.runOnTerminal({"switch", "boxes", "--dir", "LAB"}, 60);
    EXPECT_EQ(said.exit, 0);
    EXPECT_NE(said.out.find("…"), std::string::npos) << said.out;
}

} // namespace
