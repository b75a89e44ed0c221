// SPDX-License-Identifier: GPL-2.0-or-later
// Manual pages and completion: made of the table of commands, whole, and read by man, groff and bash without complaint.
#include "../../support/command.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "lab/small_file.h"
#include "world.h"
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

using Lines = std::vector<std::string>;

const ManualPage* page(const std::vector<ManualPage>& all, const std::string& file)
{
    const auto it = std::find_if(all.begin(), all.end(), [&](const ManualPage& p) { return p.file == file; });
    return it == all.end() ? nullptr : &*it;
}

std::string hyphenated(std::string words)
{
    std::replace(words.begin(), words.end(), ' ', '-');
    return words;
}

// The page as a reader sees it; what man complained of.
callbox::tests::CommandResult shown(World& world, const ManualPage& p)
{
    const std::string path = world.path("OUT/" + p.file);
    EXPECT_TRUE(lab::replaceFile(path, p.text));
    return callbox::tests::run({"env", "LC_ALL=C.UTF-8", "MANWIDTH=100", "MAN_KEEP_FORMATTING=", "man", "--warnings",
                                "-E", "UTF-8", "-l", path});
}

// Without the hyphens and breaks that a narrow page makes.
std::string words(const std::string& text)
{
    std::istringstream in(text);
    std::string out;
    for (std::string word; in >> word;)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

TEST(Manual, EveryCommandHasAPageAndTheOverviewNamesAll)
{
    const std::vector<ManualPage> all = manualPages(allCommands(), "1.2.3");
    const ManualPage* overview = page(all, "callbox.1");
    ASSERT_TRUE(overview);
    std::size_t visible = 0;
    for (const Command& c : allCommands()) {
        const ManualPage* p = page(all, "callbox-" + hyphenated(c.words()) + ".1");
        EXPECT_EQ(p == nullptr, c.hidden) << c.words();
        if (!p)
            continue;
        ++visible;
        EXPECT_THAT(overview->text, HasSubstr(".B " + c.words())) << "the overview lacks it";
        EXPECT_THAT(p->text, HasSubstr("Callbox 1.2.3"));
    }
    EXPECT_EQ(all.size(), visible + 1);
}

TEST(Manual, ManAndGroffReadEveryPageWithoutAWarningAndShowEveryOption)
{
    World world;
    for (const ManualPage& p : manualPages(allCommands(), "1.2.3")) {
        const auto read = shown(world, p);
        EXPECT_EQ(read.exitCode, 0) << p.file;
        EXPECT_EQ(read.err, "") << p.file;
        EXPECT_THAT(read.out, HasSubstr("NAME")) << p.file;
        const auto formatted = callbox::tests::run({"groff", "-Tutf8", "-ww", "-man", world.path("OUT/" + p.file)});
        EXPECT_EQ(formatted.exitCode, 0) << p.file;
        EXPECT_EQ(formatted.err, "") << p.file;
        for (const Command& c : allCommands())
            if (p.file == "callbox-" + hyphenated(c.words()) + ".1")
                for (const Option& o : optionsOf(c)) {
                    EXPECT_THAT(words(read.out), HasSubstr("--" + o.name)) << p.file;
                    for (const std::string& choice : o.choices)
                        EXPECT_THAT(words(read.out), HasSubstr(choice)) << p.file << " --" << o.name;
                }
    }
}

TEST(Manual, NothingInATextIsTakenForARequest)
{
    Command odd;
    odd.path = {"odd"};
    odd.summary =
        ".sp is no request, nor 'br; a \\fBbackslash\\fR, a - hyphen, \"quotes\", ` ^ ~ and an ellipsis \xE2\x80\xA6";
    odd.more = ".so /etc/passwd\n'nothing of it";
    odd.json = false;
    World world;
    const std::vector<ManualPage> all = manualPages({odd}, "1");
    const auto read = shown(world, *page(all, "callbox-odd.1"));
    EXPECT_EQ(read.err, "");
    EXPECT_THAT(words(read.out), HasSubstr(words(odd.summary)));
    EXPECT_THAT(words(read.out), HasSubstr(".so /etc/passwd 'nothing of it"));
}

// What bash offers after these words, the last one begun.
Lines completed(World& world, const std::vector<std::string>& typed)
{
    const std::string path = world.path("OUT/completion");
    EXPECT_TRUE(lab::replaceFile(path, bashCompletion(allCommands())));
    std::vector<std::string> argv{"bash",
                                  "--norc",
                                  "-c",
                                  "compopt() { :; }\nsource \"$1\" || exit 3\nshift\nCOMP_WORDS=(\"$@\")\n"
                                  "COMP_CWORD=$(($# - 1))\n_callbox\nprintf '%s\\n' \"${COMPREPLY[@]}\"",
                                  "-",
                                  path,
                                  "callbox"};
    argv.insert(argv.end(), typed.begin(), typed.end());
    const auto said = callbox::tests::run(argv);
    EXPECT_EQ(said.exitCode, 0) << said.err;
    EXPECT_EQ(said.err, "");
    Lines lines;
    std::istringstream in(said.out);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

TEST(Completion, OffersTheCommandsTheirOptionsAndTheirChoices)
{
    World world;
    Lines nouns, verbs, options;
    for (const Command& c : allCommands()) {
        if (c.hidden)
            continue;
        if (nouns.empty() || nouns.back() != c.path[0])
            nouns.push_back(c.path[0]);
        if (c.path[0] == "box")
            verbs.push_back(c.path[1]);
        if (c.words() == "message list")
            for (const Option& o : optionsOf(c))
                options.push_back("--" + o.name);
    }
    EXPECT_THAT(completed(world, {""}), testing::UnorderedElementsAreArray(nouns));
    EXPECT_THAT(completed(world, {""}), Not(Contains("manual"))) << "a hidden command is offered";
    EXPECT_THAT(completed(world, {"box", ""}), testing::UnorderedElementsAreArray(verbs));
    EXPECT_THAT(completed(world, {"box", "dr"}), ElementsAre("drain"));
    EXPECT_THAT(completed(world, {"message", "list", "--"}), testing::UnorderedElementsAreArray(options));
    EXPECT_THAT(completed(world, {"message", "list", "--state", "st"}), ElementsAre("stored"));
    EXPECT_THAT(
        completed(world, {"message", "list", "--dir", world.path("LAB").substr(0, world.path("LAB").size() - 1)}),
        ElementsAre(world.path("LAB")));
    EXPECT_THAT(completed(world, {"config", "check", world.path("OUT") + "/boxes"}),
                ElementsAre(world.path("OUT") + "/boxes.json"));
    EXPECT_THAT(completed(world, {"nonsense", ""}), ElementsAre(""));
}

} // namespace
