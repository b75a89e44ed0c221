// SPDX-License-Identifier: GPL-2.0-or-later
// How a message comes to be. The order is what makes it durable: the row "recording" with its recipients first, the
// file with its name, the audio as it comes; at the end the file synced, then one transaction for all the rest.
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

Result<void> Engine::append(Recording& recording, Octets samples, bool sync)
{
    auto r = recording.append(samples);
    if (r && sync)
        r = recording.sync();
    return r ? r : cannotWrite(r.error());
}

Result<Committed> Engine::commit(const Ending& ending)
{
    Recording& recording = *ending.recording;
    const TimePoint start = edges_.loop.now();
    recording_.erase(recording.id()); // whatever happens now, the repair may have it
    ended_[recording.id()] = ending.cutShort || recording.failure();
    auto r = recording.seal();
    if (r)
        r = recording.sync();
    if (!r) {
        ended_[recording.id()] = true; // how much of it is there is not known any more
        return cannotWrite(r.error()).because("finishing the audio");
    }
    recording.pad();
    recording.close();
    // The last words were lost after whoever ends it looked: not for them to call saved. What there is is stored by the
    // next sweep, cut short.
    if (recording.failure() && !ending.failureKnown)
        return recording.failure()->because("the end of the recording");
    const bool cutShort = ended_[recording.id()];
    r = db_->transaction([&]() -> Result<void> {
        auto stored = store(recording.id(), recording.samples(), recording.sha256(), cutShort);
        return stored ? Result<void>() : Result<void>(stored.error());
    });
    if (!r) {
        links_.load(*db_); // what was counted in the transaction is not there
        (void)db_->transaction([&]() -> Result<void> {
            describe(recording.id(), recording.samples(), recording.sha256(), cutShort);
            return {};
        });
        return r.error().because("storing the message");
    }
    ended_.erase(recording.id());
    measured(edges_.loop.now() - start);
    Committed done;
    done.message = recording.id();
    Query q = db_->query("SELECT id FROM recipients WHERE message = ? ORDER BY id");
    q.bind(recording.id());
    while (q.step())
        done.recipients.push_back(q.integer(0));
    return done;
}

// What was recorded. A row "recording" that has it ended in good order and only waits to be stored.
void Engine::describe(MessageId id, std::uint64_t samples, const std::string& sha256, bool cutShort)
{
    db_->query("UPDATE messages SET samples = ?, sha256 = ?, cut_short = ? WHERE id = ?")
        .bind(static_cast<std::int64_t>(samples))
        .bind(sha256)
        .bind(std::int64_t(cutShort))
        .bind(id)
        .step();
}

Result<std::vector<LinkNumbers::Pair>> Engine::store(MessageId id, std::uint64_t samples, const std::string& sha256,
                                                     bool cutShort)
{
    describe(id, samples, sha256, cutShort);
    db_->query("UPDATE messages SET ends_at = ? WHERE id = ?").bind(now() + toMs(config_.retention)).bind(id).step();
    setMessage(id, MessageState::stored, cutShort ? "cut short" : "");
    std::vector<std::pair<RecipientId, std::string>> recipients;
    std::string protocol;
    {
        Query q = db_->query("SELECT r.id, r.number, m.protocol FROM recipients r JOIN messages m ON m.id = r.message "
                             "WHERE r.message = ?");
        q.bind(id);
        while (q.step()) {
            recipients.emplace_back(q.integer(0), q.text(1));
            protocol = q.text(2);
        }
    }
    std::vector<LinkNumbers::Pair> pairs;
    for (const auto& [recipient, number] : recipients) {
        auto pair = links_.allot(*db_, number, recipient);
        if (!pair)
            return pair.error();
        pairs.push_back(std::move(*pair));
        insertNotice(recipient, protocol);
    }
    if (auto r = db_->failure(); !r)
        return r.error();
    return pairs;
}

Result<void> Engine::discard(Recording& recording)
{
    recording_.erase(recording.id());
    ended_.erase(recording.id());
    recording.close();
    return endMessages({recording.id()}, MessageState::deleted, "discarded");
}

} // namespace callbox::messages
