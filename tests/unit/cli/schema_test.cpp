// SPDX-License-Identifier: GPL-2.0-or-later
// JSON Schemas: one for each command that prints JSON, and every document of the transcripts fits (N99). The validator
// is Python's jsonschema: of those that Debian has it alone knows draft 2020-12.
#include "../../support/command.h"
#include "calls.h"
#include "lab/small_file.h"
#include "world.h"
#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::HasSubstr;

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(CALLBOX_TEST_FOLDER);
const fs::path schemas = folder / "../../../service/cli/schemas";

callbox::tests::CommandResult validate(const fs::path& of, const fs::path& transcripts)
{
    return callbox::tests::run({"python3", (folder / "validate.py").string(), of.string(), transcripts.string()});
}

TEST(Schemas, EveryCommandThatPrintsJsonHasOneAndNoOtherHas)
{
    std::vector<std::string> expected, there;
    for (const Command& c : allCommands()) {
        std::string name = c.words();
        std::replace(name.begin(), name.end(), ' ', '_');
        if (c.json && !c.hidden)
            expected.push_back(name + ".json");
    }
    for (const auto& e : fs::directory_iterator(schemas))
        if (e.path().extension() == ".json")
            there.push_back(e.path().filename().string());
    EXPECT_THAT(there, testing::UnorderedElementsAreArray(expected));
}

TEST(Schemas, EveryDocumentOfTheTranscriptsFitsAndItsBrokenTwinsDoNot)
{
    const auto said = validate(schemas, folder / "transcripts");
    EXPECT_EQ(said.exitCode, 0) << said.out << said.err;
    EXPECT_GE(std::atoi(said.out.c_str()), 60) << said.out;
    EXPECT_EQ(said.out.find(" 0 twins"), std::string::npos) << said.out;
}

TEST(Schemas, ADocumentOfAnotherShapeIsFound)
{
    World world;
    const auto with = [&](const std::string& document) {
        EXPECT_TRUE(callbox::lab::replaceFile(world.path("OUT/t.txt"),
                                              "$ callbox call hangup x --json\n-- out\n" + document + "\n-- exit 0\n"));
        return validate(schemas, world.path("OUT"));
    };
    EXPECT_EQ(with("{\n  \"call\": \"x\",\n  \"version\": 1\n}").exitCode, 0);
    EXPECT_THAT(with("{\n  \"call\": 7,\n  \"version\": 1\n}").out, HasSubstr("$.call: 7 is not of type 'string'"));
    EXPECT_EQ(with("{\n  \"call\": \"x\",\n  \"version\": 2\n}").exitCode, 1);
}

} // namespace
