// SPDX-License-Identifier: GPL-2.0-or-later
// Signalling bits ABCD of up to 30 channels as they come once in a multiframe: believed when two multiframes in a row
// say the same, so that an error on the line is no change. Channels are numbered from 1; A is bit 3.
#pragma once
#include <array>
#include <cstdint>

namespace callbox::firmware::core {

class AbcdFilter {
public:
    // Of one more multiframe. Without its turn a channel stays as it was.
    void came(unsigned channel, std::uint8_t abcd)
    {
        const std::uint32_t bit = 1U << channel;
        const bool again = (fresh_ & bit) != 0 && last_[channel] == abcd;
        last_[channel] = abcd;
        fresh_ |= bit;
        if (!again || ((known_ & bit) != 0 && abcd_[channel] == abcd))
            return;
        abcd_[channel] = abcd;
        known_ |= bit;
        news_ |= bit;
    }
    // Multiframes were lost: what comes next needs its second one again. What is believed stays (G.732's freezing).
    void gap() { fresh_ = 0; }
    [[nodiscard]] std::uint32_t known() const { return known_; } // bit n: channel n
    [[nodiscard]] std::uint8_t abcd(unsigned channel) const { return abcd_[channel]; }
    // Channels that became known or changed since the last call.
    std::uint32_t takeNews()
    {
        const std::uint32_t out = news_;
        news_ = 0;
        return out;
    }

private:
    std::array<std::uint8_t, 31> abcd_{}, last_{};
    std::uint32_t known_ = 0, fresh_ = 0, news_ = 0;
};

} // namespace callbox::firmware::core
