// SPDX-License-Identifier: GPL-2.0-or-later
// The server's sockets: a card over a socket pair, as vhci_hcd's `attach` gets it, and over TCP. The real loop; nothing
// is asserted of how long it takes.
#include "boards/usbip/server.h"
#include "peer.h"
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;
using firmware::test::hex;

namespace {

struct Sockets : testing::Test {
    RealLoop loop;
    VirtualCard card{Personality::card(1), "000000000000000a", "1-1"};
    Server server{loop, Log(), {&card}};
    int end = -1;
    Bytes got;
    bool closed = false;
    std::unique_ptr<Watch> watch;

    ~Sockets() override
    {
        watch.reset();
        if (end >= 0)
            close(end);
    }
    void listenTo(int socket)
    {
        end = socket;
        watch = *loop.watch(end, Interest::read, [this] {
            std::array<std::uint8_t, 4096> b;
            const ssize_t n = recv(end, b.data(), b.size(), MSG_DONTWAIT);
            if (n > 0)
                got.insert(got.end(), b.begin(), b.begin() + n);
            closed = n == 0;
            if (closed)
                watch.reset();
        });
    }
    void say(const Bytes& b)
    {
        ASSERT_EQ(::send(end, b.data(), b.size(), MSG_NOSIGNAL), static_cast<ssize_t>(b.size()));
    }
    // Runs the loop until that holds; gives up after a minute.
    bool until(const std::function<bool()>& holds)
    {
        const TimePoint limit = loop.now() + std::chrono::minutes(1);
        Timer look(loop);
        std::function<void()> step = [&] {
            if (holds() || loop.now() > limit)
                return loop.stop();
            look.after(1ms, step);
        };
        look.after(Duration::zero(), step);
        loop.run();
        return holds();
    }
    void pair()
    {
        int both[2];
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
        listenTo(both[1]);
        ASSERT_TRUE(server.attach(card, both[0]));
    }
};

TEST_F(Sockets, ACardOverASocketPairRunsFrameByFrame)
{
    server.start();
    pair();
    Bytes all = submit(1, false, 0, 0, {}, {}, hex("0009 0100 0000 0000"));
    const Bytes on = submit(2, false, 0, 0, {}, {}, hex("010b 0100 0000 0000"));
    const Bytes feedback = submit(3, true, 1, 6, {}, {{0, 3}, {3, 3}});
    all.insert(all.end(), on.begin(), on.end());
    all.insert(all.end(), feedback.begin(), feedback.end());
    say(all);
    ASSERT_TRUE(until([&] { return got.size() >= 48u * 3 + 6 + 32; }));
    EXPECT_EQ(wordAt(got, 96 + 4), 3u);
    EXPECT_EQ(Bytes(got.begin() + 144, got.begin() + 150), hex("002100 002100"));
}

TEST_F(Sockets, UnpluggedWhileOpen)
{
    for (unsigned i = 0; i < 20; ++i) {
        pair();
        say(submit(1, false, 0, 0, {}, {}, hex("0009 0100 0000 0000")));
        say(submit(2, false, 0, 0, {}, {}, hex("010b 0100 0000 0000")));
        say(submit(3, true, 3, 10)); // waits
        ASSERT_TRUE(until([&] { return got.size() >= 96; }));
        EXPECT_TRUE(card.device().port(0).on());
        watch.reset();
        close(std::exchange(end, -1));
        ASSERT_TRUE(until([&] { return card.exported().bus == nullptr; }));
        EXPECT_FALSE(card.device().configured());
        got.clear();
    }
}

TEST_F(Sockets, ACardThatStartsAnewLeavesTheBus)
{
    server.start();
    pair();
    say(submit(1, false, 0, 4, hex("4f50454e"), {}, hex("4090 0100 0000 0400")));
    say(submit(2, false, 0, 0, {}, {}, hex("408f 0000 0000 0000")));
    ASSERT_TRUE(until([&] { return closed; }));
    EXPECT_EQ(wordAt(got, 20), 0u);
    EXPECT_EQ(wordAt(got, 48 + 20), 0u) << "the request is answered before";
    pair();
}

TEST_F(Sockets, OverTcpAndRubbishIsShownTheDoor)
{
    const auto port = server.listen("127.0.0.1", 0);
    ASSERT_TRUE(port);
    const auto connectTo = [&] {
        const int s = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(*port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(s, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
        listenTo(s);
    };
    connectTo();
    say(hex("0111 8005 00000000"));
    ASSERT_TRUE(until([&] { return got.size() >= 12 + 312 + 4; }));
    watch.reset();
    close(end);
    connectTo();
    say(Bytes(64, 0x55));
    EXPECT_TRUE(until([&] { return closed; }));
}

TEST_F(Sockets, AnAddressThatIsNoneIsNamed)
{
    EXPECT_EQ(server.listen("localhost", 0).error().what,
              "address localhost: an IPv4 address such as 127.0.0.1 is wanted");
}

} // namespace
