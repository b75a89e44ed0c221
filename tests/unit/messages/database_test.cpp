// SPDX-License-Identifier: GPL-2.0-or-later
// What the database does when its disk fails once: a transaction is whole or not there, and the next one works.
#include "messages/database.h"
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

// Two small tables, and one larger than what a fresh connection has read.
struct DatabaseWorld : StoreWorld {
    DatabaseWorld()
    {
        EXPECT_TRUE(files.makeDirectories("/state") && files.syncDirectory("/"));
        reopen();
        EXPECT_TRUE(db->execute("CREATE TABLE a(x); CREATE TABLE b(x); CREATE TABLE large(x)"));
        for (int i = 0; i < 50; ++i)
            db->query("INSERT INTO large VALUES(?)").bindBlob(speech(3000)).step();
        EXPECT_TRUE(db->failure());
        db->checkpoint();
        reopen();
    }
    ~DatabaseWorld() { faulty.fault = {}; }
    void reopen()
    {
        db.reset();
        auto opened = Database::open(edges, "/state/test.db");
        ASSERT_TRUE(opened) << opened.error().what;
        db = std::move(*opened);
    }
    std::int64_t count(const char* sql)
    {
        Query q = db->query(sql);
        return q.step() ? q.integer(0) : -1;
    }
    Result<void> insertBoth()
    {
        return db->transaction([&]() -> Result<void> {
            db->query("INSERT INTO a VALUES(1)").step();
            {
                Query q = db->query("SELECT x FROM large");
                while (q.step())
                    ;
            }
            db->query("INSERT INTO b VALUES(1)").step();
            return {};
        });
    }
    std::unique_ptr<Database> db;
};

TEST(Database, AReadErrorInTheMiddleOfATransactionLeavesNoHalfOfItBehind)
{
    DatabaseWorld w;
    unsigned reads = 0; // of the large table's pages, the thirtieth fails
    w.faulty.fault = [&](Step step, const std::string&) -> std::optional<Error> {
        if (step != Step::read || ++reads != 30)
            return std::nullopt;
        return Error{Errc::io, "input/output error (injected)"};
    };
    const auto r = w.insertBoth();
    ASSERT_GE(reads, 30u) << "the fault was not met";
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::io);
    EXPECT_NE(r.error().what.find("test.db"), std::string::npos) << r.error().what;
    EXPECT_EQ(w.count("SELECT count(*) FROM a"), 0);
    EXPECT_EQ(w.count("SELECT count(*) FROM b"), 0) << "the second half was committed without the first";
    EXPECT_TRUE(w.insertBoth());
    EXPECT_EQ(w.count("SELECT count(*) FROM a"), 1);
    EXPECT_EQ(w.count("SELECT count(*) FROM b"), 1);
}

TEST(Database, WorkThatOverlooksAnErrorIsNotCommittedAroundIt)
{
    DatabaseWorld w;
    const auto r = w.db->transaction([&]() -> Result<void> {
        w.db->query("INSERT INTO a VALUES(1)").step();
        w.db->query("INSERT INTO nowhere VALUES(1)").step();
        (void)w.db->failure(); // overlooked
        w.db->query("INSERT INTO b VALUES(1)").step();
        return {};
    });
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("nowhere"), std::string::npos)
        << "the first error is the one to tell: " << r.error().what;
    EXPECT_EQ(w.count("SELECT count(*) FROM a"), 0);
    EXPECT_EQ(w.count("SELECT count(*) FROM b"), 0);
}

TEST(Database, AnErrorThatNobodyAskedForDoesNotStopTheWritesAfterIt)
{
    DatabaseWorld w;
    w.db->query("SELECT x FROM nowhere").step(); // a listing went wrong, and its error was not looked at
    const auto first = w.insertBoth();
    EXPECT_TRUE(first) << first.error().what;
    const auto second = w.insertBoth();
    EXPECT_TRUE(second) << second.error().what;
    EXPECT_EQ(w.count("SELECT count(*) FROM b"), 2);
}

TEST(Database, AWriteErrorAtAnyStepOfACommitIsToldAndTheNextTransactionWorks)
{
    for (unsigned at = 1; at < 40; ++at) {
        DatabaseWorld w;
        unsigned steps = 0;
        w.faulty.fault = [&](Step step, const std::string& path) -> std::optional<Error> {
            if ((step != Step::write && step != Step::sync) || ++steps != at)
                return std::nullopt;
            return Error{Errc::io, path + ": input/output error (injected)"};
        };
        const auto r = w.insertBoth();
        w.faulty.fault = {};
        const bool met = steps >= at;
        EXPECT_EQ(r.has_value(), !met) << "step " << at;
        EXPECT_EQ(w.count("SELECT count(*) FROM a"), met ? 0 : 1) << "step " << at;
        const auto again = w.insertBoth();
        EXPECT_TRUE(again) << "step " << at << ": " << again.error().what;
        w.files.powerCut();
        w.reopen();
        EXPECT_EQ(w.count("SELECT count(*) FROM a"), w.count("SELECT count(*) FROM b")) << "step " << at;
        EXPECT_EQ(w.count("SELECT count(*) FROM a"), met ? 1 : 2) << "step " << at;
        if (!met)
            break;
        ASSERT_LT(at, 39u) << "a commit has so many steps?";
    }
}

TEST(Database, AWalThatCannotBeLookedForIsAnErrorAndNotAnEmptyDatabase)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto saved = w.deposit();
    ASSERT_TRUE(saved);
    w.die(false); // what was saved is in the WAL still
    w.faulty.failing({Step::exists}, "messages.db-wal");
    const auto r = w.open();
    EXPECT_FALSE(r) << "the store came up without what was saved";
    if (!r) {
        EXPECT_NE(r.error().what.find("messages.db"), std::string::npos) << r.error().what;
    }
    w.store.reset();
    w.faulty.fault = {};
    ASSERT_TRUE(w.open());
    EXPECT_EQ(w.run(w.store->show(saved->message))->state, MessageState::stored);
    EXPECT_TRUE(w.run(w.store->audio(saved->message)));
}

} // namespace
