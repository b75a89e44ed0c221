// SPDX-License-Identifier: GPL-2.0-or-later
// What a vendor's typing mistakes look like to him: file, line, key, value, what is allowed.
#include <callbox/base/ini.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using testing::ElementsAre;

namespace {

struct Bound {
    std::string id;
    int weight = 0;
    bool faults = false;
    Duration limit{};
    std::string law;
    std::vector<std::string> access;
    std::vector<std::string> problems;
};

Bound bindText(std::string_view text)
{
    Bound b;
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "box.conf", problems);
    std::vector<ini::Key> keys{
        ini::required("id", b.id, "a name", "the box's name"),
        ini::integer("weight", b.weight, 0, 1000, 100, "share of calls"),
        ini::boolean("faults", b.faults, false, "fault injection"),
        ini::seconds("limit_s", b.limit, 1s, 600s, 120s, "longest message"),
        ini::choice("law", b.law, {"alaw", "mulaw"}, "alaw", "the line's law"),
    };
    keys.push_back(ini::custom("access", "a number", "", "access number", [&](const std::string& v) {
        b.access.push_back(v);
        return v.starts_with("+");
    }));
    keys.back().list = true;
    for (const ini::Section& s : doc.sections)
        if (s.kind == "box")
            ini::bind(doc, s, keys, problems);
    for (const ini::Problem& p : problems)
        b.problems.push_back(p.message());
    return b;
}

TEST(Ini, ReadsValuesPresetsListsAndComments)
{
    const Bound b =
        bindText("# a box\n[box]\nid = box 1 # the first\nfaults = yes\naccess = +1212#5\naccess = +1213\n");
    EXPECT_THAT(b.problems, ElementsAre());
    EXPECT_EQ(b.id, "box 1");
    EXPECT_EQ(b.weight, 100);
    EXPECT_TRUE(b.faults);
    EXPECT_EQ(b.limit, 120s);
    EXPECT_THAT(b.access, ElementsAre("+1212#5", "+1213"));
}

TEST(Ini, NamesFileLineKeyValueAndWhatIsAllowed)
{
    const Bound b = bindText("[box]\nid = a\nweight = heavy\nlaw = blaw\nlimit_s = 601\nfaults = maybe\n");
    EXPECT_THAT(b.problems,
                ElementsAre("box.conf:3: weight = heavy: 0 to 1000", "box.conf:6: faults = maybe: yes or no",
                            "box.conf:5: limit_s = 601: 1 to 600 seconds", "box.conf:4: law = blaw: alaw, mulaw"));
}

TEST(Ini, ProposesTheNearestKey)
{
    EXPECT_THAT(bindText("[box]\nid = a\nwieght = 5\n").problems,
                ElementsAre("box.conf:3: wieght = 5: no such key in [box]; did you mean weight?"));
}

TEST(Ini, MissingDoubleAndStrayLinesAreProblems)
{
    EXPECT_THAT(bindText("stray = 1\n[box\n[box]\njunk\nweight = 1\nweight = 2\n").problems,
                ElementsAre("box.conf:1: stray = 1: stands before the first [SECTION]",
                            "box.conf:2: [box: a section is [KIND] or [KIND NAME]",
                            "box.conf:4: junk: a line is KEY = VALUE, [SECTION] or a # comment",
                            "box.conf:3: id = : is missing; a name",
                            "box.conf:6: weight = 2: given twice in this section"));
}

TEST(Ini, AMissingFileSaysWhich)
{
    std::vector<ini::Problem> problems;
    auto doc = ini::load("/nonexistent/box.conf", problems);
    ASSERT_FALSE(doc);
    EXPECT_NE(doc.error().what.find("/nonexistent/box.conf"), std::string::npos);
}

} // namespace
