// SPDX-License-Identifier: GPL-2.0-or-later
// Notifications: what waits to be told, by which protocol, what became of it.
#include "engine.h"
#include <algorithm>

namespace callbox::messages {

namespace {

// The columns that readNotices() expects.
#define NOTICE_COLUMNS                                                                                                 \
    "SELECT n.id, r.message, r.id, n.protocol, n.state, n.attempts, r.number, m.caller, m.created_at, m.samples, "     \
    "p.link, p.code, n.refs, n.channel, n.unknowns, n.changed_at FROM notifications n JOIN recipients r ON r.id = "    \
    "n.recipient "                                                                                                     \
    "JOIN messages m ON m.id = r.message JOIN pairs p ON p.recipient = r.id "

// Of a recipient `r`: the message is there and was not heard.
#define STILL_TO_TELL "(r.state <> 'heard' AND EXISTS(SELECT 1 FROM pairs WHERE recipient = r.id AND until = 0))"

PhoneNumber number(const std::string& e164)
{
    return PhoneNumber::parse(e164).value_or(PhoneNumber());
}

} // namespace

std::vector<Notice> Engine::readNotices(Query& q)
{
    std::vector<Notice> out;
    while (q.step()) {
        Notice n;
        n.id = q.integer(0);
        n.message = q.integer(1);
        n.recipient = q.integer(2);
        n.protocol = q.text(3);
        n.state = notificationState(q.text(4)).value_or(NotificationState::queued);
        n.attempts = static_cast<int>(q.integer(5));
        n.to = number(q.text(6));
        if (!q.isNull(7))
            n.from = number(q.text(7));
        n.createdAt = WallTime(std::chrono::milliseconds(q.integer(8)));
        n.length = Duration(q.integer(9) * (1'000'000'000 / hal::samplesPerSecond));
        n.linkNumber = number(q.text(10));
        n.code = Secret(q.text(11));
        n.references = q.blob(12);
        n.channel = q.text(13);
        n.unknowns = static_cast<int>(q.integer(14));
        n.changedAt = WallTime(std::chrono::milliseconds(q.integer(15)));
        out.push_back(std::move(n));
    }
    return out;
}

Result<std::vector<Notice>> Engine::take(const std::string& protocol, std::size_t most)
{
    std::vector<Notice> out;
    {
        Query q = db_->query(NOTICE_COLUMNS "WHERE n.state = 'queued' AND n.protocol = ? AND n.not_before <= ? "
                                            "ORDER BY n.id LIMIT ?");
        q.bind(protocol).bind(now()).bind(static_cast<std::int64_t>(most));
        out = readNotices(q);
    }
    if (auto r = db_->failure(); !r)
        return r.error();
    if (out.empty())
        return out;
    const auto r = db_->transaction([&]() -> Result<void> {
        for (Notice& n : out) {
            db_->query("UPDATE notifications SET attempts = attempts + 1 WHERE id = ?").bind(n.id).step();
            setNotification(n.id, NotificationState::sending);
            n.state = NotificationState::sending;
            ++n.attempts;
        }
        return {};
    });
    if (!r)
        return r.error();
    return out;
}

Result<void> Engine::update(const Store::NotificationChange& c)
{
    return db_->transaction([&]() -> Result<void> {
        Query q = db_->query("SELECT n.recipient, n.state, r.state, " STILL_TO_TELL " FROM notifications n "
                             "JOIN recipients r ON r.id = n.recipient WHERE n.id = ?");
        if (!q.bind(c.id).step())
            return Error{Errc::not_found, "no notification " + std::to_string(c.id)};
        const RecipientId recipient = q.integer(0);
        const std::string before = q.text(1);
        const std::string recipientBefore = q.text(2);
        const bool again = c.state == NotificationState::queued;
        if (before == "cancelled" && again)
            return {};
        // Heard or deleted while it was on its way: nothing to try again.
        const NotificationState state = again && !q.integer(3) ? NotificationState::cancelled : c.state;
        if (!c.error.empty())
            db_->query("UPDATE notifications SET last_error = ? WHERE id = ?").bind(c.error).bind(c.id).step();
        if (!c.references.empty())
            db_->query("UPDATE notifications SET refs = ? WHERE id = ?").bindBlob(c.references).bind(c.id).step();
        if (!c.channel.empty())
            db_->query("UPDATE notifications SET channel = ? WHERE id = ?").bind(c.channel).bind(c.id).step();
        db_->query("UPDATE notifications SET not_before = ? WHERE id = ?")
            .bind(again ? now() + toMs(c.notBefore) : 0)
            .bind(c.id)
            .step();
        setNotification(c.id, state, c.error);
        const bool told = c.state == NotificationState::sent || c.state == NotificationState::delivered;
        if (told && (recipientBefore == "waiting" || recipientBefore == "failed"))
            setRecipient(recipient, RecipientState::notified, c.error);
        if (c.state == NotificationState::failed && recipientBefore == "waiting" && !othersUnderWay(recipient))
            setRecipient(recipient, RecipientState::failed, c.error);
        return {};
    });
}

bool Engine::othersUnderWay(RecipientId recipient)
{
    Query q = db_->query(
        "SELECT 1 FROM notifications WHERE recipient = ? AND state IN ('queued', 'sending', 'unknown') LIMIT 1");
    return q.bind(recipient).step();
}

void Engine::insertNotice(RecipientId recipient, const std::string& protocol)
{
    db_->query("INSERT INTO notifications(recipient, protocol, state, queued_at, changed_at) VALUES(?,?,'queued',?,?)")
        .bind(recipient)
        .bind(protocol)
        .bind(now())
        .bind(now())
        .step();
    history(*db_, now(), "notification", db_->lastId(), "queued", protocol);
}

Result<void> Engine::queueNotice(RecipientId recipient, const std::string& protocol)
{
    return db_->transaction([&]() -> Result<void> {
        addNotice(recipient, protocol);
        return {};
    });
}

void Engine::addNotice(RecipientId recipient, const std::string& protocol)
{
    Query q = db_->query("SELECT 1 FROM recipients r WHERE r.id = ? AND " STILL_TO_TELL
                         " AND NOT EXISTS(SELECT 1 FROM notifications WHERE recipient = r.id AND protocol = ?)");
    if (q.bind(recipient).bind(protocol).step())
        insertNotice(recipient, protocol);
}

Result<std::vector<Notice>> Engine::inState(NotificationState state, const std::string& protocol)
{
    Query q = db_->query(NOTICE_COLUMNS "WHERE n.state = ? AND n.protocol = ? ORDER BY n.id");
    q.bind(std::string(name(state))).bind(protocol);
    auto out = readNotices(q);
    if (auto r = db_->failure(); !r)
        return r.error();
    return out;
}

Result<std::optional<Notice>> Engine::byReference(const std::string& channel, std::uint8_t reference,
                                                  const std::string& to)
{
    // References are one octet and come round again: the latest that matches is meant.
    Query q = db_->query(NOTICE_COLUMNS "WHERE n.channel = ? AND r.number = ? AND n.state IN ('sent', 'unknown', "
                                        "'sending') ORDER BY n.changed_at DESC, n.id DESC");
    q.bind(channel).bind(to);
    const auto candidates = readNotices(q);
    if (auto r = db_->failure(); !r)
        return r.error();
    const auto it = std::find_if(candidates.begin(), candidates.end(), [&](const Notice& n) {
        return std::find(n.references.begin(), n.references.end(), reference) != n.references.end();
    });
    return it == candidates.end() ? std::optional<Notice>() : std::optional(*it);
}

} // namespace callbox::messages
