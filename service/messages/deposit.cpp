// SPDX-License-Identifier: GPL-2.0-or-later
// How a message comes to be. The order is what makes it durable: the row "recording" with its recipients first, the
// file with its name, the audio as it comes; at the end (commit.cpp) the file synced, then one transaction for the
// rest.
#include "engine.h"

namespace callbox::messages {

// A file of another message's words that lies where this one goes would be heard behind it after a crash.
Result<std::unique_ptr<File>> Engine::makeAudio(MessageId id)
{
    auto file = edges_.files.open(audioPath(id), OpenMode::createNew);
    const auto there = file ? Result<bool>(false) : edges_.files.exists(audioPath(id));
    if (file || !there || !*there)
        return file;
    if (auto r = setAside({audioPath(id)}, "it lay where a new recording goes"); !r)
        return r.error();
    return edges_.files.open(audioPath(id), OpenMode::createNew);
}

Result<std::shared_ptr<Recording>> Engine::begin(const NewMessage& m)
{
    MessageId id = 0;
    const auto insert = [&]() -> Result<void> {
        db_->query("INSERT INTO messages(state, caller, presentation, source, call, protocol, law, created_at) "
                   "VALUES('recording',?,?,?,?,?,?,?)")
            .bind(m.from ? std::optional(m.from->e164()) : std::nullopt)
            .bind(m.fromPresentation)
            .bind(m.recipientSource)
            .bind(m.call)
            .bind(m.protocol)
            .bind(std::string(m.law == hal::Law::mulaw ? "mulaw" : "alaw"))
            .bind(now())
            .step();
        id = db_->lastId();
        history(*db_, now(), "message", id, "recording");
        for (const PhoneNumber& r : m.recipients) {
            db_->query("INSERT INTO recipients(message, number, state) VALUES(?,?,'waiting')")
                .bind(id)
                .bind(r.e164())
                .step();
            history(*db_, now(), "recipient", db_->lastId(), "waiting");
        }
        return {};
    };
    if (m.recipients.empty())
        return Error{Errc::invalid, "a message has at least one recipient"};
    if (auto r = db_->transaction(insert); !r)
        return r.error();
    auto file = makeAudio(id);
    if (!file)
        return cannotWrite(file.error());
    Result<void> r = (*file)->write(0, hal::wavHeader(m.law, 0));
    if (r)
        r = edges_.files.syncDirectory(config_.folder + "/audio");
    if (!r)
        return cannotWrite(r.error());
    recording_.insert(id);
    return std::make_shared<Recording>(id, m.law, std::move(*file));
}

Result<void> Engine::append(Recording& recording, Octets samples)
{
    const auto r = recording.append(samples);
    return r ? r : cannotWrite(r.error());
}

std::vector<Result<void>> Engine::sync(const std::vector<std::shared_ptr<Recording>>& recordings)
{
    std::vector<File*> files;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < recordings.size(); ++i)
        if (File* file = recordings[i]->file()) {
            files.push_back(file);
            places.push_back(i);
        }
    std::vector<Result<void>> outcomes(recordings.size());
    const auto synced = edges_.files.syncAll(files);
    for (std::size_t k = 0; k < synced.size(); ++k) {
        recordings[places[k]]->synced(synced[k]);
        if (!synced[k])
            outcomes[places[k]] = cannotWrite(synced[k].error());
    }
    return outcomes;
}

// What was recorded. A row "recording" that has it ended in good order and only waits to be stored.
void Engine::describe(MessageId id, std::uint64_t samples, std::uint32_t crc, bool cutShort)
{
    db_->query("UPDATE messages SET samples = ?, sha256 = '', crc32 = ?, cut_short = ? WHERE id = ?")
        .bind(static_cast<std::int64_t>(samples))
        .bind(std::int64_t(crc))
        .bind(std::int64_t(cutShort))
        .bind(id)
        .step();
}

Result<std::vector<RecipientId>> Engine::store(MessageId id, std::uint64_t samples, std::uint32_t crc, bool cutShort)
{
    describe(id, samples, crc, cutShort);
    db_->query("UPDATE messages SET ends_at = ? WHERE id = ?").bind(now() + toMs(config_.retention)).bind(id).step();
    setMessage(id, MessageState::stored, cutShort ? "cut short" : "");
    std::vector<RecipientId> recipients;
    std::vector<std::string> numbers;
    std::string protocol;
    {
        Query q = db_->query("SELECT r.id, r.number, m.protocol FROM recipients r JOIN messages m ON m.id = r.message "
                             "WHERE r.message = ? ORDER BY r.id");
        q.bind(id);
        while (q.step()) {
            recipients.push_back(q.integer(0));
            numbers.push_back(q.text(1));
            protocol = q.text(2);
        }
    }
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        auto pair = links_.allot(*db_, numbers[i], recipients[i]);
        if (!pair)
            return pair.error();
        insertNotice(recipients[i], protocol);
    }
    if (auto r = db_->failure(); !r)
        return r.error();
    withoutFingerprint_.insert(id);
    return recipients;
}

} // namespace callbox::messages
