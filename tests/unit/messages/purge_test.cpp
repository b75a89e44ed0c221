// SPDX-License-Identifier: GPL-2.0-or-later
// What has ended is forgotten in time: rows, numbers, histories. A box that runs for years keeps a database of one
// size.
#include "messages/database.h"
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

// Rows of all tables, asked when no store is open.
std::map<std::string, std::int64_t> rows(StoreWorld& w)
{
    std::map<std::string, std::int64_t> out;
    auto db = Database::open(w.edges, "/state/messages.db");
    EXPECT_TRUE(db) << db.error().what;
    for (const auto& [table, sql] : {std::pair{"messages", "SELECT count(*) FROM messages"},
                                     {"recipients", "SELECT count(*) FROM recipients"},
                                     {"pairs", "SELECT count(*) FROM pairs"},
                                     {"notifications", "SELECT count(*) FROM notifications"},
                                     {"history", "SELECT count(*) FROM history"}}) {
        Query q = (*db)->query(sql);
        out[table] = q.step() ? q.integer(0) : -1;
    }
    return out;
}

struct PurgeWorld : StoreWorld {
    PurgeWorld()
    {
        config.retention = 10h;
        config.keepHeard = 2h;
        config.quarantine = 5h;
        config.keepEnded = 20h;
        EXPECT_TRUE(open());
    }
    void sweepAfter(Duration d)
    {
        loop.runFor(d);
        EXPECT_TRUE(run(store->sweep()));
    }
};

TEST(Purge, AHeardMessageStaysListedThenDeletedThenForgotten)
{
    PurgeWorld w;
    const auto done = w.deposit();
    ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[0])));
    w.sweepAfter(119min);
    auto m = w.run(w.store->show(done->message));
    EXPECT_EQ(m->state, MessageState::delivered);
    EXPECT_TRUE(m->recipients[0].heardAt);
    w.sweepAfter(2min);
    m = w.run(w.store->show(done->message));
    EXPECT_EQ(m->state, MessageState::deleted) << "its time is over";
    EXPECT_TRUE(m->recipients[0].heardAt) << "that it was heard is still known";
    EXPECT_EQ(w.store->pool().pairsQuarantined, 1u);
    w.sweepAfter(5h);
    EXPECT_EQ(w.store->pool().pairsQuarantined, 0u) << "the pair has rested";
    w.sweepAfter(14h);
    EXPECT_TRUE(w.run(w.store->show(done->message))) << "kept for 20 hours after its end";
    w.sweepAfter(2h);
    EXPECT_EQ(w.run(w.store->show(done->message)).error().code, Errc::not_found);
    w.store.reset();
    w.loop.runFor(1s);
    for (const auto& [table, count] : rows(w))
        EXPECT_EQ(count, 0) << table;
}

TEST(Purge, NothingIsForgottenWhileItsNumberRests)
{
    PurgeWorld w;
    w.config.keepEnded = 0h;
    w.config.quarantine = 50h;
    w.die(false);
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
    w.sweepAfter(49h);
    EXPECT_TRUE(w.run(w.store->show(done->message))) << "who holds the number must be known as long as it rests";
    EXPECT_EQ(w.store->pool().pairsQuarantined, 1u);
    w.sweepAfter(2h);
    w.sweepAfter(1min);
    EXPECT_FALSE(w.run(w.store->show(done->message)));
    EXPECT_EQ(w.store->pool().pairsQuarantined, 0u);
}

TEST(Purge, ANoticeOnItsWayIsWaitedFor)
{
    PurgeWorld w;
    w.config.keepEnded = 0h;
    w.config.quarantine = 1h;
    w.die(false);
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    const auto notices = w.run(w.store->take("sms", 1));
    ASSERT_EQ(notices->size(), 1u);
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
    w.sweepAfter(2h);
    Store::NotificationChange sent;
    sent.id = (*notices)[0].id;
    sent.state = NotificationState::sent;
    EXPECT_TRUE(w.run(w.store->update(sent))) << "its outcome could not be kept";
    w.sweepAfter(1min);
    EXPECT_FALSE(w.run(w.store->show(done->message)));
}

TEST(Purge, LiveMessagesAndRestingOnesOfOthersAreLeftAlone)
{
    PurgeWorld w;
    w.config.keepEnded = 1h;
    w.config.quarantine = 1h;
    w.config.retention = 1000h;
    w.die(false);
    ASSERT_TRUE(w.open());
    const auto kept = w.deposit("+12125550124");
    for (int i = 0; i < 120; ++i) { // more than one portion
        const auto done = w.deposit("+12125550123");
        ASSERT_TRUE(done) << done.error().what;
        ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
        if (i % 10 == 9)
            w.sweepAfter(61min);
    }
    w.sweepAfter(3h);
    const auto left = w.run(w.store->list({}));
    ASSERT_EQ(left->size(), 1u);
    EXPECT_EQ((*left)[0].id, kept->message);
    EXPECT_TRUE(w.run(w.store->audio(kept->message)));
    EXPECT_EQ((*left)[0].recipients[0].notifications.size(), 1u);
}

TEST(Purge, WhatEndedBeforeThereWasAPurgeIsForgottenToo)
{
    PurgeWorld w;
    const auto done = w.deposit();
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
    w.store.reset();
    w.loop.runFor(1s);
    {
        auto db = Database::open(w.edges, "/state/messages.db");
        ASSERT_TRUE(db && (*db)->execute("UPDATE messages SET ends_at = NULL")); // as the version before wrote it
    }
    ASSERT_TRUE(w.open());
    w.sweepAfter(19h);
    EXPECT_TRUE(w.run(w.store->show(done->message)));
    w.sweepAfter(2h);
    w.sweepAfter(1min);
    EXPECT_FALSE(w.run(w.store->show(done->message)));
}

TEST(Purge, TheDatabaseDoesNotGrowForEver)
{
    PurgeWorld w;
    std::uint64_t settled = 0;
    for (int day = 0; day < 12; ++day) {
        for (int i = 0; i < 20; ++i) {
            const auto done = w.deposit("+1212555010" + std::to_string(i % 10));
            ASSERT_TRUE(done) << done.error().what;
            if (i % 2) {
                ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[0])));
            }
        }
        for (int hour = 0; hour < 24; ++hour)
            w.sweepAfter(1h);
        const std::uint64_t size = *(*w.files.open("/state/messages.db", OpenMode::read))->size();
        if (day == 4)
            settled = size;
        if (day > 4) {
            EXPECT_LE(size, settled + settled / 10) << "day " << day;
        }
    }
    EXPECT_GT(settled, 8192u);
}

} // namespace
