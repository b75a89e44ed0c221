// SPDX-License-Identifier: GPL-2.0-or-later
// Sa4..Sa8 as they come in slot 0 of the frames without alignment signal (G.704 2.3.2). Each is believed when it has
// stood for eight of these, 2 ms; one that carries a data link or messages of its own stays as it last stood.
#pragma once
#include <array>
#include <cstdint>

namespace callbox::firmware {

class SaBits {
public:
    static constexpr std::uint8_t knownBit = 0x80;

    void came(std::uint8_t slotZero) // of such a frame
    {
        for (unsigned i = 0; i < same_.size(); ++i) {
            const std::uint8_t bit = static_cast<std::uint8_t>(1u << i);
            if (((slotZero ^ last_) & bit) != 0)
                same_[i] = 0;
            if (same_[i] < needed && ++same_[i] == needed)
                now_ = static_cast<std::uint8_t>((now_ & ~bit) | (slotZero & bit));
        }
        last_ = slotZero;
        if (age_ < needed && ++age_ == needed)
            now_ |= knownBit; // bits that do not stand by then are taken as 0
    }
    void lineLost()
    {
        same_.fill(0);
        age_ = (now_ & knownBit) != 0 ? needed : 0;
    }
    // Bits 4..0; knownBit: they are known.
    [[nodiscard]] std::uint8_t now() const { return now_; }

private:
    static constexpr std::uint8_t needed = 8;
    std::array<std::uint8_t, 5> same_{}; // how often in a row
    std::uint8_t last_ = 0, now_ = 0, age_ = 0;
};

} // namespace callbox::firmware
