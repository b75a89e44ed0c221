// SPDX-License-Identifier: GPL-2.0-or-later
// Cards of our driver that are pulled out, whoever has them open and whatever they are at.
#include "card_pair.h"
#include "image/virtual_program.h"
#include <atomic>
#include <callbox/base/async.h>
#include <callbox/hal/card_update.h>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <iostream>
#include <poll.h>
#include <random>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

using firmware::Personality;

int openClear(int channel, int flags = O_NONBLOCK)
{
    const int fd = openChannel(channel, DAHDI_SIG_CLEAR, flags);
    EXPECT_GE(fd, 0) << "channel " << channel << ": errno " << errno;
    return fd;
}

TEST(CardUnplug, WhoHasAChannelInAnEpollAndClosesItLongAfterTheCardIsGoneDoesNotBringTheKernelDown)
{
    GuestCards cards(Personality::card(1), 1);
    ASSERT_TRUE(cards.plugIn(0));
    const int poller = epoll_create1(EPOLL_CLOEXEC);
    std::vector<int> channels;
    for (int i = 0; i < 31; ++i) {
        channels.push_back(openClear(cards.firstChannel(0) + i));
        epoll_event wanted{EPOLLPRI, {}};
        ASSERT_EQ(epoll_ctl(poller, EPOLL_CTL_ADD, channels.back(), &wanted), 0);
    }
    // Somebody sleeps at one of them.
    pollfd sleeper{channels[0], POLLPRI, 0};
    std::thread sleeps([&] {
        while (poll(&sleeper, 1, -1) == 0 || !(sleeper.revents & (POLLERR | POLLHUP)))
            sleeper.revents = 0;
    });
    cards.unplug(0);
    ASSERT_TRUE(cards.gone(0));
    sleeps.join();
    pass(2s);
    epoll_event told{};
    EXPECT_EQ(epoll_wait(poller, &told, 1, 0), 1) << "who waits hears that it is gone";
    for (const int fd : channels)
        close(fd);
    close(poller);
    pass(15s);
    EXPECT_TRUE(kernelIsWell());
}

// ---- Again and again: each of the seven is pulled out so often. All together 28 times, CALLBOX_UNPLUGS says
// otherwise.
// ----

unsigned times()
{
    const char* given = std::getenv("CALLBOX_UNPLUGS");
    return ((given ? static_cast<unsigned>(std::atoi(given)) : 28) + 6) / 7;
}

// Chance from a seed, and the kernel looked at in between.
class Rounds {
public:
    explicit Rounds(unsigned seed) : chance_(seed) {}
    // Whether there is one more; the kernel was well in the one before.
    bool next()
    {
        const bool well = !testing::Test::HasFatalFailure() && kernelIsWell();
        EXPECT_TRUE(well) << "round " << round_;
        return well && ++round_ <= times();
    }
    unsigned upTo(unsigned most) { return static_cast<unsigned>(chance_()) % (most + 1); }
    std::chrono::microseconds moment(std::chrono::microseconds most)
    {
        return std::chrono::microseconds(chance_() % static_cast<unsigned>(most.count()));
    }

private:
    std::mt19937 chance_;
    unsigned round_ = 0;
};

TEST(CardUnplug, WithChannelsOpenThatAreReadAndWaitedForItIsToldAsGone)
{
    GuestCards cards(Personality::card(1), 1);
    Rounds rounds(1);
    while (rounds.next()) {
        ASSERT_TRUE(cards.plugIn(0));
        const int first = cards.firstChannel(0);
        std::vector<int> channels{openClear(first, 0)}; // that one is read
        for (int i = 1; i < 31; ++i)
            channels.push_back(openClear(first + i));
        std::thread reader([&] {
            std::array<char, 64> block;
            while (read(channels[0], block.data(), block.size()) > 0)
                continue;
        });
        pollfd sleeper{channels[1], POLLIN | POLLPRI, 0};
        std::thread sleeps([&] {
            std::array<char, 4096> block;
            while (poll(&sleeper, 1, -1) == 0 || !(sleeper.revents & (POLLERR | POLLHUP)))
                (void)!read(channels[1], block.data(), block.size());
        });
        pass(rounds.moment(20ms));
        cards.unplug(0);
        if (rounds.upTo(1))
            pass(rounds.moment(20ms));
        const auto some = static_cast<std::ptrdiff_t>(2 + rounds.upTo(28));
        for (auto it = channels.begin() + some; it != channels.end(); ++it)
            close(*it); // while it goes
        ASSERT_TRUE(cards.gone(0));
        reader.join();
        sleeps.join();
        std::for_each(channels.begin(), channels.begin() + some, close);
    }
}

