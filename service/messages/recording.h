// SPDX-License-Identifier: GPL-2.0-or-later
// The file of a recording under way: G.711 as it came, behind a WAV header whose sizes are set at the end (until then
// they are 0, and the file's length tells). What could not be written once ends it: what is behind a hole is no speech.
// Executor's side.
#pragma once
#include "digest/checksums.h"
#include "messages/records.h"
#include <callbox/base/files.h>
#include <callbox/hal/media.h>

namespace callbox::messages {

class Recording {
public:
    Recording(MessageId id, hal::Law law, std::unique_ptr<File> file);
    Result<void> append(Octets samples);
    [[nodiscard]] File* file() const { return file_.get(); } // null once closed
    void synced(const Result<void>&);                        // the outcome of a sync of file()
    // Sizes into the header, for what was written; then it wants a sync.
    Result<void> seal();
    // RIFF chunks are padded to an even length. After the sync: until the header is on the disk, an octet more would be
    // a sample. Not worth a sync of its own; nothing is lost with it.
    void pad();
    // What failed first, if anything: then the end of what was said is missing.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
    [[nodiscard]] MessageId id() const { return id_; }
    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    [[nodiscard]] std::uint32_t crc() const { return crc_.value(); } // of the samples
    void close() { file_.reset(); }

private:
    MessageId id_;
    hal::Law law_;
    std::unique_ptr<File> file_;
    std::uint64_t samples_ = 0;
    std::optional<Error> failure_;
    digest::Crc32 crc_;
};

// A recording's file as one finds it.
struct FoundAudio {
    hal::Law law = hal::Law::alaw;
    std::uint64_t samples = 0; // as the header says, or what is there where it says nothing or more
    bool sealed = false;       // the header says it
};
FoundAudio lookAt(Octets file, hal::Law otherwise); // `otherwise`: of a file whose header is not there
// The message that an audio file belongs to, by its name; nothing for a file of somebody else's.
std::optional<MessageId> idOfAudio(const std::string& name);

} // namespace callbox::messages
