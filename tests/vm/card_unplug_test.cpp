// SPDX-License-Identifier: GPL-2.0-or-later
// Cards of our driver that are pulled out, whoever has them open.
#include "card_pair.h"
#include <atomic>
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

int openChannel(int channel)
{
    dahdi_chanconfig use{};
    use.chan = channel;
    use.sigtype = DAHDI_SIG_CLEAR;
    const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
    EXPECT_EQ(ioctl(control, DAHDI_CHANCONFIG, &use), 0) << "channel " << channel;
    close(control);
    const int fd = open("/dev/dahdi/channel", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    EXPECT_EQ(ioctl(fd, DAHDI_SPECIFY, &channel), 0) << "channel " << channel;
    return fd;
}

void pass(Duration d)
{
    waitFor([] { return false; }, d);
}

TEST(CardUnplug, WhoHasAChannelInAnEpollAndClosesItLongAfterTheCardIsGoneDoesNotBringTheKernelDown)
{
    GuestCards cards(Personality::card(1), 1);
    ASSERT_TRUE(cards.plugIn(0));
    const int poller = epoll_create1(EPOLL_CLOEXEC);
    std::vector<int> channels;
    for (int i = 0; i < 31; ++i) {
        channels.push_back(openChannel(cards.firstChannel(0) + i));
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

// Each of the two tests below: both together twenty times, a thousand times with CALLBOX_UNPLUGS=500.
unsigned times()
{
    const char* given = std::getenv("CALLBOX_UNPLUGS");
    return given ? static_cast<unsigned>(std::atoi(given)) : 10;
}

constexpr unsigned slots = 3; // in talk; more only take the guest's time

TEST(CardUnplug, ACardPulledOutInACallIsToldAsGoneAndWorksWhenItIsBack)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    std::mt19937 chance(1);
    CardPair pair(cards);
    Caller far(0x22);
    ASSERT_TRUE(pair.far().start(pair.config(), far));
    for (unsigned slot = 1; slot <= slots; ++slot)
        ASSERT_TRUE(pair.far().openSlot(Timeslot(slot)));
    for (unsigned round = 0; round < times(); ++round) {
        Caller near(0x11);
        ASSERT_TRUE(pair.near().start(pair.config(), near)) << "round " << round;
        for (unsigned slot = 1; slot <= slots; ++slot)
            ASSERT_TRUE(pair.near().openSlot(Timeslot(slot)));
        far.heard = 0;
        ASSERT_TRUE(pair.until([&] { return near.heard > 0 && far.heard > 0; }, 10s)) << "round " << round;
        pair.pass(std::chrono::microseconds(chance() % 20'000));
        cards.unplug(0);
        ASSERT_TRUE(pair.until([&] { return !near.gone.empty(); }, 5s)) << "round " << round;
        near.gone.clear();
        if (chance() % 2 && pair.near().start(pair.config(), near)) // in the second in which DAHDI still knows it
            ASSERT_TRUE(pair.until([&] { return !near.gone.empty(); }, 5s)) << "round " << round;
        ASSERT_TRUE(cards.gone(0)) << "round " << round;
        ASSERT_TRUE(cards.plugIn(0)) << "round " << round;
        ASSERT_TRUE(kernelIsWell()) << "round " << round;
    }
    pair.near().stop();
    pair.far().stop();
}

TEST(CardUnplug, PulledOutWhileItIsSwitchedOnItIsGone)
{
    GuestCards cards(Personality::card(1), 1);
    std::mt19937 chance(2);
    for (unsigned round = 0; round < times(); ++round) {
        std::atomic<bool> in{true};
        std::thread hand([&, after = std::chrono::microseconds(chance() % 60'000)] {
            pass(after);
            cards.unplug(0);
            in = false;
        });
        cards.plugIn(0); // as far as it comes
        hand.join();
        ASSERT_TRUE(cards.gone(0)) << "round " << round;
        ASSERT_TRUE(kernelIsWell()) << "round " << round;
    }
    EXPECT_TRUE(cards.plugIn(0));
}

TEST(CardUnplug, TheModuleIsUnloadedAfterwardsAndLoadedAgain)
{
    {
        GuestCards cards(Personality::card(1), 1);
        ASSERT_TRUE(cards.plugIn(0));
        const int channel = openChannel(cards.firstChannel(0));
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
        const int channel = openChannel(cards.firstChannel(0) + 23);
        cards.unplug(0);
        ASSERT_TRUE(cards.gone(0));
        close(channel);
    }
    EXPECT_EQ(std::system("rmmod callbox_card"), 0); // waits until its memory is gone
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
