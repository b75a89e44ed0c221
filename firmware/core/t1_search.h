// SPDX-License-Identifier: GPL-2.0-or-later
// The search for T1 frames: for every number that the next frame may have, the places are kept whose bits have followed
// the pattern so far. All 193 places are tried at once. 24 pattern bits in a row that only one place followed are
// alignment: 12 ms in ESF, 3 ms in SF, and G.706 2.1.2 allows 15 and 50 on average.
#pragma once
#include "core/t1_frame.h"

namespace callbox::firmware::core {

class T1Search {
public:
    void begin(T1Framing);
    // The line's next bit. True: found; place() says where the F bit stands in the 193 bits that end with this one,
    // number() of which frame it is.
    bool bit(bool b);
    [[nodiscard]] unsigned place() const { return place_; }
    [[nodiscard]] unsigned number() const { return number_; }

private:
    static constexpr std::size_t words = (t1Bits + 31) / 32;
    using Row = std::array<std::uint32_t, words>;
    bool row();
    void renew(unsigned hypothesis);

    T1Framing framing_ = T1Framing::esf;
    Row row_{};
    unsigned filled_ = 0, rows_ = 0;
    unsigned place_ = 0, number_ = 1;
    std::array<Row, 24> alive_{}; // by the number of row 0
    std::array<std::uint8_t, 24> followed_{};
};

} // namespace callbox::firmware::core