constexpr unsigned slots = 3; // in talk; more only take the guest's time

TEST(CardUnplug, InATalkItIsToldAsGoneAndWorksWhenItIsBack)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    CardPair pair(cards);
    Caller far(0x22);
    ASSERT_TRUE(pair.far().start(pair.config(), far));
    for (unsigned slot = 1; slot <= slots; ++slot)
        ASSERT_TRUE(pair.far().openSlot(Timeslot(slot)));
    Rounds rounds(2);
    while (rounds.next()) {
        Caller near(0x11);
        ASSERT_TRUE(pair.near().start(pair.config(), near));
        for (unsigned slot = 1; slot <= slots; ++slot)
            ASSERT_TRUE(pair.near().openSlot(Timeslot(slot)));
        far.heard = 0;
        ASSERT_TRUE(pair.until([&] { return near.heard > 0 && far.heard > 0; }, 10s));
        pair.pass(rounds.moment(20ms));
        cards.unplug(0);
        ASSERT_TRUE(pair.until([&] { return !near.gone.empty(); }, 5s));
        near.gone.clear();
        if (rounds.upTo(1) && pair.near().start(pair.config(), near)) // in the second in which DAHDI still knows it
            ASSERT_TRUE(pair.until([&] { return !near.gone.empty(); }, 5s));
        ASSERT_TRUE(cards.gone(0));
        ASSERT_TRUE(cards.plugIn(0));
    }
    pair.near().stop();
    pair.far().stop();
}

TEST(CardUnplug, InAFlashOfAnAnalogLineItIsGoneAndTheNextCallCanFlashAgain)
{
    GuestCards cards({Personality::card(0).withBank(2, 0)});
    Rounds rounds(3);
    while (rounds.next()) {
        ASSERT_TRUE(cards.plugIn(0));
        const int fd = openChannel(cards.firstChannel(0), DAHDI_SIG_FXSKS, O_NONBLOCK);
        ASSERT_GE(fd, 0) << errno;
        const auto hook = [&](int how) { return ioctl(fd, DAHDI_HOOK, &how) == 0 || errno == EINPROGRESS; };
        ASSERT_TRUE(hook(DAHDI_OFFHOOK)) << errno;
        ASSERT_TRUE(waitFor([&] { return cards.status(0, "port1").find("off-hook") != std::string::npos; }, 5s))
            << cards.status(0, "port1");
        pass(1s); // DAHDI's hook is steady again
        ASSERT_TRUE(hook(DAHDI_FLASH)) << errno;
        pass(rounds.moment(800ms));
        cards.unplug(0);
        if (rounds.upTo(1))
            close(fd);
        ASSERT_TRUE(cards.gone(0));
        close(fd);
    }
}

template <class T> Task<> outcomeOf(Task<T> task, std::optional<Result<T>>& out)
{
    Result<T> r = co_await check(std::move(task));
    out.emplace(std::move(r));
}

TEST(CardUnplug, WhileItsFirmwareIsWrittenItIsGoneAndTheOldOneRunsWhenItIsBack)
{
    GuestCards cards(Personality::card(1), 1);
    const auto file = hal::readFirmware(firmware::image::virtualFile(0x02000000));
    ASSERT_TRUE(file) << file.error().what;
    Rounds rounds(4);
    while (rounds.next()) {
        ASSERT_TRUE(cards.plugIn(0));
        const std::string build = cards.status(0, "build");
        EXPECT_NE(build, "callbox-2.0");
        const int channel = openClear(cards.firstChannel(0)); // its span is in use meanwhile
        RealLoop loop;
        const auto machine = hal::machineCards(loop);
        ASSERT_TRUE(machine) << machine.error().what;
        std::optional<Result<hal::CardUpdated>> ended;
        const std::size_t most = file->images[0].length / 2;
        const std::size_t after = rounds.upTo(static_cast<unsigned>(most));
        bool pulled = false;
        TaskGroup tasks(loop);
        tasks.start(outcomeOf(hal::updateCard(loop, **machine, "usb:0000000000000001", *file,
                                              [&](std::size_t done, std::size_t) {
                                                  if (done >= after && !std::exchange(pulled, true))
                                                      cards.unplug(0);
                                                  return true;
                                              }),
                              ended));
        ASSERT_TRUE(runUntil(
            loop, [&] { return ended.has_value(); }, 30s));
        EXPECT_TRUE(pulled);
        ASSERT_FALSE(*ended);
        EXPECT_EQ(ended->error().code, Errc::gone) << ended->error().what;
        ASSERT_TRUE(cards.gone(0));
        close(channel);
    }
    ASSERT_TRUE(cards.plugIn(0));
    EXPECT_EQ(cards.status(0, "state"), "running");
    EXPECT_NE(cards.status(0, "build"), "callbox-2.0");
}

