// SPDX-License-Identifier: GPL-2.0-or-later
// Clocks and watchdog on a model of their registers: the order that RM0090 wants, and an end to every wait.
#include "boards/stm32f405/clocks.h"
#include "boards/stm32f405/reset_cause.h"
#include "boards/stm32f405/watchdog.h"
#include <gtest/gtest.h>
#include <map>

using namespace callbox::board;

namespace {

struct ClockModel final : Registers {
    bool crystal = true, pll = true, waits = true, switches = true;
    unsigned looks = 0, misuses = 0;
    std::uint32_t control = 1 | 2, setting = 0x24003010, configuration = 0, access = 0; // 7.3: values of reset
    std::map<std::uint32_t, std::uint32_t> others;

    [[nodiscard]] bool pllRuns() const { return control >> 24 & 1 && pll; }
    std::uint32_t read(std::uint32_t a) override
    {
        ++looks;
        if (a == 0x40023800)
            return control | (control >> 16 & 1 && crystal ? 1U << 17 : 0) | (pllRuns() ? 1U << 25 : 0);
        if (a == 0x40023808)
            return configuration | ((configuration & 3) == 2 && switches ? 2U << 2 : 0);
        if (a == 0x40023C00)
            return access;
        return others[a];
    }
    void write(std::uint32_t a, std::uint32_t v) override
    {
        if (a == 0x40023800) {
            control = v;
        } else if (a == 0x40023804) {
            misuses += control >> 24 & 1; // 7.3.2: only while it is off
            setting = v;
        } else if (a == 0x40023808) {
            const bool toPll = (v & 3) == 2;
            misuses += toPll && (!pllRuns() || (access & 7) != 5);          // too fast for the flash
            misuses += toPll && ((v >> 10 & 7) != 5 || (v >> 13 & 7) != 4); // 42 and 84 MHz at most, 6.2
            configuration = v;
        } else if (a == 0x40023C00) {
            access = waits ? v : v & ~7U;
        } else {
            others[a] = v;
        }
    }
};

TEST(TheClocks, AreThoseOfTheCrystal)
{
    ClockModel m;
    const Clocks c = startClocks(m);
    EXPECT_EQ(c.core, 168'000'000U);
    EXPECT_EQ(c.uart, 84'000'000U);
    EXPECT_TRUE(c.exact);
    EXPECT_EQ(c.trouble, "");
    const std::uint32_t in = 8'000'000 / (m.setting & 0x3f), vco = in * (m.setting >> 6 & 0x1ff);
    EXPECT_EQ(in, 1'000'000U);
    EXPECT_EQ(vco / 2 / ((m.setting >> 16 & 3) + 1), 168'000'000U);
    EXPECT_EQ(vco / (m.setting >> 24 & 0xf), 48'000'000U) << "USB's, exactly";
    EXPECT_TRUE(m.setting >> 22 & 1) << "from the crystal";
    EXPECT_TRUE(m.others[0x40007000] >> 14 & 1) << "full voltage, 5.4.1";
    EXPECT_EQ(m.misuses, 0U);
}

TEST(TheClocks, GoOnWithTheProcessorsOwnWhenOneDoesNotCome)
{
    struct {
        bool ClockModel::*missing;
        const char* trouble;
    } const cases[] = {{&ClockModel::crystal, "no crystal"},
                       {&ClockModel::pll, "no PLL"},
                       {&ClockModel::waits, "the flash does not wait"},
                       {&ClockModel::switches, "no switch to the PLL"}};
    for (const auto& one : cases) {
        ClockModel m;
        m.*one.missing = false;
        const Clocks c = startClocks(m);
        EXPECT_EQ(c.trouble, one.trouble);
        EXPECT_EQ(c.core, 16'000'000U);
        EXPECT_FALSE(c.exact);
        EXPECT_EQ(m.configuration, 0U) << one.trouble << ": undivided again";
        EXPECT_FALSE(m.control >> 24 & 1);
        EXPECT_EQ(m.misuses, 0U);
        EXPECT_LT(m.looks, 500'000U);
    }
}

struct DogModel final : Registers {
    std::uint32_t prescaler = 0, reload = 0xfff, busy = 4, feeds = 0;
    bool runs = false, open = false, dead = false;
    std::uint32_t read(std::uint32_t) override
    {
        busy -= busy > 0 && !dead;
        return busy > 0 ? 3 : 0;
    }
    void write(std::uint32_t a, std::uint32_t v) override
    {
        if (a == 0x40003000) {
            runs = runs || v == 0xcccc;
            open = v == 0x5555;
            feeds += v == 0xaaaa;
        } else if (open) {
            (a == 0x40003004 ? prescaler : reload) = v;
        }
    }
};

TEST(TheWatchdog, RunsForEightSecondsAndIsFed)
{
    DogModel m;
    Watchdog dog(m);
    EXPECT_TRUE(dog.start());
    EXPECT_TRUE(m.runs);
    const double s = (m.reload + 1) * (4 << m.prescaler) / 32'000.0;
    EXPECT_NEAR(s, 8.2, 0.1);
    EXPECT_GT(s * 32 / 47, 4) << "with its oscillator at its fastest it outlasts a sector's erasure";
    dog.feed();
    EXPECT_EQ(m.feeds, 2U);
    DogModel dead;
    dead.dead = true;
    EXPECT_FALSE(Watchdog(dead).start());
    EXPECT_TRUE(dead.runs) << "all the same";
}

TEST(TheResetsCause, IsToldOnceAndAFaultIsNoRequest)
{
    static constexpr std::uint32_t flags = 0x40023874;
    constexpr std::uint32_t pin = 1U << 26, power = 3U << 26, software = 1U << 28, dog = 1U << 29;
    const auto cause = [](std::uint32_t why, bool failed) {
        ClockModel m;
        m.others[flags] = why;
        const unsigned said = resetCause(m, failed);
        EXPECT_TRUE(m.others[flags] >> 24 & 1) << "RMVF: else it is told with the next reset too";
        return said;
    };
    EXPECT_EQ(cause(power, false), CARD_LOG_START_POWER);
    EXPECT_EQ(cause(pin, false), CARD_LOG_START_POWER);
    EXPECT_EQ(cause(pin | software, false), CARD_LOG_START_REQUEST);
    EXPECT_EQ(cause(pin | software, true), CARD_LOG_START_POWER) << "a fault resets so too, and is told by itself";
    EXPECT_EQ(cause(pin | dog, false), CARD_LOG_START_WATCHDOG);
    EXPECT_EQ(cause(pin | dog | software, false), CARD_LOG_START_WATCHDOG);
}

} // namespace
