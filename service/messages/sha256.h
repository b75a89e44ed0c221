// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 (FIPS 180-4) of what comes piece by piece. Any thread, one at a time.
#pragma once
#include <array>
#include <callbox/base/bytes.h>
#include <span>
#include <string>

namespace callbox::messages {

class Sha256 {
public:
    Sha256();
    void add(Octets);
    [[nodiscard]] std::string hex() const; // of all until now, lower case; more may come

    // Of several at once, each its own piece, and each once: far cheaper than one after another.
    struct Piece {
        Sha256* hash;
        Octets data;
    };
    static void addAll(std::span<const Piece>);

private:
    struct Work;
    static void run(std::span<Work>);
    std::array<std::uint32_t, 8> state_;
    std::array<std::uint8_t, 64> rest_{}; // of a block that is not full
    std::uint64_t size_ = 0;
};

std::string sha256Hex(Octets);

} // namespace callbox::messages
