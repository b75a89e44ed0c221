// SPDX-License-Identifier: GPL-2.0-or-later
// What people see of the store.
#include "engine.h"
#include <algorithm>

namespace callbox::messages {

namespace {

#define MESSAGE_COLUMNS                                                                                                \
    "SELECT m.id, m.state, m.caller, m.presentation, m.created_at, m.samples, m.cut_short, m.sha256, m.call, "         \
    "m.source FROM messages m "

WallTime wall(std::int64_t ms)
{
    return WallTime(std::chrono::milliseconds(ms));
}

PhoneNumber number(const std::string& e164)
{
    return PhoneNumber::parse(e164).value_or(PhoneNumber());
}

std::vector<NotificationRow> notifications(Database& db, RecipientId recipient)
{
    std::vector<NotificationRow> out;
    Query q = db.query("SELECT id, protocol, state, attempts, last_error, changed_at FROM notifications "
                       "WHERE recipient = ? ORDER BY id");
    q.bind(recipient);
    while (q.step())
        out.push_back({q.integer(0), q.text(1), notificationState(q.text(2)).value_or(NotificationState::queued),
                       static_cast<int>(q.integer(3)), q.text(4), wall(q.integer(5))});
    return out;
}

std::vector<RecipientRow> recipients(Database& db, MessageId message)
{
    std::vector<RecipientRow> out;
    {
        Query q = db.query("SELECT r.id, r.number, p.link, r.state, r.heard_at FROM recipients r "
                           "LEFT JOIN pairs p ON p.recipient = r.id WHERE r.message = ? ORDER BY r.id");
        q.bind(message);
        while (q.step()) {
            RecipientRow r;
            r.id = q.integer(0);
            r.number = number(q.text(1));
            r.linkNumber = number(q.text(2));
            r.state = recipientState(q.text(3)).value_or(RecipientState::waiting);
            if (!q.isNull(4))
                r.heardAt = wall(q.integer(4));
            out.push_back(std::move(r));
        }
    }
    for (RecipientRow& r : out)
        r.notifications = notifications(db, r.id);
    return out;
}

} // namespace

MessageRow Engine::readMessage(Query& q)
{
    MessageRow m;
    m.id = q.integer(0);
    m.state = messageState(q.text(1)).value_or(MessageState::recording);
    if (!q.isNull(2))
        m.from = number(q.text(2));
    m.fromPresentation = q.text(3);
    m.createdAt = wall(q.integer(4));
    m.length = Duration(q.integer(5) * (1'000'000'000 / hal::samplesPerSecond));
    m.cutShort = q.integer(6) != 0;
    m.audioSha256 = q.text(7);
    m.call = q.text(8);
    m.recipientSource = q.text(9);
    return m;
}

Result<std::vector<MessageRow>> Engine::list(const MessageFilter& f)
{
    std::vector<MessageRow> out;
    {
        // One statement for all filters: a parameter that is NULL filters nothing.
        Query q = db_->query(MESSAGE_COLUMNS
                             "WHERE (?1 IS NULL OR m.state = ?1) AND (?2 IS NULL OR EXISTS (SELECT 1 FROM recipients "
                             "r WHERE r.message = m.id AND r.number = ?2)) ORDER BY m.id DESC LIMIT ?3");
        q.bind(f.state ? std::optional(std::string(name(*f.state))) : std::nullopt)
            .bind(f.to ? std::optional(f.to->e164()) : std::nullopt)
            .bind(static_cast<std::int64_t>(f.most));
        while (q.step())
            out.push_back(readMessage(q));
    }
    for (MessageRow& m : out)
        m.recipients = recipients(*db_, m.id);
    std::reverse(out.begin(), out.end());
    if (auto r = db_->failure(); !r)
        return r.error();
    return out;
}

Result<MessageRow> Engine::show(MessageId id)
{
    std::optional<MessageRow> m;
    {
        Query q = db_->query(MESSAGE_COLUMNS "WHERE m.id = ?");
        if (q.bind(id).step())
            m = readMessage(q);
    }
    if (auto r = db_->failure(); !r)
        return r.error();
    if (!m)
        return Error{Errc::not_found, "there is no message " + std::to_string(id)};
    m->recipients = recipients(*db_, id);
    return std::move(*m);
}

Result<std::vector<NumberRow>> Engine::numbers()
{
    std::vector<NumberRow> out(links_.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i].number = number(links_.numberAt(i));
    Query q = db_->query("SELECT link, sum(until = 0), sum(until <> 0) FROM pairs GROUP BY link");
    std::vector<NumberRow> strangers; // of an earlier pool, still carrying something
    while (q.step()) {
        const std::string link = q.text(0);
        NumberRow row{number(link), std::size_t(q.integer(1)), std::size_t(q.integer(2))};
        const auto it = std::lower_bound(out.begin(), out.end(), row.number,
                                         [](const NumberRow& r, const PhoneNumber& n) { return r.number < n; });
        if (it != out.end() && it->number == row.number)
            *it = row;
        else
            strangers.push_back(row);
    }
    out.insert(out.end(), strangers.begin(), strangers.end());
    if (auto r = db_->failure(); !r)
        return r.error();
    return out;
}

} // namespace callbox::messages
