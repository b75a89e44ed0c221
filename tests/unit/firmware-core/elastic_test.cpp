// SPDX-License-Identifier: GPL-2.0-or-later
// Between two clocks exactly as many frames slip as the clocks drift apart, and none of a steady pair.
#include "core/elastic_store.h"
#include <algorithm>
#include <gtest/gtest.h>

using namespace callbox::firmware::core;

namespace {

using Frame = std::array<std::uint8_t, 32>;
constexpr std::size_t kept = 8;

Frame numbered(std::uint32_t n)
{
    Frame f{};
    putWord(f.data(), n);
    return f;
}

struct Slips {
    std::uint32_t leftOut = 0, repeated = 0, wrong = 0;
};

// `seconds` at 8000 frames/s of the reader; the writer's clock is off by `ppm`.
Slips drift(int ppm, unsigned seconds)
{
    ElasticStore<kept> store;
    Slips run;
    std::uint64_t due = 0;
    std::uint32_t written = 0;
    std::uint32_t last = 0;
    for (std::uint64_t read = 0; read < std::uint64_t(seconds) * 8000; ++read) {
        due += std::uint64_t(1'000'000 + ppm);
        std::uint32_t left = 0;
        for (; due >= 1'000'000; due -= 1'000'000) {
            ++written;
            left += store.write(numbered(written), std::uint8_t(written % 16)) == Slip::leftOut ? 1 : 0;
        }
        Frame out{};
        const Slip slip = store.read(out);
        const std::uint32_t got = wordAt(out.data());
        run.leftOut += left;
        run.repeated += slip == Slip::repeated ? 1 : 0;
        if (got != 0xFFFFFFFF) {
            const std::uint32_t expected = slip == Slip::repeated ? last : last + 1 + left;
            run.wrong += got != expected || store.tag() != got % 16 ? 1 : 0;
            last = got;
        }
    }
    return run;
}

TEST(ElasticStore, SlipsAreAsManyAsTheDriftDemands)
{
    constexpr unsigned seconds = 30;
    for (const int ppm : {-200, -50, 0, 50, 200}) {
        const Slips r = drift(ppm, seconds);
        const double demanded = double(ppm) * 8000 * seconds / 1e6;
        EXPECT_NEAR(r.leftOut, std::max(0.0, demanded), kept / 2) << ppm;
        EXPECT_NEAR(r.repeated, std::max(0.0, -demanded), kept / 2) << ppm;
        EXPECT_TRUE(ppm <= 0 || r.repeated == 0) << ppm;
        EXPECT_TRUE(ppm >= 0 || r.leftOut == 0) << ppm;
        EXPECT_EQ(r.wrong, 0U) << ppm;
    }
}

TEST(ElasticStore, FramesInBurstsOfAMillisecondDoNotSlip)
{
    ElasticStore<32> store;
    Frame out{};
    for (unsigned ms = 0; ms < 10'000; ++ms) {
        for (unsigned i = 0; i < 8; ++i)
            ASSERT_EQ(store.write(numbered(ms * 8 + i)), Slip::none);
        if (ms >= 1) {
            for (unsigned i = 0; i < 8; ++i)
                ASSERT_EQ(store.read(out), Slip::none);
        }
    }
}

TEST(ElasticStore, BeforeThereAreFramesOnesAreReadAndThatIsNoSlip)
{
    ElasticStore<kept> store;
    Frame out{};
    EXPECT_EQ(store.read(out), Slip::none);
    EXPECT_EQ(out[5], 0xFF);
    EXPECT_EQ(store.count().repeated, 0U);
    for (unsigned i = 0; i < kept / 2; ++i)
        store.write(numbered(i));
    EXPECT_EQ(store.read(out), Slip::none);
    EXPECT_EQ(wordAt(out.data()), 0U);
    store.restart();
    EXPECT_FALSE(store.running());
}

} // namespace
