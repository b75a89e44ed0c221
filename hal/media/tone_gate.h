// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: whether a stretch of audio may hold a DTMF digit at all (ITU-T Q.24 signals are two tones and
// little else). A small part of the price of a detector, which then need not look at speech. Whatever a detector hears
// as a digit passes: from 26 ms on, the least that two windows of spandsp's take (Q.24 asks for 40).
#pragma once
#include <array>
#include <callbox/hal/media.h>

namespace callbox::hal {

class ToneGate {
public:
    explicit ToneGate(Law law) : law_(law) {}
    // Samples of one call as they come, blocks of any length. True when a window that ended in this block was loud
    // enough and mostly the two tones of one key.
    bool mayHoldDigit(Octets block);

    // Looked at are 10 ms of each 15: a digit of 25 ms fills at least one such window. Every other sample of it: the
    // tones lie below 2000 Hz, and what lies above counts for or against them as it does without that.
    static constexpr std::size_t period = 120, window = 80, looked = window / 2;

private:
    Law law_;
    std::array<std::uint8_t, window> pending_{};
    std::size_t at_ = 0; // in the period
};

} // namespace callbox::hal
