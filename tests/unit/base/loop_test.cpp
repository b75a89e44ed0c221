// SPDX-License-Identifier: GPL-2.0-or-later
// Both loops keep the same promises; the simulated one also owns time.
#include <callbox/base/loop.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace callbox;

namespace {

TEST(SimLoop, TimersOfOneInstantRunInTheOrderTheyWereSet)
{
    SimLoop loop;
    std::vector<int> order;
    loop.startTimer(loop.now() + 5ms, [&] { order.push_back(1); });
    loop.startTimer(loop.now() + 5ms, [&] { order.push_back(2); });
    loop.startTimer(loop.now() + 1ms, [&] { order.push_back(0); });
    loop.runFor(5ms);
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

TEST(SimLoop, WallClockStepsLeaveTimersAlone)
{
    SimLoop loop;
    bool rang = false;
    Timer t(loop);
    t.after(1h, [&] { rang = true; });
    const WallTime before = loop.wallNow();
    loop.stepWallClock(24h);
    EXPECT_EQ(loop.wallNow() - before, 24h);
    loop.runFor(59min);
    EXPECT_FALSE(rang);
    loop.runFor(1min);
    EXPECT_TRUE(rang);
}

TEST(SimLoop, StartsAtAFixedInstant)
{
    SimLoop loop;
    EXPECT_EQ(isoUtc(loop.wallNow()), "2026-11-22T14:00:00.000Z");
}

TEST(Timer, MayBeSetAgainFromItsOwnCallback)
{
    SimLoop loop;
    Timer t(loop);
    int rings = 0;
    std::function<void()> ring = [&] {
        if (++rings < 3)
            t.after(1ms, ring);
    };
    t.after(1ms, ring);
    loop.runFor(10ms);
    EXPECT_EQ(rings, 3);
}

TEST(Timer, MayDieInItsOwnCallback)
{
    SimLoop loop;
    auto t = std::make_unique<Timer>(loop);
    bool rang = false;
    t->after(1ms, [&] {
        t.reset();
        rang = true;
    });
    loop.runFor(1ms);
    EXPECT_TRUE(rang);
}

TEST(RealLoop, RunsPostsTimersAndWatches)
{
    RealLoop loop;
    int pipeEnds[2];
    ASSERT_EQ(pipe(pipeEnds), 0);
    std::vector<std::string> order;
    auto watch = loop.watch(pipeEnds[0], Interest::read, [&] {
        char c = 0;
        ASSERT_EQ(read(pipeEnds[0], &c, 1), 1);
        order.emplace_back("watch");
        if (order.size() == 3)
            loop.stop();
    });
    ASSERT_TRUE(watch);
    loop.post([&] { order.emplace_back("post"); });
    Timer t(loop);
    t.after(1ms, [&] {
        order.emplace_back("timer");
        ASSERT_EQ(write(pipeEnds[1], "x", 1), 1);
    });
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"post", "timer", "watch"}));
    watch->reset();
    close(pipeEnds[0]);
    close(pipeEnds[1]);
}

// As DAHDI's timers and events come. Here: an urgent octet of TCP.
TEST(RealLoop, UrgentIsTold)
{
    const int listener = socket(AF_INET, SOCK_STREAM, 0), sender = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    auto* address = reinterpret_cast<sockaddr*>(&here);
    ASSERT_EQ(bind(listener, address, size), 0);
    ASSERT_EQ(listen(listener, 1), 0);
    ASSERT_EQ(getsockname(listener, address, &size), 0);
    ASSERT_EQ(connect(sender, address, size), 0);
    const int receiver = accept(listener, nullptr, nullptr);
    RealLoop loop;
    bool told = false;
    auto watch = loop.watch(receiver, Interest::urgent, [&] {
        told = true;
        loop.stop();
    });
    ASSERT_TRUE(watch) << watch.error().what;
    Timer patience(loop);
    patience.after(5s, [&] { loop.stop(); });
    ASSERT_EQ(send(sender, "!", 1, MSG_OOB), 1);
    loop.run();
    EXPECT_TRUE(told);
    watch->reset();
    for (const int fd : {listener, sender, receiver})
        close(fd);
}

TEST(RealLoop, AWatchMayEndItselfAndTheDescriptorStaysOpen)
{
    RealLoop loop;
    int pipeEnds[2];
    ASSERT_EQ(pipe(pipeEnds), 0);
    ASSERT_EQ(write(pipeEnds[1], "x", 1), 1);
    std::unique_ptr<Watch> held;
    auto made = loop.watch(pipeEnds[0], Interest::read, [&] {
        held.reset();
        loop.post([&] { loop.stop(); });
    });
    ASSERT_TRUE(made);
    held = std::move(*made);
    loop.run();
    char c = 0;
    EXPECT_EQ(read(pipeEnds[0], &c, 1), 1);
    close(pipeEnds[0]);
    close(pipeEnds[1]);
}

TEST(Time, IsoGoesBothWays)
{
    auto t = parseIsoUtc("2026-11-22T14:05:09.123Z");
    ASSERT_TRUE(t);
    EXPECT_EQ(isoUtc(*t), "2026-11-22T14:05:09.123Z");
    EXPECT_TRUE(parseIsoUtc("2028-02-29T00:00:00Z"));
    for (const char* bad : {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z",
                            "2026-11-22T14:05:09.12Z", "2026-11-22T14:05:09Zx", "yesterday"})
        EXPECT_FALSE(parseIsoUtc(bad)) << bad;
}

} // namespace
