// SPDX-License-Identifier: GPL-2.0-or-later
// The file of a recording under way: G.711 as it came, behind a WAV header whose sizes are set at the end (until then
// they are 0, and the file's length tells). Executor's side.
#pragma once
#include "messages/records.h"
#include <callbox/base/files.h>
#include <callbox/hal/media.h>
#include <sodium.h>

namespace callbox::messages {

class Recording {
public:
    Recording(MessageId id, hal::Law law, std::unique_ptr<File> file);
    Result<void> append(Octets samples);
    Result<void> sync() { return file_->sync(); }
    // Sizes into the header, everything synced.
    Result<void> finish();
    [[nodiscard]] MessageId id() const { return id_; }
    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    [[nodiscard]] std::string sha256() const; // of the samples, hex
    void close() { file_.reset(); }

private:
    MessageId id_;
    hal::Law law_;
    std::unique_ptr<File> file_;
    std::uint64_t samples_ = 0;
    crypto_hash_sha256_state hash_;
};

std::string sha256Hex(Octets);

} // namespace callbox::messages
