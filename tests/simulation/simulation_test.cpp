// SPDX-License-Identifier: GPL-2.0-or-later
// Seeds under which nothing may go wrong, and planted bugs that fixed seeds must find.
#include "simulation/life.h"
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

using namespace callbox;
using namespace callbox::simulation;

namespace {

void runWhole(Life& life)
{
    while (life.advance()) {
    }
}

// A replayed seed: CALLBOX_LOG=1 has switch and boxes tell with simulated times.
std::ostream* log()
{
    return std::getenv("CALLBOX_LOG") ? &std::cout : nullptr;
}

std::string told(const Life& life)
{
    std::string out;
    for (const Violation& v : life.violations())
        out += "\n  point " + std::to_string(v.point) + ": " + v.what;
    return out;
}

void print(std::uint64_t seed, const Totals& t)
{
    std::printf("seed %llu: %u calls, %u deposits (%u answered, %u heard \"saved\"), %u retrievals (%u heard), %u SMS, "
                "%u notice calls, %u crashes, %u other faults\n",
                static_cast<unsigned long long>(seed), t.calls, t.deposits, t.answered, t.saved, t.retrievals, t.heard,
                t.sms, t.notices, t.crashes, t.otherFaults);
}

void runSeed(std::uint64_t seed, unsigned deposits, bool faults, Duration between = 1500ms)
{
    Plant nothing;
    LifeOptions options;
    options.fleet.seed = seed;
    options.fleet.log = log();
    options.deposits = deposits;
    options.faults = faults;
    options.between = between;
    Life life(options, nothing);
    runWhole(life);
    print(seed, life.totals());
    EXPECT_TRUE(life.violations().empty()) << "seed " << seed << told(life);
    EXPECT_GT(life.totals().saved, deposits / 10);
    EXPECT_GT(life.totals().heard, 0u);
}

TEST(Simulation, AFleetWithoutFaultsServesEverybody)
{
    runSeed(1, 150, false);
}

// A failure can be looked into only if it comes again.
TEST(Simulation, TheSameSeedIsTheSameDay)
{
    std::string days[2];
    for (std::string& day : days) {
        Plant nothing;
        LifeOptions options;
        options.fleet.seed = 5;
        options.deposits = 80;
        Life life(options, nothing);
        runWhole(life);
        const Totals& t = life.totals();
        for (const unsigned n : {t.calls, t.answered, t.saved, t.retrievals, t.heard, t.sms, t.notices, t.crashes})
            day += std::to_string(n) + " ";
        day += life.fingerprint();
    }
    EXPECT_EQ(days[0], days[1]);
}

class Seeds : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Simulation, Seeds, testing::Values(11, 12, 13, 14));

TEST_P(Seeds, WhateverBreaksNothingHappensThatMustNot)
{
    const char* given = std::getenv("CALLBOX_SEED");
    runSeed(given ? std::strtoull(given, nullptr, 10) : GetParam(), 300, true);
}

TEST(ReleaseSimulation, ThousandsOfCallsWithFaultsHaveNothingHappenThatMustNot)
{
    const char* given = std::getenv("CALLBOX_SEED");
    runSeed(given ? std::strtoull(given, nullptr, 10) : 41, 3000, true, 600ms);
}

class Planted : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Simulation, Planted, testing::Range(std::size_t(0), plantedBugs().size()));

// A life meets a bug only where a fault falls together with it, and any change of timing in the product moves them
// apart: so each bug has eight fixed seeds, tried until one finds it.
TEST_P(Planted, IsFound)
{
    const PlantedBug& bug = plantedBugs()[GetParam()];
    for (std::uint64_t seed = bug.seed; seed < bug.seed + 800; seed += 100) {
        const auto plant = bug.make();
        LifeOptions options;
        options.fleet.seed = seed;
        options.faults = bug.faults;
        Life life(options, *plant);
        runWhole(life);
        const auto found = std::find_if(life.violations().begin(), life.violations().end(),
                                        [&](const Violation& v) { return v.point == bug.point; });
        if (found != life.violations().end()) {
            std::printf("point %d, %s: seed %llu: %s\n", bug.point, bug.name.c_str(),
                        static_cast<unsigned long long>(seed), found->what.c_str());
            return;
        }
    }
    ADD_FAILURE() << "point " << bug.point << ", " << bug.name << ": no seed finds it";
}

} // namespace
