// SPDX-License-Identifier: GPL-2.0-or-later
// By libgcrypt, which uses the processor's own instructions for them where there are any.
#include "digest/checksums.h"
#include "digest/gcrypt_ready.h"
#include <array>
#include <gcrypt.h>
#include <new>

namespace callbox::digest {

void Crc32::Close::operator()(gcry_md_handle* state) const
{
    gcry_md_close(state);
}

Crc32::Crc32()
{
    gcryptReady();
    gcry_md_hd_t state = nullptr;
    if (gcry_md_open(&state, GCRY_MD_CRC32, 0) != 0)
        throw std::bad_alloc();
    state_.reset(state);
}

void Crc32::add(Octets data)
{
    gcry_md_write(state_.get(), data.data(), data.size());
}

std::uint32_t Crc32::value() const
{
    gcry_md_hd_t copy = nullptr;
    if (gcry_md_copy(&copy, state_.get()) != 0)
        throw std::bad_alloc();
    const std::unique_ptr<gcry_md_handle, Close> owned(copy);
    const std::uint8_t* sum = gcry_md_read(copy, GCRY_MD_CRC32);
    return std::uint32_t(sum[0]) << 24 | std::uint32_t(sum[1]) << 16 | std::uint32_t(sum[2]) << 8 | sum[3];
}

std::uint32_t crc32(Octets data)
{
    Crc32 sum;
    sum.add(data);
    return sum.value();
}

std::string sha256Hex(Octets data)
{
    gcryptReady();
    std::array<std::uint8_t, 32> hash;
    gcry_md_hash_buffer(GCRY_MD_SHA256, hash.data(), data.data(), data.size());
    return toHex(hash);
}

} // namespace callbox::digest
