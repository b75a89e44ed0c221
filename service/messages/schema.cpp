// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema.h"
#include <algorithm>
#include <array>

namespace callbox::messages {

namespace {

// application_id 0x43424f58 = "CBOX". Times are milliseconds since 1970 UTC.
constexpr const char* tables = R"(
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    caller TEXT,
    presentation TEXT NOT NULL,
    source TEXT NOT NULL,
    call TEXT NOT NULL,
    protocol TEXT NOT NULL,
    law TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    samples INTEGER NOT NULL DEFAULT 0,
    cut_short INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT NOT NULL DEFAULT '',
    ends_at INTEGER,
    crc32 INTEGER);
CREATE INDEX messages_state ON messages(state, ends_at);
CREATE TABLE recipients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages(id),
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    heard_at INTEGER,
    UNIQUE(message, number));
CREATE INDEX recipients_number ON recipients(number);
-- A pair is live (until 0) or in quarantine (until a time). Rows go when their quarantine ends.
CREATE TABLE pairs (
    id INTEGER PRIMARY KEY,
    link TEXT NOT NULL,
    number TEXT NOT NULL,
    code TEXT,
    recipient INTEGER NOT NULL REFERENCES recipients(id),
    until INTEGER NOT NULL DEFAULT 0,
    UNIQUE(link, number));
CREATE UNIQUE INDEX pairs_code ON pairs(link, code) WHERE until = 0;
CREATE INDEX pairs_recipient ON pairs(recipient);
CREATE INDEX pairs_number ON pairs(number);
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient INTEGER NOT NULL REFERENCES recipients(id),
    protocol TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    unknowns INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL DEFAULT '',
    refs BLOB NOT NULL DEFAULT x'',
    queued_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL);
CREATE INDEX notifications_state ON notifications(state, protocol, not_before);
CREATE INDEX notifications_recipient ON notifications(recipient);
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL);
CREATE INDEX history_subject ON history(kind, subject);
PRAGMA application_id = 1128419160;
PRAGMA user_version = 1;
)";
constexpr std::int64_t applicationId = 1128419160;

template <class E, std::size_t N>
std::optional<E> find(const std::array<std::string_view, N>& words, std::string_view word)
{
    const auto it = std::find(words.begin(), words.end(), word);
    return it == words.end() ? std::nullopt : std::optional(static_cast<E>(it - words.begin()));
}

constexpr std::array<std::string_view, 5> messageStates{"recording", "stored", "delivered", "expired", "deleted"};
constexpr std::array<std::string_view, 5> recipientStates{"waiting", "notified", "heard", "failed", "opted-out"};
constexpr std::array<std::string_view, 7> notificationStates{"queued",    "sending", "unknown",  "sent",
                                                             "delivered", "failed",  "cancelled"};

std::int64_t pragma(Database& db, const char* sql)
{
    Query q = db.query(sql);
    return q.step() ? q.integer(0) : 0;
}

} // namespace

std::string_view name(MessageState s)
{
    return messageStates[static_cast<std::size_t>(s)];
}
std::string_view name(RecipientState s)
{
    return recipientStates[static_cast<std::size_t>(s)];
}
std::string_view name(NotificationState s)
{
    return notificationStates[static_cast<std::size_t>(s)];
}
std::optional<MessageState> messageState(std::string_view s)
{
    return find<MessageState>(messageStates, s);
}
std::optional<RecipientState> recipientState(std::string_view s)
{
    return find<RecipientState>(recipientStates, s);
}
std::optional<NotificationState> notificationState(std::string_view s)
{
    return find<NotificationState>(notificationStates, s);
}

namespace {

// Those that programs before this one did not have and do not miss: they may still open the file.
Result<void> addNewColumns(Database& db)
{
    bool there = false;
    {
        Query q = db.query("SELECT 1 FROM pragma_table_info('messages') WHERE name = 'crc32'");
        there = q.step();
    }
    if (auto r = db.failure(); !r || there)
        return r;
    return db.execute("ALTER TABLE messages ADD COLUMN crc32 INTEGER");
}

} // namespace

Result<void> prepareSchema(Database& db)
{
    const std::int64_t id = pragma(db, "PRAGMA application_id");
    const std::int64_t version = pragma(db, "PRAGMA user_version");
    const std::int64_t made = pragma(db, "SELECT count(*) FROM sqlite_schema");
    if (auto r = db.failure(); !r)
        return r;
    if (made == 0)
        return db.transaction([&] { return db.execute(tables); });
    if (id != applicationId)
        return Error{Errc::invalid, "messages.db is not Callbox's: it has another application id"};
    if (version != schemaVersion)
        return Error{Errc::invalid, "messages.db has format " + std::to_string(version) + ", this program knows " +
                                        std::to_string(schemaVersion)};
    return addNewColumns(db);
}

void history(Database& db, std::int64_t atMs, const char* kind, std::int64_t id, std::string_view state,
             const std::string& detail)
{
    db.query("INSERT INTO history(at, kind, subject, state, detail) VALUES(?,?,?,?,?)")
        .bind(atMs)
        .bind(std::string(kind))
        .bind(id)
        .bind(std::string(state))
        .bind(detail)
        .step();
}

} // namespace callbox::messages
