// SPDX-License-Identifier: GPL-2.0-or-later
#include "database.h"
#include <sqlite3.h>

namespace callbox::messages {

Query::~Query()
{
    if (stmt_) {
        sqlite3_reset(stmt_);
        sqlite3_clear_bindings(stmt_);
    }
}

Query& Query::bind(std::int64_t v)
{
    if (stmt_)
        db_->note(sqlite3_bind_int64(stmt_, ++bound_, v));
    return *this;
}

Query& Query::bind(const std::string& v)
{
    if (stmt_)
        db_->note(sqlite3_bind_text(stmt_, ++bound_, v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT));
    return *this;
}

Query& Query::bind(const std::optional<std::string>& v)
{
    if (v)
        return bind(*v);
    if (stmt_)
        db_->note(sqlite3_bind_null(stmt_, ++bound_));
    return *this;
}

Query& Query::bindBlob(const std::vector<std::uint8_t>& v)
{
    if (stmt_)
        db_->note(sqlite3_bind_blob(stmt_, ++bound_, v.empty() ? "" : reinterpret_cast<const char*>(v.data()),
                                    static_cast<int>(v.size()), SQLITE_TRANSIENT));
    return *this;
}

bool Query::step()
{
    if (!stmt_ || db_->stopped())
        return false;
    const int code = sqlite3_step(stmt_);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        db_->note(code);
    return code == SQLITE_ROW;
}

std::int64_t Query::integer(int column) const
{
    return sqlite3_column_int64(stmt_, column);
}

std::string Query::text(int column) const
{
    const auto* t = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
    return t ? std::string(t, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))) : std::string();
}

bool Query::isNull(int column) const
{
    return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}

std::vector<std::uint8_t> Query::blob(int column) const
{
    const auto* b = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt_, column));
    return b ? std::vector<std::uint8_t>(b, b + sqlite3_column_bytes(stmt_, column)) : std::vector<std::uint8_t>();
}

Result<std::unique_ptr<Database>> Database::open(const Edges& edges, const std::string& path)
{
    std::unique_ptr<Database> d(new Database(edges));
    d->path_ = path;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (const int code = sqlite3_open_v2(path.c_str(), &d->db_, flags, d->vfs_.name().c_str()); code != SQLITE_OK)
        return d->error(code).because("opening the database");
    sqlite3_extended_result_codes(d->db_, 1);
    for (const char* pragma : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                               "PRAGMA secure_delete=ON", "PRAGMA temp_store=MEMORY", "PRAGMA foreign_keys=ON",
                               "PRAGMA journal_size_limit=4194304"})
        if (auto r = d->execute(pragma); !r)
            return r.error();
    return d;
}

Database::~Database()
{
    for (auto& [sql, stmt] : prepared_)
        sqlite3_finalize(stmt);
    sqlite3_close(db_);
}

Error Database::error(int code)
{
    const int primary = code & 0xFF;
    const Errc errc = primary == SQLITE_FULL ? Errc::no_space : primary == SQLITE_CONSTRAINT ? Errc::busy : Errc::io;
    std::string what = path_ + ": " + sqlite3_errmsg(db_);
    if (const std::string below = vfs_.takeFailure(); !below.empty())
        what += " (" + below + ")";
    const Error e{errc, std::move(what)};
    switch (primary) {
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        diskFailure_ = e;
        break;
    default:
        break;
    }
    return e;
}

void Database::note(int code)
{
    if (code == SQLITE_OK)
        return;
    Error e = error(code);
    if (inTransaction_ && !broken_)
        broken_ = e;
    if (!failure_)
        failure_ = std::move(e);
}

bool Database::stopped()
{
    if (!inTransaction_)
        return false;
    if (!broken_ && sqlite3_get_autocommit(db_))
        broken_ = Error{Errc::io, path_ + ": the transaction was rolled back"};
    if (broken_ && !failure_)
        failure_ = broken_;
    return broken_.has_value();
}

Query Database::query(const char* sql)
{
    if (stopped())
        return Query(*this, nullptr);
    sqlite3_stmt*& stmt = prepared_[sql];
    if (!stmt)
        note(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr));
    return Query(*this, stmt);
}

Result<void> Database::execute(const std::string& sql)
{
    if (stopped())
        return *broken_;
    const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code == SQLITE_OK)
        return {};
    const Error e = error(code);
    if (inTransaction_ && !broken_)
        broken_ = e;
    return e;
}

std::int64_t Database::lastId() const
{
    return sqlite3_last_insert_rowid(db_);
}

int Database::changes() const
{
    return sqlite3_changes(db_);
}

Result<void> Database::failure()
{
    if (!failure_)
        return {};
    Error e = std::move(*failure_);
    failure_.reset();
    return e;
}

Result<void> Database::begin()
{
    failure_.reset(); // of somebody who did not ask: no reason to refuse a write
    (void)vfs_.takeFailure();
    if (!sqlite3_get_autocommit(db_)) // a roll-back failed: nothing can be written until it has succeeded
        if (auto r = execute("ROLLBACK"); !r)
            return r.error().because("ending the transaction before");
    return execute("BEGIN IMMEDIATE");
}

Result<void> Database::transaction(const std::function<Result<void>()>& work)
{
    if (auto r = begin(); !r)
        return r;
    inTransaction_ = true;
    broken_.reset();
    Result<void> done = work();
    (void)stopped();
    inTransaction_ = false;
    failure_.reset();
    if (broken_)
        done = *std::exchange(broken_, std::nullopt);
    if (done)
        done = execute("COMMIT");
    if (!sqlite3_get_autocommit(db_))
        sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
}

Result<void> Database::part(const std::function<Result<void>()>& work)
{
    if (auto r = execute("SAVEPOINT part"); !r)
        return r;
    Result<void> done = work();
    if (stopped())
        done = *broken_;
    failure_.reset();
    if (done)
        return execute("RELEASE part");
    if (sqlite3_get_autocommit(db_))
        return done;
    broken_.reset();
    auto undone = execute("ROLLBACK TO part");
    if (undone)
        undone = execute("RELEASE part");
    return done;
}

void Database::checkpoint()
{
    sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

} // namespace callbox::messages
