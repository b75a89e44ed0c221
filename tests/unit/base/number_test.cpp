// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers and secrets do not print by accident; chance is even; log lines stay one line.
#include <algorithm>
#include <array>
#include <callbox/base/bytes.h>
#include <callbox/base/log.h>
#include <callbox/base/random.h>
#include <gtest/gtest.h>

using namespace callbox;

namespace {

TEST(PhoneNumber, TakesE164AndNothingElse)
{
    EXPECT_TRUE(PhoneNumber::parse("+12125550199"));
    for (const char* bad : {"", "+", "+1", "12125550199", "+1212555019a", "+1234567890123456", "++12", "+12 12"})
        EXPECT_FALSE(PhoneNumber::parse(bad)) << bad;
}

TEST(PhoneNumber, IsMaskedInLogsAndErrors)
{
    EXPECT_EQ(PhoneNumber::parse("+12125550199")->masked(), "+1212*****99");
    EXPECT_EQ(Field("to", *PhoneNumber::parse("+12125550199")).value, "+1212*****99");
    EXPECT_EQ(PhoneNumber::parse("+1234")->masked(), "+****");
    EXPECT_EQ(PhoneNumber::parse("12027770143x").error().what.find("7770143"), std::string::npos);
}

TEST(Secret, MatchesOnlyTheWhole)
{
    const Secret code("482913");
    EXPECT_TRUE(code.matches("482913"));
    EXPECT_FALSE(code.matches("48291"));
    EXPECT_FALSE(code.matches("4829130"));
    EXPECT_FALSE(code.matches("482914"));
    EXPECT_FALSE(code.matches(""));
}

TEST(Random, BelowIsEvenAndReplays)
{
    auto a = makeSeededRandom(7);
    auto b = makeSeededRandom(7);
    std::array<int, 3> counts{};
    for (int i = 0; i < 30000; ++i) {
        const std::uint64_t v = a->below(3);
        ASSERT_EQ(v, b->below(3));
        ++counts[v];
    }
    for (int c : counts)
        EXPECT_NEAR(c, 10000, 400);
}

TEST(Bytes, HexGoesBothWaysAndNamesTheWrongCharacter)
{
    EXPECT_EQ(toHex(*fromHex("02 01 0A ff")), "02010aff");
    EXPECT_EQ(fromHex("02 0g").error().what, "character 5 ('g') is no hex digit");
    EXPECT_FALSE(fromHex("020"));
}

class Lines final : public LogSink {
public:
    [[nodiscard]] bool enabled(Level level, std::string_view) const override { return level >= Level::info; }
    void write(const LogRecord& r) override { lines.push_back(std::string(r.category) + "/" + std::string(r.text)); }
    std::vector<std::string> lines;
};

TEST(Log, GoesToItsSinkByLevelAndCategory)
{
    Lines sink;
    Log log(sink, "box");
    log.debug("not this");
    log.info("answered", {{"call", 17}});
    log.named("pri").warning("down");
    Log().error("nowhere");
    EXPECT_EQ(sink.lines, (std::vector<std::string>{"box/answered", "pri/down"}));
}

} // namespace
