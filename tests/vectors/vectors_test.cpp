// SPDX-License-Identifier: GPL-2.0-or-later
// Every vector, played and compared; and that there are enough of them.
#include "player.h"
#include <gtest/gtest.h>
#include <set>

using namespace callbox;
using namespace callbox::tests;

namespace callbox::tests {

void PrintTo(const Vector& v, std::ostream* out)
{
    *out << v.file << ":" << v.line << " " << v.name;
}

} // namespace callbox::tests

namespace {

std::vector<Vector> all()
{
    auto r = readAllVectors(VECTORS_DIR);
    return r ? *r : std::vector<Vector>{};
}

std::string testName(const testing::TestParamInfo<Vector>& p)
{
    std::string n = p.param.file.substr(0, p.param.file.find('.')) + "_" + p.param.name;
    std::replace_if(
        n.begin(), n.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    return n;
}

class Play : public testing::TestWithParam<Vector> {};

INSTANTIATE_TEST_SUITE_P(Q931, Play, testing::ValuesIn(all()), testName);

TEST_P(Play, AnswersAsTheStandardSays)
{
    Player player(GetParam().side, GetParam().type);
    EXPECT_EQ(player.play(GetParam()), "") << GetParam().clause;
}

TEST(Vectors, FilesAreUnderstoodAndHoldAtLeastSixtyMessages)
{
    const auto r = readAllVectors(VECTORS_DIR);
    ASSERT_TRUE(r) << (r ? "" : r.error().what);
    std::set<OctetBuffer> different;
    std::set<std::string> names;
    for (const Vector& v : *r) {
        EXPECT_TRUE(names.insert(v.name).second) << v.name << " is there twice";
        for (const Step& s : v.steps)
            if (s.kind == Step::Kind::send || s.kind == Step::Kind::expect)
                different.insert(s.octets);
    }
    EXPECT_GE(r->size(), 60u);
    EXPECT_GE(different.size(), 100u);
}

TEST(Vectors, AWrongOctetOrASilentAnswerIsNoticed)
{
    const auto r = readAllVectors(VECTORS_DIR);
    ASSERT_TRUE(r);
    unsigned noticed = 0, tried = 0;
    for (Vector v : *r) {
        for (Step& s : v.steps)
            if (s.kind == Step::Kind::expect) {
                s.octets.back() ^= 1;
                ++tried;
                Player player(v.side, v.type);
                noticed += !player.play(v).empty();
                break;
            }
        if (tried == 10)
            break;
    }
    EXPECT_EQ(noticed, tried);
    EXPECT_EQ(tried, 10u);
}

} // namespace
