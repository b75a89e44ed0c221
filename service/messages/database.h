// SPDX-License-Identifier: GPL-2.0-or-later
// SQLite, as little of it as the store needs: statements kept prepared, values bound by type, errors as Results.
// One thread at a time.
#pragma once
#include "messages/vfs.h"
#include <map>
#include <optional>

struct sqlite3;
struct sqlite3_stmt;

namespace callbox::messages {

class Database;

// A statement while it is used; rows by step(). Resets itself when destroyed.
class Query {
public:
    ~Query();
    Query(Query&& o) noexcept : db_(o.db_), stmt_(std::exchange(o.stmt_, nullptr)), bound_(o.bound_) {}
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t);
    Query& bind(const std::string&);
    Query& bind(const std::optional<std::string>&); // empty: NULL
    Query& bindBlob(const std::vector<std::uint8_t>&);
    // True: a row is there. An error is kept by the Database (failure()).
    bool step();
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::vector<std::uint8_t> blob(int column) const;

private:
    friend class Database;
    Query(Database& db, sqlite3_stmt* stmt) : db_(&db), stmt_(stmt) {}
    Database* db_;
    sqlite3_stmt* stmt_;
    int bound_ = 0;
};

class Database {
public:
    // Opens or makes the file; WAL, synchronous FULL, secure_delete, foreign keys on.
    static Result<std::unique_ptr<Database>> open(const Edges&, const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Query query(const char* sql);                 // prepared once, by the address of its text
    Result<void> execute(const std::string& sql); // its own error, not one that was noted before
    [[nodiscard]] std::int64_t lastId() const;
    [[nodiscard]] int changes() const;

    // Everything `work` does, or nothing. What failed first is the error, whether `work` looked at it or not; after it
    // no statement of `work` does anything: SQLite may have rolled back by itself, and then each would be committed
    // alone.
    Result<void> transaction(const std::function<Result<void>()>& work);
    // A part of a transaction, inside of its `work`: what it does is undone when it fails, and the rest may go on. If
    // SQLite has rolled back everything, everything fails.
    Result<void> part(const std::function<Result<void>()>& work);
    // What went wrong since the last call of this, if anything.
    Result<void> failure();
    // The last error since the last call of this that was the disk's or the file's, not the statement's.
    std::optional<Error> takeDiskFailure() { return std::exchange(diskFailure_, std::nullopt); }
    void checkpoint(); // what was deleted leaves the WAL file too

private:
    friend class Query;
    explicit Database(const Edges& edges) : vfs_(edges) {}
    Error error(int code);
    void note(int code);
    Result<void> begin();
    bool stopped(); // in a transaction that has failed already
    Vfs vfs_;
    std::string path_;
    sqlite3* db_ = nullptr;
    std::map<const char*, sqlite3_stmt*> prepared_;
    std::optional<Error> failure_;
    bool inTransaction_ = false;
    std::optional<Error> broken_; // what failed first in it
    std::optional<Error> diskFailure_;
};

} // namespace callbox::messages
