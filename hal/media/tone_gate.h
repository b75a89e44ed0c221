// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: whether a stretch of audio may hold a DTMF digit at all (ITU-T Q.24 signals are two tones and
// little else). A fifth of the price of a detector, which then need not look at speech. It may be wrong only one way:
// whatever a detector hears as a digit passes.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace callbox::hal {

class ToneGate {
public:
    // Samples of one call as they come, blocks of any length. True when a window that ended in this block was loud
    // enough and mostly the two tones of one key.
    bool mayHoldDigit(std::span<const std::int16_t> block);
    void reset() { filled_ = 0; }

    static constexpr std::size_t window = 80; // 10 ms; a digit of 40 ms fills at least two of them
private:
    std::array<std::int16_t, window> pending_{};
    std::size_t filled_ = 0;
};

} // namespace callbox::hal
