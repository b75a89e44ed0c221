// SPDX-License-Identifier: GPL-2.0-or-later
// The alarm book: raised, acknowledged, cleared, counted; what a restart keeps; no alarm that stays for ever.
#include "world.h"
#include <algorithm>
#include <gmock/gmock.h>
#include <set>

using namespace callbox;
using namespace callbox::alarms;
using namespace callbox::alarms::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

TEST(AlarmBook, RaisesOnceAndCountsEachTime)
{
    World w;
    AlarmBook book(w.edges);
    book.raise(kinds::spanLos, "tie1");
    const WallTime first = w.loop.wallNow();
    w.loop.runFor(5s);
    book.raise(kinds::spanLos, "tie1");
    const status::AlarmRecord* a = book.find("span-los:tie1");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->severity, "major");
    EXPECT_EQ(a->state, "raised");
    EXPECT_EQ(a->count, 1U);
    EXPECT_EQ(a->first, first);
    EXPECT_EQ(a->last, first + 5s);
    EXPECT_THAT(a->text, HasSubstr("tie1: loss of signal"));
    EXPECT_THAT(a->text, HasSubstr("cable")) << "what to try";
    book.clear(kinds::spanLos, "tie1");
    EXPECT_FALSE(book.stands("span-los:tie1"));
    book.raise(kinds::spanLos, "tie1");
    EXPECT_EQ(book.find("span-los:tie1")->count, 2U);
    EXPECT_EQ(book.find("span-los:tie1")->first, first);
}

TEST(AlarmBook, TellsTheTextOfNow)
{
    World w;
    AlarmBook book(w.edges);
    book.raise(kinds::poolLow, {}, "80 of 100");
    book.raise(kinds::poolLow, {}, "99 of 100");
    EXPECT_THAT(book.find("pool-low")->text, HasSubstr("99 of 100"));
}

TEST(AlarmBook, AnAcknowledgedAlarmGoesOnStandingAndIsClearedLikeAnyOther)
{
    World w;
    AlarmBook book(w.edges);
    book.raise(kinds::noModem);
    const auto done = w.run(book.acknowledge("no-modem-ready", "kim"));
    ASSERT_TRUE(done && *done);
    EXPECT_EQ(stateOf(book, "no-modem-ready"), "acknowledged");
    EXPECT_EQ(book.find("no-modem-ready")->acknowledgedBy, "kim");
    book.raise(kinds::noModem);
    EXPECT_EQ(stateOf(book, "no-modem-ready"), "acknowledged") << "it is not news";
    EXPECT_EQ(book.find("no-modem-ready")->count, 1U);
    book.clear(kinds::noModem);
    EXPECT_EQ(stateOf(book, "no-modem-ready"), "cleared");
    book.raise(kinds::noModem);
    EXPECT_EQ(stateOf(book, "no-modem-ready"), "raised") << "a new one, that nobody has seen";
    EXPECT_EQ(book.find("no-modem-ready")->acknowledgedBy, "");
}

TEST(AlarmBook, AcknowledgingWhatDoesNotStandSaysWhatDoes)
{
    World w;
    AlarmBook book(w.edges);
    auto r = w.run(book.acknowledge("span-los", "kim"));
    ASSERT_TRUE(r && !*r);
    EXPECT_EQ(r->error().code, Errc::not_found);
    EXPECT_THAT(r->error().what, HasSubstr("none stands"));
    book.raise(kinds::spanLos, "tie1");
    book.raise(kinds::diskLow);
    book.clear(kinds::diskLow);
    r = w.run(book.acknowledge("disk-low", "kim"));
    ASSERT_TRUE(r && !*r);
    EXPECT_THAT(r->error().what, HasSubstr("there are span-los:tie1"));
    r = w.run(book.acknowledge("span-los:tie1", std::string(5000, 'x')));
    ASSERT_TRUE(r && !*r);
    EXPECT_EQ(r->error().code, Errc::invalid);
    EXPECT_EQ(stateOf(book, "span-los:tie1"), "raised");
}

TEST(AlarmBook, ARestartKeepsWhoHasSeenAnAlarmThatStillStands)
{
    World w;
    {
        AlarmBook book(w.edges, "/state/alarms.json");
        book.load(); // no file yet
        book.raise(kinds::noModem);
        w.loop.runFor(10s);
        const auto kept = w.run(book.acknowledge("no-modem-ready", "kim"));
        ASSERT_TRUE(kept && *kept);
    }
    w.files.powerCut(); // what acknowledge() has kept is kept
    AlarmBook book(w.edges, "/state/alarms.json");
    book.load();
    std::vector<std::string> told;
    book.onChange([&](const status::AlarmRecord& a) { told.push_back(a.name + " " + a.state); });
    EXPECT_EQ(stateOf(book, "no-modem-ready"), "acknowledged");
    w.loop.runFor(20s);
    book.raise(kinds::noModem);
    w.loop.runFor(120s);
    EXPECT_EQ(stateOf(book, "no-modem-ready"), "acknowledged");
    EXPECT_EQ(book.find("no-modem-ready")->acknowledgedBy, "kim");
    EXPECT_EQ(book.find("no-modem-ready")->count, 1U);
    EXPECT_THAT(told, IsEmpty()) << "nobody is told twice of one alarm";
}

