// SPDX-License-Identifier: GPL-2.0-or-later
// What a configuration says of clock and echo canceller.
#include <callbox/hal/clock_source.h>
#include <callbox/hal/echo_canceller.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

TEST(ClockChoice, IsReadAndWrittenAlike)
{
    for (const char* text : {"card", "line", "line 2", "line 15"}) {
        const auto c = parseClock(text);
        ASSERT_TRUE(c) << text;
        EXPECT_EQ(toString(*c), text);
    }
    EXPECT_EQ(parseClock("line 1"), parseClock("line"));
}

TEST(ClockChoice, AnythingElseIsNone)
{
    for (const char* text : {"", "Line", "line 0", "line 16", "line2", "line -1", "line 2 ", "line ", "cards", "2"})
        EXPECT_FALSE(parseClock(text)) << text;
}

TEST(EchoChoice, IsReadAndWrittenAlike)
{
    const std::pair<const char*, const char*> rows[] = {
        {"none", "none"},
        {"", "none"},
        {"mg2", "mg2 128"},
        {"oslec 256", "oslec 256"},
        {"HWEC on 3", "HWEC 128 on 3"},
        {"mg2 64 on 1-3 7", "mg2 64 on 1 2 3 7"},
    };
    for (const auto& [text, written] : rows) {
        const auto e = parseEcho(text);
        ASSERT_TRUE(e) << text << ": " << e.error().what;
        EXPECT_EQ(toString(*e), written);
        EXPECT_EQ(toString(parseEcho(written).value()), written);
    }
}

TEST(EchoChoice, IsOfItsSlotsOnly)
{
    const EchoChoice all = parseEcho("mg2").value(), some = parseEcho("mg2 on 2-3").value();
    EXPECT_TRUE(all.of(Timeslot{31}));
    EXPECT_FALSE(some.of(Timeslot{1}));
    EXPECT_TRUE(some.of(Timeslot{3}));
    EXPECT_FALSE(EchoChoice().of(Timeslot{1}));
}

TEST(EchoChoice, MistakesAreToldWithWhatIsAllowed)
{
    for (const char* text : {"mg2 100", "mg2 on", "mg2 128 2-3", "mg2 on 0", "mg2 on 5-4", "mg2 on 1-32", "mg2 x", "2",
                             "a-very-long-name", "averyveryverylongname", "on 3", "none 128", "mg2 128 on 1,2"}) {
        const auto e = parseEcho(text);
        ASSERT_FALSE(e) << text;
        EXPECT_EQ(e.error().code, Errc::invalid);
        EXPECT_TRUE(e.error().what.starts_with("echo_canceller = " + std::string(text) + ": none, or NAME [TAPS]"))
            << e.error().what;
    }
}

} // namespace
