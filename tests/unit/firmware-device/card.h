// SPDX-License-Identifier: GPL-2.0-or-later
// Our own card with two E1 ports, configured.
#pragma once
#include "bench.h"
#include <cstring>
#include <gtest/gtest.h>

namespace callbox::firmware::test {

struct Card : testing::Test {
    Bench b{Personality::card(2)};
    void SetUp() override { ASSERT_TRUE(b.configure()); }
    bool unlock() { return b.tell(0x40, CARD_REQ_MAINTENANCE, 1, 0, hex("4f50454e")); }
    std::uint32_t counter(unsigned n, unsigned port = 0)
    {
        const Bytes c = b.ask(0xc0, CARD_REQ_GET_COUNTERS, 0, port, 64).value();
        card_le32 v{};
        std::memcpy(&v, &c.at(n * 4), 4);
        return card_get32(v);
    }
};

} // namespace callbox::firmware::test
