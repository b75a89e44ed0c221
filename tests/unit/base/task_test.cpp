// SPDX-License-Identifier: GPL-2.0-or-later
// Task, its waits and its roots: outcomes, order, and that destroying what waits is safe.
#include <callbox/base/async.h>
#include <gtest/gtest.h>
#include <vector>

using namespace callbox;

namespace {

struct Counted {
    explicit Counted(int& n) : n_(n) { ++n_; }
    ~Counted() { --n_; }
    Counted(const Counted&) = delete;
    int& n_;
};

Task<int> seven()
{
    co_return 7;
}
Task<int> failing()
{
    co_await fail(Errc::busy, "the line is taken");
    co_return 1;
}
Task<int> sumOf(Loop& loop)
{
    const int a = co_await seven();
    co_await sleepFor(loop, 10ms);
    const int b = co_await seven();
    co_return a + b;
}

Task<> store(Loop& loop, int& out)
{
    out = co_await sumOf(loop);
}

TEST(Task, GivesTheValueOfWhatItAwaits)
{
    SimLoop loop;
    TaskGroup group(loop);
    int out = 0;
    group.start(store(loop, out));
    EXPECT_EQ(out, 0);
    loop.runFor(10ms);
    EXPECT_EQ(out, 14);
}

Task<> goesOnAfterFailure(bool& reached)
{
    co_await failing();
    reached = true;
}

TEST(Task, AFailureEndsTheAwaiterAtThatLine)
{
    SimLoop loop;
    TaskGroup group(loop);
    bool reached = false;
    std::optional<Result<void>> outcome;
    group.start(goesOnAfterFailure(reached), [&](Result<void> r) { outcome.emplace(std::move(r)); });
    loop.runReady();
    ASSERT_TRUE(outcome);
    ASSERT_FALSE(*outcome);
    EXPECT_EQ(outcome->error().code, Errc::busy);
    EXPECT_EQ(outcome->error().what, "the line is taken");
    EXPECT_FALSE(reached);
}

Task<> looks(Errc& seen)
{
    Result<int> r = co_await check(failing());
    seen = r ? Errc::io : r.error().code;
}

TEST(Task, CheckShowsTheFailureInstead)
{
    SimLoop loop;
    TaskGroup group(loop);
    Errc seen = Errc::io;
    group.start(looks(seen));
    EXPECT_EQ(seen, Errc::busy);
}

Task<> holds(Loop& loop, int& alive)
{
    Counted c(alive);
    co_await sleepFor(loop, 1h);
}
Task<> holdsTwice(Loop& loop, int& alive)
{
    Counted c(alive);
    co_await holds(loop, alive);
}

TEST(Task, DestroyingTheGroupDestroysEverythingThatWaits)
{
    SimLoop loop;
    int alive = 0;
    {
        TaskGroup group(loop);
        group.start(holdsTwice(loop, alive));
        EXPECT_EQ(alive, 2);
        EXPECT_EQ(group.running(), 1u);
    }
    EXPECT_EQ(alive, 0);
    loop.runFor(2h); // the timer must not wake a dead coroutine
}

Task<> waitsFor(Event<int>& event, int& got)
{
    got = co_await event.wait();
}

TEST(Event, SetBeforeItsWaiterDiesWakesNobody)
{
    SimLoop loop;
    Event<int> event(loop);
    int got = 0;
    {
        TaskGroup group(loop);
        group.start(waitsFor(event, got));
        event.set(5); // the wake-up is posted
    }
    loop.runReady();
    EXPECT_EQ(got, 0);
}

TEST(Event, WakesFromTheLoopNotFromInsideSet)
{
    SimLoop loop;
    TaskGroup group(loop);
    Event<int> event(loop);
    int got = 0;
    group.start(waitsFor(event, got));
    event.set(5);
    EXPECT_EQ(got, 0);
    loop.runReady();
    EXPECT_EQ(got, 5);
}

Task<> waitsAtMost(Event<int>& event, Duration d, std::optional<int>& got, bool& done)
{
    got = co_await event.waitFor(d);
    done = true;
}

TEST(Event, ALimitedWaitEndsEmpty)
{
    SimLoop loop;
    TaskGroup group(loop);
    Event<int> event(loop);
    std::optional<int> got = 1;
    bool done = false;
    group.start(waitsAtMost(event, 20ms, got, done));
    loop.runFor(19ms);
    EXPECT_FALSE(done);
    loop.runFor(1ms);
    EXPECT_TRUE(done);
    EXPECT_FALSE(got);
    event.set(3); // late: nobody is there
    loop.runReady();
}

Task<> readsAll(Queue<int>& queue, std::vector<int>& got)
{
    for (;;) {
        std::optional<int> v = co_await queue.next(1s);
        if (!v)
            co_return;
        got.push_back(*v);
    }
}

TEST(Queue, KeepsOrderAndEndsWhenNothingComes)
{
    SimLoop loop;
    TaskGroup group(loop);
    Queue<int> queue(loop);
    std::vector<int> got;
    queue.push(1);
    group.start(readsAll(queue, got));
    queue.push(2);
    queue.push(3);
    loop.runReady();
    EXPECT_EQ(got, (std::vector<int>{1, 2, 3}));
    loop.runFor(2s);
    EXPECT_EQ(group.running(), 0u);
}

Task<> deep(Loop& loop, int depth)
{
    if (depth == 0) {
        co_await sleepFor(loop, 1ms);
        co_return;
    }
    co_await deep(loop, depth - 1);
}

TEST(Task, ManyScriptsOfManyLevelsTakeNoRealTime)
{
    SimLoop loop;
    TaskGroup group(loop);
    for (int i = 0; i < 1000; ++i)
        group.start(deep(loop, 20));
    loop.runFor(1ms);
    EXPECT_EQ(group.running(), 0u);
}

TEST(TaskGroup, DoneComesAfterTheFrameIsGone)
{
    SimLoop loop;
    TaskGroup group(loop);
    int alive = 0;
    int aliveAtDone = -1;
    group.start(holds(loop, alive), [&](Result<void>) { aliveAtDone = alive; });
    loop.runFor(1h);
    EXPECT_EQ(aliveAtDone, 0);
}

} // namespace