TEST(CardUnplug, WhileItIsSwitchedOnItIsGone)
{
    GuestCards cards(Personality::card(1), 1);
    Rounds rounds(5);
    while (rounds.next()) {
        std::thread hand([&, after = rounds.moment(60ms)] {
            pass(after);
            cards.unplug(0);
        });
        cards.plugIn(0); // as far as it comes
        hand.join();
        ASSERT_TRUE(cards.gone(0));
    }
    EXPECT_TRUE(cards.plugIn(0));
}

TEST(CardUnplug, WhileItIsResetItIsGone)
{
    GuestCards cards(Personality::card(1), 1);
    Rounds rounds(6);
    while (rounds.next()) {
        ASSERT_TRUE(cards.plugIn(0));
        const int channel = openClear(cards.firstChannel(0));
        std::thread resets([device = cards.device(0)] {
            while (resetDevice(device) == 0)
                continue;
        });
        pass(rounds.moment(200ms));
        cards.unplug(0);
        resets.join();
        ASSERT_TRUE(cards.gone(0));
        close(channel);
    }
}

TEST(CardUnplug, WhileItSleepsOrWakesItIsGone)
{
    GuestCards cards(Personality::card(1), 1);
    Rounds rounds(7);
    while (rounds.next()) {
        ASSERT_TRUE(cards.plugIn(0));
        const int channel = openClear(cards.firstChannel(0));
        const std::string device = cards.device(0);
        ASSERT_EQ(orderSleep(device, "suspend"), 0);
        std::thread wakes([&device, wakes = rounds.upTo(1), after = rounds.moment(20ms)] {
            pass(after);
            if (wakes)
                orderSleep(device, "resume");
        });
        pass(rounds.moment(20ms));
        cards.unplug(0);
        wakes.join();
        ASSERT_TRUE(cards.gone(0));
        close(channel);
    }
    EXPECT_TRUE(cards.plugIn(0));
}

// ---- The module ----

TEST(CardUnplug, TheModuleIsUnloadedAfterwardsAndLoadedAgain)
{
    {
        GuestCards cards(Personality::card(1), 1);
        ASSERT_TRUE(cards.plugIn(0));
        const int channel = openClear(cards.firstChannel(0));
        cards.unplug(0);
        ASSERT_TRUE(cards.gone(0));
        close(channel);
        EXPECT_EQ(std::system("rmmod callbox_card"), 0);
    }
    EXPECT_TRUE(kernelIsWell());
    GuestCards cards(Personality::card(1), 1);
    EXPECT_TRUE(cards.plugIn(0));
    EXPECT_TRUE(kernelIsWell());
}

// Channels 25 to 31 were never DAHDI's.
TEST(CardUnplug, APortThatIsAT1FromTheStartIsPulledOutAndTheKernelIsWell)
{
    (void)std::system("rmmod callbox_card 2>/dev/null"); // of the tests before
    ASSERT_EQ(std::system("modprobe callbox_card default_linemode=t1 && "
                          "grep -q t1 /sys/module/callbox_card/parameters/default_linemode"),
              0);
    {
        GuestCards cards(Personality::card(1), 1, SpanType::t1);
        ASSERT_TRUE(cards.plugIn(0));
        ASSERT_EQ(cards.spanType(0), "T1");
        const int channel = openClear(cards.firstChannel(0) + 23);
        cards.unplug(0);
        ASSERT_TRUE(cards.gone(0));
        close(channel);
    }
    EXPECT_EQ(std::system("rmmod callbox_card"), 0); // waits until its memory is gone
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