TEST(AlarmBook, AnAlarmThatNobodyFindsAgainAfterARestartIsCleared)
{
    World w;
    {
        AlarmBook book(w.edges, "/state/alarms.json");
        book.raise(kinds::spanLos, "a-span-since-removed");
        book.raise(kinds::diskLow);
        w.loop.runFor(5s);
    }
    AlarmBook book(w.edges, "/state/alarms.json");
    book.load();
    EXPECT_THAT(standing(book), ElementsAre("disk-low", "span-los:a-span-since-removed"));
    book.raise(kinds::diskLow);
    w.loop.runFor(61s);
    EXPECT_THAT(standing(book), ElementsAre("disk-low"));
}

TEST(AlarmBook, AFileOfNonsenseIsAsGoodAsNone)
{
    for (const char* text : {"", "{", "[]", R"({"alarms":3})", R"({"alarms":[{"name":"x"}]})", "\xff\xfe"}) {
        World w;
        auto f = w.files.open("/state/alarms.json", OpenMode::create);
        ASSERT_TRUE(f && (*f)->write(0, {reinterpret_cast<const std::uint8_t*>(text), std::strlen(text)}));
        AlarmBook book(w.edges, "/state/alarms.json");
        book.load();
        EXPECT_THAT(book.all(), IsEmpty()) << text;
        book.raise(kinds::noModem);
        w.loop.runFor(5s);
        EXPECT_TRUE(book.stands("no-modem-ready"));
    }
}

TEST(AlarmBook, AFullDiskKeepsNobodyFromAcknowledging)
{
    World w;
    AlarmBook book(w.edges, "/state/alarms.json");
    w.files.setFull(true);
    book.raise(kinds::diskLow);
    w.loop.runFor(5s);
    const auto r = w.run(book.acknowledge("disk-low", "kim"));
    ASSERT_TRUE(r && !*r) << "a restart forgets it, and that is said";
    EXPECT_EQ(stateOf(book, "disk-low"), "acknowledged");
}

TEST(AlarmBook, KeepsFiftyClearedOnesAndAllThatStand)
{
    World w;
    AlarmBook book(w.edges);
    for (int i = 0; i < 200; ++i) {
        book.raise(kinds::spanLos, "s" + std::to_string(i));
        book.raise(kinds::slips, "s" + std::to_string(i));
        book.clear(kinds::spanLos, "s" + std::to_string(i));
    }
    EXPECT_EQ(book.all().size(), 250U);
    EXPECT_EQ(stateOf(book, "span-los:s199"), "cleared");
    EXPECT_EQ(stateOf(book, "span-los:s149"), "");
}

TEST(AlarmKinds, EachHasANameOfItsOwnASeverityAndWhatToTry)
{
    std::set<std::string_view> names;
    for (const Kind* k : allKinds()) {
        EXPECT_TRUE(names.insert(k->name).second) << k->name;
        EXPECT_EQ(findKind(k->name), k);
        if (k == &kinds::notices)
            continue; // its words come from the outbox
        EXPECT_FALSE(k->means.empty()) << k->name;
        EXPECT_FALSE(k->tryThis.empty()) << k->name;
    }
    EXPECT_EQ(findKind("span"), nullptr);
}

// N8: whatever happened before, clearing every kind leaves nothing standing, and each raise after a clear is told.
TEST(AlarmKinds, EveryRaiseHasItsClear)
{
    World w;
    auto random = makeSeededRandom(11);
    for (int round = 0; round < 30; ++round) {
        AlarmBook book(w.edges, "/state/alarms.json");
        if (round % 3 == 0)
            book.load();
        std::map<std::string, int> open; // raises less clears, as told
        for (const status::AlarmRecord& a : book.all())
            open[a.name] = a.state == "cleared" ? 0 : 1;
        book.onChange([&](const status::AlarmRecord& a) {
            if (a.state == "raised")
                ++open[a.name];
            else if (a.state == "cleared")
                --open[a.name];
            EXPECT_TRUE(open[a.name] == 0 || open[a.name] == 1) << a.name << " " << a.state;
        });
        for (int step = 0; step < 100; ++step) {
            const Kind& kind = *allKinds()[random->next() % allKinds().size()];
            const std::string of = random->next() % 2 ? "a" : "";
            switch (random->next() % 4) {
            case 0:
            case 1:
                book.raise(kind, of, "detail");
                break;
            case 2:
                book.clear(kind, of);
                break;
            default:
                (void)w.run(book.acknowledge(alarmName(kind, of), "kim"));
                break;
            }
        }
        w.loop.runFor(2s); // kept as it is: the next book may begin with these
        for (const Kind* kind : allKinds())
            for (const char* of : {"", "a"})
                book.clear(*kind, of);
        EXPECT_THAT(standing(book), IsEmpty());
        for (const auto& [name, n] : open)
            EXPECT_EQ(n, 0) << name;
    }
}

} // namespace
