// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace callbox::tests {

// Wrong bits in frames of a D channel, in a card's packets to the line: one in each of the next frames, some octets
// after the flags before it have ended. A one becomes a zero: six ones in a row would be a flag or an abort, and the
// frame two.
class DChannelSpoiler {
public:
    explicit DChannelSpoiler(std::size_t slot = 16) : slot_(slot) {}
    void spoil(unsigned frames) { left_ = frames; }
    void packet(std::span<std::uint8_t> packet)
    {
        for (std::size_t at = 4 + slot_; at < packet.size(); at += 32) {
            const bool same = packet[at] == std::exchange(last_, packet[at]);
            run_ = same ? 0 : run_ + 1;
            if (left_ > 0 && run_ == 6 && packet[at] != 0) {
                packet[at] &= static_cast<std::uint8_t>(packet[at] - 1);
                --left_;
            }
        }
    }

private:
    std::size_t slot_;
    unsigned left_ = 0, run_ = 0;
    std::uint8_t last_ = 0;
};

} // namespace callbox::tests
