// SPDX-License-Identifier: GPL-2.0-or-later
// CRC-32 as of IEEE 802.3 3.2.9, least significant bit first: DFU 1.1's suffix, zip and cksum -o3 count alike.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace callbox::firmware::boot {

class Crc32 {
public:
    void add(std::span<const std::uint8_t> octets)
    {
        for (const std::uint8_t o : octets) {
            rest_ = table[(rest_ ^ o) & 0x0f] ^ rest_ >> 4;
            rest_ = table[(rest_ ^ o >> 4) & 0x0f] ^ rest_ >> 4;
        }
    }
    [[nodiscard]] std::uint32_t value() const { return ~rest_; }

private:
    static constexpr std::array<std::uint32_t, 16> table = [] { // by nibbles: a table by octets costs a kilobyte
        std::array<std::uint32_t, 16> t{};
        for (std::uint32_t n = 0; n < t.size(); ++n) {
            std::uint32_t v = n;
            for (int bit = 0; bit < 4; ++bit)
                v = v >> 1 ^ (v & 1 ? 0xedb88320u : 0);
            t[n] = v;
        }
        return t;
    }();
    std::uint32_t rest_ = 0xffffffff;
};

} // namespace callbox::firmware::boot
