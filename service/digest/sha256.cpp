// SPDX-License-Identifier: GPL-2.0-or-later
// By libgcrypt, which uses the processor's own instructions for it where there are any: every sample of every message
// goes through here, and in plain C this would cost more than all the rest of recording.
#include "digest/sha256.h"
#include "digest/gcrypt_ready.h"
#include <gcrypt.h>
#include <new>

namespace callbox::digest {

void Sha256::Close::operator()(gcry_md_handle* state) const
{
    gcry_md_close(state);
}

Sha256::Sha256()
{
    gcryptReady();
    gcry_md_hd_t state = nullptr;
    if (gcry_md_open(&state, GCRY_MD_SHA256, 0) != 0)
        throw std::bad_alloc();
    state_.reset(state);
}

void Sha256::add(Octets data)
{
    gcry_md_write(state_.get(), data.data(), data.size());
}

std::string Sha256::hex() const
{
    gcry_md_hd_t copy = nullptr;
    if (gcry_md_copy(&copy, state_.get()) != 0)
        throw std::bad_alloc();
    const std::unique_ptr<gcry_md_handle, Close> owned(copy);
    return toHex({gcry_md_read(copy, GCRY_MD_SHA256), gcry_md_get_algo_dlen(GCRY_MD_SHA256)});
}

std::string sha256Hex(Octets data)
{
    Sha256 hash;
    hash.add(data);
    return hash.hex();
}

} // namespace callbox::digest
