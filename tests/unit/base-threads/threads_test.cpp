// SPDX-License-Identifier: GPL-2.0-or-later
// What crosses threads: posts to a loop, jobs of an executor, the store's work on one. For ThreadSanitizer.
#include "../../support/scratch_folder.h"
#include "messages/store.h"
#include <callbox/base/executor.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <thread>

using namespace callbox;

namespace {

TEST(Threads, PostsFromManyThreadsAllRunOnTheLoopInTheirOrder)
{
    RealLoop loop;
    constexpr int threads = 4, each = 2000;
    std::vector<std::vector<int>> seen(threads);
    int left = threads * each;
    std::vector<std::thread> posters;
    for (int t = 0; t < threads; ++t)
        posters.emplace_back([&, t] {
            for (int i = 0; i < each; ++i)
                loop.post([&, t, i] {
                    seen[std::size_t(t)].push_back(i);
                    if (--left == 0)
                        loop.stop();
                });
        });
    loop.run();
    for (std::thread& p : posters)
        p.join();
    for (const auto& one : seen) {
        ASSERT_EQ(one.size(), std::size_t(each));
        EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
    }
}

TEST(Threads, JobsRunOneAfterAnotherAndTheirAnswersComeToTheLoop)
{
    RealLoop loop;
    auto executor = makeThreadExecutor(loop, "disk");
    std::vector<int> ran; // only the worker touches it until all is answered
    int answered = 0;
    const auto loopThread = std::this_thread::get_id();
    for (int i = 0; i < 500; ++i)
        executor->run([&ran, i] { ran.push_back(i); },
                      [&] {
                          EXPECT_EQ(std::this_thread::get_id(), loopThread);
                          if (++answered == 500)
                              loop.stop();
                      });
    loop.run();
    ASSERT_EQ(ran.size(), 500u);
    EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
    EXPECT_EQ(executor->queued(), 0u);
}

TEST(Threads, AnExecutorThatEndsRunsWhatIsQueuedAndDropsTheAnswers)
{
    RealLoop loop;
    int ran = 0, answered = 0;
    {
        auto executor = makeThreadExecutor(loop, "disk");
        for (int i = 0; i < 50; ++i)
            executor->run([&] { ++ran; }, [&] { ++answered; });
    }
    EXPECT_EQ(ran, 50);
    loop.post([&] { loop.stop(); });
    loop.run();
    EXPECT_LE(answered, 50);
}

Task<int> waitFor(Executor& executor, Loop& loop, int i)
{
    const int v = co_await runOn<int>(executor, loop, [i]() -> Result<int> { return i * 2; });
    co_return v;
}

Task<> sum(Executor& executor, Loop& loop, int& total)
{
    for (int i = 0; i < 100; ++i) {
        const int v = co_await waitFor(executor, loop, i);
        total += v;
    }
}

TEST(Threads, ACoroutineWaitsForTheWorker)
{
    RealLoop loop;
    auto executor = makeThreadExecutor(loop, "disk");
    TaskGroup tasks(loop);
    int total = 0;
    tasks.start(sum(*executor, loop, total), [&](Result<void> r) {
        EXPECT_TRUE(r);
        loop.stop();
    });
    loop.run();
    EXPECT_EQ(total, 9900);
}

TEST(Threads, ACoroutineDestroyedWhileItsJobRunsLeavesItAlone)
{
    RealLoop loop;
    auto executor = makeThreadExecutor(loop, "disk");
    int total = 0;
    {
        TaskGroup tasks(loop);
        tasks.start(sum(*executor, loop, total));
    }
    executor->run([] {}, [&] { loop.stop(); });
    loop.run();
    EXPECT_EQ(total, 0);
}

Task<> deposits(messages::Store& store, int& committed)
{
    for (int i = 0; i < 20; ++i) {
        messages::NewMessage m;
        m.recipients.push_back(*PhoneNumber::parse("+121255501" + std::to_string(10 + i)));
        m.protocol = "sms";
        std::unique_ptr<messages::Draft> draft = co_await store.begin(m);
        const OctetBuffer block(160, 0x55);
        for (int k = 0; k < 100; ++k)
            draft->append(block, 0);
        const messages::Committed done = co_await store.commit(std::move(draft), false);
        committed += done.recipients.size() == 1;
        (void)store.health();
        (void)store.pool();
    }
}

Task<> speaks(messages::Store& store, int i, std::unique_ptr<messages::Draft>& draft)
{
    messages::NewMessage m;
    m.recipients.push_back(*PhoneNumber::parse("+12125550" + std::to_string(100 + i)));
    m.protocol = "sms";
    draft = co_await store.begin(m);
    const OctetBuffer block(160, std::uint8_t(i));
    for (int k = 0; k < 120; ++k) // more than is written without a sync
        draft->append(block, 0);
}

Task<> hangsUp(messages::Store& store, int i, std::unique_ptr<messages::Draft> draft,
               std::set<messages::MessageId>& saved)
{
    const messages::Committed done = co_await store.commit(std::move(draft), false);
    saved.insert(done.message);
    const hal::SoundPtr sound = co_await store.audio(done.message);
    EXPECT_EQ(sound->samples, OctetBuffer(120 * 160, std::uint8_t(i)));
}

struct StoreOnAThread {
    StoreOnAThread()
    {
        config.folder = folder.path();
        config.poolFirst = *PhoneNumber::parse("+12125559001");
        config.poolLast = *PhoneNumber::parse("+12125559100");
        store = messages::Store::open(edges, config);
    }
    tests::ScratchFolder folder{"store"};
    RealLoop loop;
    std::unique_ptr<Random> random = makeSystemRandom();
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeThreadExecutor(loop, "disk");
    Edges edges{loop, *random, *files, *disk, Log()};
    messages::StoreConfig config;
    Result<std::unique_ptr<messages::Store>> store = Error{Errc::gone, "not opened"};
};

TEST(Threads, AHundredAndTwentyCallersHangUpAtOnceAndEachIsSaved)
{
    constexpr int callers = 120;
    StoreOnAThread w;
    ASSERT_TRUE(w.store) << w.store.error().what;
    std::set<messages::MessageId> saved;
    std::vector<std::unique_ptr<messages::Draft>> drafts(callers);
    TaskGroup tasks(w.loop);
    int left = callers;
    const auto ended = [&](const Result<void>& r) {
        EXPECT_TRUE(r) << (r ? "" : r.error().what);
        if (--left == 0)
            w.loop.stop();
    };
    const auto spoken = [&](const Result<void>& r) {
        EXPECT_TRUE(r) << (r ? "" : r.error().what);
        if (--left > 0)
            return;
        left = callers;
        for (int i = 0; i < callers; ++i)
            tasks.start(hangsUp(**w.store, i, std::move(drafts[std::size_t(i)]), saved), ended);
    };
    for (int i = 0; i < callers; ++i)
        tasks.start(speaks(**w.store, i, drafts[std::size_t(i)]), spoken);
    w.loop.run();
    EXPECT_EQ(saved.size(), std::size_t(callers));
}

TEST(Threads, TheStoreWorksOnAWorkerThread)
{
    StoreOnAThread w;
    ASSERT_TRUE(w.store) << w.store.error().what;
    int committed = 0;
    TaskGroup tasks(w.loop);
    int running = 4;
    for (int i = 0; i < 4; ++i)
        tasks.start(deposits(**w.store, committed), [&](Result<void> r) {
            EXPECT_TRUE(r) << (r ? "" : r.error().what);
            if (--running == 0)
                w.loop.stop();
        });
    w.loop.run();
    EXPECT_EQ(committed, 80);
}

} // namespace
