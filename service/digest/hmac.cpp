// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest/hmac.h"
#include "digest/gcrypt_ready.h"
#include <array>
#include <callbox/base/bytes.h>
#include <gcrypt.h>
#include <memory>
#include <new>

namespace callbox::digest {

namespace {

struct Close {
    void operator()(gcry_mac_handle* state) const { gcry_mac_close(state); }
};
constexpr std::size_t codeOctets = 32;

} // namespace

std::string hmacSha256Hex(const Secret& key, std::string_view text)
{
    gcryptReady();
    gcry_mac_hd_t state = nullptr;
    if (gcry_mac_open(&state, GCRY_MAC_HMAC_SHA256, 0, nullptr) != 0)
        throw std::bad_alloc();
    const std::unique_ptr<gcry_mac_handle, Close> owned(state);
    std::array<std::uint8_t, codeOctets> code{};
    std::size_t size = code.size();
    // None of these can fail with a key and a text of any length.
    gcry_mac_setkey(state, key.reveal().data(), key.reveal().size());
    gcry_mac_write(state, text.data(), text.size());
    if (gcry_mac_read(state, code.data(), &size) != 0)
        throw std::bad_alloc();
    return toHex(code);
}

} // namespace callbox::digest
