// SPDX-License-Identifier: GPL-2.0-or-later
#include "recording.h"

namespace callbox::messages {

Recording::Recording(MessageId id, hal::Law law, std::unique_ptr<File> file)
    : id_(id), law_(law), file_(std::move(file)), hash_{}
{
    crypto_hash_sha256_init(&hash_);
}

Result<void> Recording::append(Octets samples)
{
    if (auto r = file_->write(hal::wavHeaderSize + samples_, samples); !r)
        return r;
    crypto_hash_sha256_update(&hash_, samples.data(), samples.size());
    samples_ += samples.size();
    return {};
}

Result<void> Recording::finish()
{
    if (samples_ & 1) { // RIFF chunks are padded to an even length
        const std::uint8_t pad = 0;
        if (auto r = file_->write(hal::wavHeaderSize + samples_, {&pad, 1}); !r)
            return r;
    }
    if (auto r = file_->write(0, hal::wavHeader(law_, static_cast<std::uint32_t>(samples_))); !r)
        return r;
    return file_->sync();
}

std::string Recording::sha256() const
{
    crypto_hash_sha256_state copy = hash_;
    std::uint8_t out[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&copy, out);
    return toHex(out);
}

std::string sha256Hex(Octets data)
{
    std::uint8_t out[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(out, data.data(), data.size());
    return toHex(out);
}

} // namespace callbox::messages
