// SPDX-License-Identifier: GPL-2.0-or-later
// Checksums of audio. CRC-32 guards a recording from its first octet on and costs next to nothing; SHA-256 (FIPS 180-4)
// is for people and programs outside, and costs more than all the rest of recording. Any thread, one at a time.
#pragma once
#include <callbox/base/bytes.h>
#include <memory>
#include <string>

struct gcry_md_handle;

namespace callbox::digest {

// The one of ISO/IEC 3309 (Ethernet, zip), of what comes piece by piece.
class Crc32 {
public:
    Crc32();
    void add(Octets);
    [[nodiscard]] std::uint32_t value() const; // of all until now; more may come

private:
    struct Close {
        void operator()(gcry_md_handle*) const;
    };
    std::unique_ptr<gcry_md_handle, Close> state_;
};

std::uint32_t crc32(Octets);
std::string sha256Hex(Octets); // lower case

} // namespace callbox::digest
