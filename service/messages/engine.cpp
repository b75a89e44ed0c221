// SPDX-License-Identifier: GPL-2.0-or-later
// Opening the store, and the changes of state that all else is made of.
#include "engine.h"
#include <cstdio>

namespace callbox::messages {

Engine::Engine(const Edges& edges, StoreConfig config)
    : edges_(edges), config_(std::move(config)), links_(config_, edges_.random)
{
}

// The folder and its name in every folder above survive a power cut. Whoever made it, now or before a crash, need not
// have synced them. A folder above that we may not read was not made by us.
Result<void> Engine::makeFolders()
{
    const std::string audio = config_.folder + "/audio";
    if (auto r = edges_.files.makeDirectories(audio); !r)
        return r.error().because("making the store's folder");
    for (std::string folder = audio;;) {
        const auto r = edges_.files.syncDirectory(folder);
        if (!r && r.error().code != Errc::denied)
            return r.error().because("the store's folder");
        const auto slash = folder.rfind('/');
        if (folder == "/" || folder == ".")
            return {};
        folder = slash == std::string::npos ? "." : slash == 0 ? "/" : folder.substr(0, slash);
    }
}

Result<void> Engine::open()
{
    if (auto r = makeFolders(); !r)
        return r;
    if (auto r = keepLost(); !r)
        return r;
    auto db = Database::open(edges_, config_.folder + "/messages.db");
    if (!db)
        return db.error();
    db_ = std::move(*db);
    if (auto r = prepareSchema(*db_); !r)
        return r.error().because(config_.folder);
    links_.load(*db_);
    MessageId most = 0; // that was ever given
    {
        Query q = db_->query("SELECT seq FROM sqlite_sequence WHERE name = 'messages'");
        if (q.step())
            most = q.integer(0);
    }
    if (auto r = db_->failure(); !r)
        return r;
    if (auto r = keepUnknown(most); !r)
        return r;
    if (auto r = lookForLost(); !r)
        return r;
    if (auto r = findWithoutFingerprint(); !r)
        return r;
    return repair();
}

std::string Engine::audioPath(MessageId id) const
{
    char name[32];
    std::snprintf(name, sizeof name, "/audio/%08lld.wav", static_cast<long long>(id));
    return config_.folder + name;
}

void Engine::setMessage(MessageId id, MessageState s, const std::string& detail)
{
    // What has ended stays as it ended.
    Query q = db_->query("UPDATE messages SET state = ?1 WHERE id = ?2 AND state NOT IN (?1, 'expired', 'deleted')");
    q.bind(std::string(name(s))).bind(id).step();
    if (db_->changes() > 0)
        history(*db_, now(), "message", id, name(s), detail);
}

void Engine::setRecipient(RecipientId id, RecipientState s, const std::string& detail)
{
    db_->query("UPDATE recipients SET state = ? WHERE id = ?").bind(std::string(name(s))).bind(id).step();
    history(*db_, now(), "recipient", id, name(s), detail);
}

void Engine::setNotification(NotificationId id, NotificationState s, const std::string& detail)
{
    db_->query("UPDATE notifications SET state = ?, changed_at = ?, unknowns = unknowns + ? WHERE id = ?")
        .bind(std::string(name(s)))
        .bind(now())
        .bind(std::int64_t(s == NotificationState::unknown))
        .bind(id)
        .step();
    history(*db_, now(), "notification", id, name(s), detail);
}

// What is being sent now cannot be called back; its outcome is still recorded.
void Engine::cancelNotices(RecipientId id, const std::string& why)
{
    std::vector<NotificationId> waiting;
    {
        Query q = db_->query("SELECT id FROM notifications WHERE recipient = ? AND state IN ('queued', 'unknown')");
        q.bind(id);
        while (q.step())
            waiting.push_back(q.integer(0));
    }
    for (const NotificationId n : waiting)
        setNotification(n, NotificationState::cancelled, why);
}

void Engine::rest(RecipientId id)
{
    db_->query("UPDATE pairs SET until = ?, code = NULL WHERE recipient = ? AND until = 0")
        .bind(now() + toMs(config_.quarantine))
        .bind(id)
        .step();
}

Result<MessageId> Engine::liveOf(RecipientId id)
{
    Query q = db_->query("SELECT r.message FROM recipients r JOIN pairs p ON p.recipient = r.id "
                         "JOIN messages m ON m.id = r.message "
                         "WHERE r.id = ? AND p.until = 0 AND m.state IN ('stored', 'delivered')");
    if (!q.bind(id).step())
        return Error{Errc::not_found, "the message has ended: deleted or expired meanwhile"};
    return q.integer(0);
}

// Delivered when every recipient has heard it; back to stored when one keeps it as new.
void Engine::settle(MessageId id)
{
    bool open = false;
    {
        Query q = db_->query("SELECT 1 FROM recipients r JOIN pairs p ON p.recipient = r.id "
                             "WHERE r.message = ? AND p.until = 0 AND r.state <> 'heard'");
        open = q.bind(id).step();
    }
    setMessage(id, open ? MessageState::stored : MessageState::delivered);
    db_->query("UPDATE messages SET ends_at = ? WHERE id = ?")
        .bind(now() + toMs(open ? config_.retention : config_.keepHeard))
        .bind(id)
        .step();
}

// What is left when it cannot be removed is not played any more, and goes at the next start.
void Engine::unlinkAudio(MessageId id)
{
    const std::string path = audioPath(id);
    if (auto r = edges_.files.remove(path); !r && r.error().code != Errc::not_found)
        edges_.log.warning("audio not removed", {{"message", id}, {"error", r.error()}});
}

void Engine::endRows(MessageId id, MessageState state, const std::string& why)
{
    std::vector<RecipientId> recipients;
    {
        Query q = db_->query("SELECT r.id FROM recipients r JOIN messages m ON m.id = r.message "
                             "WHERE m.id = ? AND m.state NOT IN ('expired', 'deleted')");
        q.bind(id);
        while (q.step())
            recipients.push_back(q.integer(0));
    }
    if (recipients.empty())
        return; // it has ended before
    for (const RecipientId recipient : recipients) {
        cancelNotices(recipient, why);
        rest(recipient);
    }
    db_->query("UPDATE messages SET caller = NULL, ends_at = ? WHERE id = ?").bind(forgottenAt()).bind(id).step();
    setMessage(id, state, why);
}

void Engine::forget(const std::vector<MessageId>& ended)
{
    for (const MessageId id : ended) {
        unlinkAudio(id);
        damaged_.erase(id);
    }
    checkpointDue_ = true;
    checkpointIfDue();
}

void Engine::checkpointIfDue()
{
    if (!std::exchange(checkpointDue_, false))
        return;
    (void)edges_.files.syncDirectory(config_.folder + "/audio");
    db_->checkpoint();
}

// For real (design 6): who called and the code go from the database, the audio from the disk, both from the WAL. The
// row goes first: a crash in between leaves a file without a row, which the next start removes.
Result<void> Engine::endMessages(const std::vector<MessageId>& ids, MessageState state, const std::string& why)
{
    if (ids.empty())
        return {};
    (void)fingerprints(ids); // the last moment for them
    const auto r = db_->transaction([&]() -> Result<void> {
        for (const MessageId id : ids)
            endRows(id, state, why);
        return {};
    });
    if (!r)
        return r;
    forget(ids);
    return {};
}

Result<void> Engine::remove(MessageId id)
{
    {
        Query q = db_->query("SELECT state FROM messages WHERE id = ?");
        if (!q.bind(id).step())
            return Error{Errc::not_found, "there is no message " + std::to_string(id)};
        if (recording_.count(id))
            return Error{Errc::busy, "message " + std::to_string(id) + " is being recorded"};
    }
    return endMessages({id}, MessageState::deleted, "deleted by hand");
}

} // namespace callbox::messages
