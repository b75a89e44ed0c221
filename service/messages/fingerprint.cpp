// SPDX-License-Identifier: GPL-2.0-or-later
// The SHA-256 of a message's audio, for whoever asks. Made when somebody does, while nobody is being recorded, and at
// the latest before the audio goes: in a box full of callers it would be the dearest thing that happens to a sample.
// Until then a CRC-32 of what was recorded guards the file, so that a fingerprint is always one of what the line
// brought. There is none while a message is being recorded, and for a file that is not what was recorded.
#include "digest/checksums.h"
#include "engine.h"

namespace callbox::messages {

namespace {

struct Recorded {
    std::string known; // its SHA-256
    std::uint64_t samples = 0;
    std::optional<std::int64_t> crc; // none: a program before this one has recorded it
};

std::optional<Recorded> recordedOf(Database& db, MessageId id)
{
    Query q = db.query("SELECT sha256, samples, crc32 FROM messages WHERE id = ? AND state IN ('stored', 'delivered')");
    if (!q.bind(id).step())
        return std::nullopt;
    Recorded r{q.text(0), std::uint64_t(q.integer(1)), std::nullopt};
    if (!q.isNull(2))
        r.crc = q.integer(2);
    return r;
}

} // namespace

Result<std::string> Engine::makeFingerprint(MessageId id, std::uint64_t samples, std::optional<std::int64_t> crc)
{
    const auto octets = readWav(id);
    if (!octets)
        return octets.error();
    const Octets audio = Octets(*octets).subspan(std::min(octets->size(), hal::wavHeaderSize));
    if (audio.size() < samples)
        return Error{Errc::invalid, "the file is shorter than what was recorded"};
    const Octets recorded = audio.first(std::size_t(samples));
    if (crc && *crc != std::int64_t(digest::crc32(recorded)))
        return Error{Errc::invalid, "the file is not what was recorded"};
    return digest::sha256Hex(recorded);
}

Result<std::vector<std::string>> Engine::fingerprints(const std::vector<MessageId>& ids)
{
    std::vector<std::string> all(ids.size());
    std::vector<std::size_t> made;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        withoutFingerprint_.erase(ids[i]);
        const auto recorded = recordedOf(*db_, ids[i]);
        if (!recorded)
            continue; // it has ended meanwhile
        all[i] = recorded->known;
        if (!all[i].empty() || damaged_.count(ids[i]))
            continue;
        auto fingerprint = makeFingerprint(ids[i], recorded->samples, recorded->crc);
        if (!fingerprint) {
            damaged_.insert(ids[i]); // told once; read again after the next start
            edges_.log.error("the audio of a message is damaged",
                             {{"message", ids[i]}, {"error", fingerprint.error()}});
            continue;
        }
        all[i] = std::move(*fingerprint);
        made.push_back(i);
    }
    if (auto r = db_->failure(); !r)
        return r.error();
    const auto keep = [&]() -> Result<void> {
        for (const std::size_t i : made)
            db_->query("UPDATE messages SET sha256 = ? WHERE id = ?").bind(all[i]).bind(ids[i]).step();
        return {};
    };
    if (!made.empty())
        (void)db_->transaction(keep); // what is not kept is made again; health() has seen why
    return all;
}

void Engine::fingerprintOne()
{
    if (recording_.empty() && !withoutFingerprint_.empty())
        (void)fingerprints({*withoutFingerprint_.begin()});
}

Result<void> Engine::findWithoutFingerprint()
{
    Query q = db_->query("SELECT id FROM messages WHERE sha256 = '' AND state IN ('stored', 'delivered')");
    while (q.step())
        withoutFingerprint_.insert(q.integer(0));
    return db_->failure();
}

} // namespace callbox::messages
