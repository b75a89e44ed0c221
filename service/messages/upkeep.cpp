// SPDX-License-Identifier: GPL-2.0-or-later
// What a crash left, what time ends, and what the status record shows.
#include "engine.h"
#include <algorithm>

namespace callbox::messages {

namespace {

constexpr std::uint64_t bytesPerSecond = hal::samplesPerSecond;

constexpr Duration probeEvery = 1s;
constexpr std::size_t purgePortion = 50; // some milliseconds; whoever hangs up meanwhile waits no longer

} // namespace

// After a crash: recordings that nobody holds are messages cut short; what was being sent may have been sent.
Result<void> Engine::repair()
{
    const auto r = db_->transaction([&]() -> Result<void> {
        std::vector<NotificationId> sending;
        {
            Query q = db_->query("SELECT id FROM notifications WHERE state = 'sending'");
            while (q.step())
                sending.push_back(q.integer(0));
        }
        for (const NotificationId n : sending)
            setNotification(n, NotificationState::unknown, "the box stopped while sending");
        // Programs before this one did not say until when what has ended is kept.
        db_->query("UPDATE messages SET ends_at = ? WHERE state IN ('expired', 'deleted') AND ends_at IS NULL")
            .bind(forgottenAt())
            .step();
        return {};
    });
    if (!r)
        return r;
    std::vector<MessageId> cut;
    {
        Query q = db_->query("SELECT id FROM messages WHERE state = 'recording' ORDER BY id");
        while (q.step())
            cut.push_back(q.integer(0));
    }
    for (const MessageId id : cut)
        if (auto one = repairOne(id); !one) // the others may still be saved
            edges_.log.error("recording not repaired", {{"message", id}, {"error", one.error()}});
    return reclaimFiles();
}

// The header of a file whose recording was cut, or whose sync was: what was read of it is what is on the disk.
Result<void> Engine::seal(MessageId id, const FoundAudio& found)
{
    auto file = edges_.files.open(audioPath(id), OpenMode::write);
    if (!file)
        return file.error();
    const OctetBuffer header = hal::wavHeader(found.law, static_cast<std::uint32_t>(found.samples));
    auto r = found.sealed ? Result<void>() : (*file)->write(0, header);
    if (r)
        r = (*file)->sync();
    return r ? r : cannotWrite(r.error());
}

// Its length is what the header says if the recording was ended, and else what there is. Only one that is known to have
// been ended in good order (by this process, or by the row) is whole.
Result<void> Engine::repairOne(MessageId id)
{
    const auto known = ended_.find(id);
    bool cutShort = known == ended_.end() || known->second;
    hal::Law law = hal::Law::alaw;
    {
        Query q =
            db_->query("SELECT law, (crc32 IS NOT NULL OR sha256 <> '') AND cut_short = 0 FROM messages WHERE id = ?");
        if (q.bind(id).step()) {
            law = q.text(0) == "mulaw" ? hal::Law::mulaw : hal::Law::alaw;
            cutShort = known == ended_.end() ? q.integer(1) == 0 : known->second;
        }
    }
    if (auto r = db_->failure(); !r)
        return r;
    auto octets = readWav(id);
    if (!octets && octets.error().code != Errc::not_found)
        return octets.error();
    const FoundAudio found = octets ? lookAt(*octets, law) : FoundAudio();
    if (found.samples < static_cast<std::uint64_t>(config_.shortest.count()) * bytesPerSecond / 1'000'000'000) {
        edges_.log.info("recording too short to be a message", {{"message", id}, {"samples", found.samples}});
        ended_.erase(id);
        return endMessages({id}, MessageState::deleted, "cut before it was a message");
    }
    if (auto r = seal(id, found); !r)
        return r;
    const std::uint32_t crc = digest::crc32(Octets(*octets).subspan(hal::wavHeaderSize, std::size_t(found.samples)));
    const auto r = db_->transaction([&]() -> Result<void> {
        const auto stored = store(id, found.samples, crc, cutShort);
        return stored ? Result<void>() : Result<void>(stored.error());
    });
    if (!r) {
        links_.load(*db_);
        return r;
    }
    ended_.erase(id);
    edges_.log.warning(cutShort ? "recording cut short is a message" : "recording that waited is a message",
                       {{"message", id}, {"samples", found.samples}});
    return {};
}

// Files whose message is gone, and messages whose file is.
Result<void> Engine::reclaimFiles()
{
    const auto names = edges_.files.list(config_.folder + "/audio");
    if (!names)
        return names.error();
    // All that is live is known before the first file goes: what cannot be read must not look as if it were gone.
    std::set<MessageId> live, stored;
    {
        Query q = db_->query("SELECT id, state FROM messages WHERE state IN ('recording', 'stored', 'delivered')");
        while (q.step()) {
            live.insert(q.integer(0));
            if (q.text(1) != "recording")
                stored.insert(q.integer(0));
        }
    }
    if (auto r = db_->failure(); !r)
        return r.error().because("looking for messages without audio");
    for (const std::string& name : *names) {
        const auto id = idOfAudio(name);
        if (!id)
            continue; // somebody else's
        if (!live.count(*id))
            unlinkAudio(*id);
        stored.erase(*id);
    }
    (void)edges_.files.syncDirectory(config_.folder + "/audio");
    for (const MessageId id : stored)
        edges_.log.error("a message has lost its audio", {{"message", id}});
    return {};
}

Result<void> Engine::endDue()
{
    std::vector<MessageId> heard, unheard;
    {
        Query q = db_->query("SELECT id, state FROM messages WHERE state IN ('stored', 'delivered') AND ends_at <= ?");
        q.bind(now());
        while (q.step())
            (q.text(1) == "delivered" ? heard : unheard).push_back(q.integer(0));
    }
    if (auto r = db_->failure(); !r)
        return r;
    if (auto r = endMessages(heard, MessageState::deleted, "heard, its time is over"); !r)
        return r;
    return endMessages(unheard, MessageState::expired, "not heard in time");
}

// As long as its number rests, who holds it must be known.
std::int64_t Engine::forgottenAt() const
{
    return now() + toMs(std::max(config_.keepEnded, config_.quarantine));
}

void Engine::purgeRows(MessageId id)
{
    for (const char* sql :
         {"DELETE FROM history WHERE kind = 'notification' AND subject IN (SELECT n.id FROM notifications n "
          "JOIN recipients r ON r.id = n.recipient WHERE r.message = ?)",
          "DELETE FROM notifications WHERE recipient IN (SELECT id FROM recipients WHERE message = ?)",
          "DELETE FROM history WHERE kind = 'recipient' AND subject IN (SELECT id FROM recipients WHERE message = ?)",
          "DELETE FROM recipients WHERE message = ?", "DELETE FROM history WHERE kind = 'message' AND subject = ?",
          "DELETE FROM messages WHERE id = ?"})
        db_->query(sql).bind(id).step();
}

Result<bool> Engine::purge()
{
    std::vector<MessageId> due;
    {
        // A notice under way is waited for, but not for ever: after a day nothing more is heard of it.
        Query q = db_->query(
            "SELECT id FROM messages m WHERE state IN ('expired', 'deleted') AND ends_at <= ?1 "
            "AND NOT EXISTS (SELECT 1 FROM recipients r JOIN pairs p ON p.recipient = r.id WHERE r.message = m.id) "
            "AND NOT EXISTS (SELECT 1 FROM recipients r JOIN notifications n ON n.recipient = r.id "
            "WHERE r.message = m.id AND n.state IN ('queued', 'sending', 'unknown') AND n.changed_at > ?2) LIMIT ?3");
        q.bind(now()).bind(now() - toMs(std::chrono::hours(24))).bind(std::int64_t(purgePortion));
        while (q.step())
            due.push_back(q.integer(0));
    }
    if (auto r = db_->failure(); !r)
        return r.error();
    if (due.empty())
        return false;
    const auto r = db_->transaction([&]() -> Result<void> {
        for (const MessageId id : due)
            purgeRows(id);
        return {};
    });
    if (!r)
        return r.error();
    edges_.log.info("ended messages forgotten", {{"messages", due.size()}});
    return due.size() == purgePortion;
}

Result<void> Engine::sweep()
{
    (void)lookForLost(); // a folder that cannot be listed now is as it was
    if (auto r = endDue(); !r)
        return r;
    std::vector<std::string> rested;
    const auto r = db_->transaction([&]() -> Result<void> {
        {
            Query q = db_->query("SELECT link FROM pairs WHERE until > 0 AND until <= ?");
            q.bind(now());
            while (q.step())
                rested.push_back(q.text(0));
        }
        db_->query("DELETE FROM pairs WHERE until > 0 AND until <= ?").bind(now()).step();
        return {};
    });
    if (!r)
        return r;
    for (const std::string& link : rested)
        links_.returned(link);
    // Recordings whose commit failed (no link number, no room): perhaps now.
    std::vector<MessageId> orphans;
    {
        Query q = db_->query("SELECT id FROM messages WHERE state = 'recording'");
        while (q.step())
            if (!recording_.count(q.integer(0)))
                orphans.push_back(q.integer(0));
    }
    for (const MessageId id : orphans)
        if (auto one = repairOne(id); !one)
            edges_.log.warning("recording still not stored", {{"message", id}, {"error", one.error()}});
    return db_->failure();
}

Error Engine::cannotWrite(const Error& e)
{
    if (writeProblem_.empty())
        edges_.log.error("nothing can be recorded", {{"error", e}});
    writeProblem_ = e.what;
    probeAt_ = edges_.loop.now() + probeEvery;
    return e;
}

void Engine::noteDatabase()
{
    if (auto e = db_->takeDiskFailure())
        (void)cannotWrite(*e);
}

// A box that stopped recording takes no deposit that could tell whether it can again, so this asks the disk itself, in
// all ways that a recording needs it: a file and its name where audio goes, and the database.
Result<void> Engine::probeWriting()
{
    const std::string folder = config_.folder + "/audio";
    const std::string path = folder + "/probe";
    const std::uint8_t block[4096] = {};
    Result<void> r;
    {
        auto file = edges_.files.open(path, OpenMode::create);
        r = file ? (*file)->write(0, block) : Result<void>(file.error());
        if (r)
            r = (*file)->sync();
    }
    (void)edges_.files.remove(path);
    if (r)
        r = edges_.files.syncDirectory(folder);
    if (r)
        r = db_->transaction([&] { return db_->execute("PRAGMA user_version = " + std::to_string(schemaVersion)); });
    return r;
}

Health Engine::health()
{
    noteDatabase();
    if (!writeProblem_.empty() && edges_.loop.now() >= probeAt_) {
        const auto r = probeWriting();
        (void)db_->takeDiskFailure();
        if (r) {
            edges_.log.info("the disk takes recordings again", {{"was", writeProblem_}});
            writeProblem_.clear();
        } else {
            (void)cannotWrite(r.error());
        }
    }
    Health h;
    h.setAside = setAside_;
    h.lastSyncMs = toMs(lastSync_);
    const auto free = edges_.files.freeBytes(config_.folder);
    if (!free) {
        h.why = free.error().what;
        return h;
    }
    // Two thresholds: what stopped for lack of room goes on with a tenth more than the least.
    const std::uint64_t least = config_.reserveBytes + (roomLeft_ ? 0 : config_.reserveBytes / 10);
    roomLeft_ = *free >= least;
    h.recordSecondsLeft =
        *free > config_.reserveBytes ? std::int64_t((*free - config_.reserveBytes) / bytesPerSecond) : 0;
    if (!roomLeft_)
        h.why = "disk nearly full: " + std::to_string(*free >> 20) + " MiB left in " + config_.folder;
    else if (!writeProblem_.empty())
        h.why = writeProblem_;
    h.canRecord = h.why.empty();
    return h;
}

Snapshot Engine::snapshot()
{
    Snapshot s;
    (void)db_->failure(); // of whoever did not ask
    s.health = health();
    s.pool.size = links_.size();
    {
        Query q = db_->query("SELECT coalesce(sum(until = 0), 0), coalesce(sum(until <> 0), 0) FROM pairs");
        if (q.step()) {
            s.pool.pairsLive = std::size_t(q.integer(0));
            s.pool.pairsQuarantined = std::size_t(q.integer(1));
        }
    }
    {
        Query q = db_->query("SELECT count(*) AS n FROM pairs GROUP BY number ORDER BY n DESC LIMIT 1");
        if (q.step())
            s.pool.fullestRecipient = std::size_t(q.integer(0));
    }
    {
        Query q = db_->query("SELECT count(*), min(queued_at) FROM notifications "
                             "WHERE state IN ('queued', 'sending', 'unknown')");
        if (q.step()) {
            s.outbox.queued = std::size_t(q.integer(0));
            s.oldestQueuedMs = q.isNull(1) ? 0 : q.integer(1);
        }
    }
    if (auto r = db_->failure(); !r) {
        s.health.canRecord = false;
        s.health.why = "the database does not answer: " + r.error().what;
    }
    return s;
}

} // namespace callbox::messages
