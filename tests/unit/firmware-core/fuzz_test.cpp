// SPDX-License-Identifier: GPL-2.0-or-later
// Framers on lines of chance: noise, and good lines that are spoiled, slipped, cut and said twice. CALLBOX_FUZZ says
// how many frames; a share of them without it.
#include "../../support/fuzz.h"
#include "core/t1_receiver.h"
#include "core/t1_transmitter.h"
#include "line.h"
#include <algorithm>
#include <gtest/gtest.h>

using namespace callbox::firmware::core;

namespace {

constexpr unsigned seed = 31;

// What happens to the octets of a line, from one frame to the next.
struct Spoiler {
    std::mt19937 random{seed};
    unsigned how = 0, left = 0;

    void frame(std::vector<std::uint8_t>& octets)
    {
        if (left-- == 0) {
            how = static_cast<unsigned>(random()) % 8;
            left = static_cast<unsigned>(random()) % 400;
        }
        switch (how) {
        case 0: // noise
            std::generate(octets.begin(), octets.end(), [this] { return static_cast<std::uint8_t>(random()); });
            break;
        case 1: // nothing, or ones
            std::fill(octets.begin(), octets.end(), std::uint8_t(left % 2 ? 0xff : 0));
            break;
        case 2: // wrong bits
            for (unsigned n = static_cast<unsigned>(random()) % 4; n > 0; --n)
                octets[random() % octets.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
            break;
        case 3: // octets are left out, or said twice
            if (random() % 16 == 0)
                octets.erase(octets.begin());
            else if (random() % 16 == 0)
                octets.insert(octets.begin(), octets.front());
            break;
        default: // a good line
            break;
        }
    }
};

TEST(Fuzz, E1FramersTakeAnyLine)
{
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    for (const E1Framing framing : {E1Framing::transparent, E1Framing::basic, E1Framing::crc4, E1Framing::automatic}) {
        Spoiler spoiler;
        E1Pair pair(framing, E1Slot0::crc4E, 13);
        std::vector<std::uint8_t> octets;
        std::size_t aligned = 0, lost = 0;
        const unsigned frames = callbox::tests::packetsWanted() / 4;
        for (unsigned i = 0; i < frames; ++i) {
            Frame f{};
            f.fill(static_cast<std::uint8_t>(spoiler.random()));
            f[0] = 0xff;
            pair.transmitter.frame(f);
            octets.insert(octets.end(), f.begin(), f.end());
            spoiler.frame(octets);
            pair.line.put(octets);
            octets.clear();
            while (pair.line.size() >= 256 + 13) {
                const bool good = pair.receiver.receive(pair.line.take(), pair.got);
                ASSERT_TRUE(!good || framing == E1Framing::transparent || pair.receiver.aligned()) << i;
                ASSERT_LT(pair.receiver.number(), 16u) << i;
                ++(good ? aligned : lost);
            }
        }
        EXPECT_GT(aligned, frames / 8);
        EXPECT_TRUE(framing == E1Framing::transparent || lost > frames / 8);
        pair.fill = 0x55;
        pair.run(8000);
        EXPECT_TRUE(framing == E1Framing::transparent || pair.receiver.aligned()) << "it finds a good line again";
    }
}

TEST(Fuzz, T1FramersTakeAnyLine)
{
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    for (const T1Framing framing : {T1Framing::sf, T1Framing::esf}) {
        Spoiler spoiler;
        T1Transmitter transmitter;
        transmitter.begin(framing);
        T1Receiver receiver(framing);
        Frame got{};
        std::size_t aligned = 0;
        const unsigned frames = callbox::tests::packetsWanted() / 2;
        std::vector<std::uint8_t> octets;
        const auto say = [&](bool spoiled) {
            Frame f{};
            f.fill(static_cast<std::uint8_t>(spoiler.random()));
            std::array<std::uint8_t, T1Transmitter::octetsMost> out{};
            const std::size_t n = transmitter.frame(f, out);
            octets.assign(out.begin(), out.begin() + std::ptrdiff_t(n));
            if (spoiled)
                spoiler.frame(octets);
            for (const std::uint8_t octet : octets)
                if (receiver.octet(octet, got)) {
                    ++aligned;
                    ASSERT_TRUE(receiver.number() >= 1 && receiver.number() <= 24);
                }
        };
        for (unsigned i = 0; i < frames; ++i)
            say(true);
        EXPECT_GT(aligned, frames / 16);
        for (unsigned i = 0; i < 8000; ++i)
            say(false);
        EXPECT_TRUE(receiver.aligned()) << "it finds a good line again";
    }
}

} // namespace
