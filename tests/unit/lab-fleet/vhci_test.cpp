// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual cards on their way to a kernel: what is missing is said, and not one octet too many is taken from a socket.
#include "../../support/scratch_folder.h"
#include "lab/small_file.h"
#include "lab/vhci.h"
#include <callbox/base/async.h>
#include <callbox/base/whole_file.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/socket.h>

using namespace callbox;
using namespace callbox::lab;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

struct VhciOfAMachine : testing::Test {
    VhciOfAMachine()
    {
        fs::permissions(root, fs::perms::all);
        fs::create_directories(folder());
    }
    [[nodiscard]] std::string folder() const { return root + "/sys/devices/platform/vhci_hcd.0"; }
    void ports(const std::string& status)
    {
        ASSERT_TRUE(replaceFile(folder() + "/attach", ""));
        ASSERT_TRUE(replaceFile(folder() + "/status", status));
    }
    // Why card 1-1 cannot be attached; nobody listens where it would come from.
    std::string refused()
    {
        const auto vhci = Vhci::find(root);
        EXPECT_TRUE(vhci);
        std::string why;
        TaskGroup tasks(loop);
        tasks.start(attachOne(loop, *vhci), [&](const Result<void>& r) {
            why = r ? "" : r.error().what;
            loop.stop();
        });
        loop.run();
        return why;
    }
    static Task<> attachOne(Loop& loop, const Vhci& vhci) { co_await vhci.attach(loop, "127.0.0.1:1", "1-1"); }
    RealLoop loop;
    const callbox::tests::ScratchFolder scratch{"vhci"};
    const std::string root = scratch.path();
};

TEST_F(VhciOfAMachine, WithoutRightsItSaysSo)
{
    ports("");
    fs::permissions(folder() + "/attach", fs::perms::owner_write);
    const bool root_ = ::geteuid() == 0;
    if (root_)
        ::setfsuid(65534);
    else
        fs::permissions(folder() + "/attach", fs::perms::none);
    const auto r = Vhci::find(root);
    if (root_) {
        ::setfsuid(0);
        ::prctl(PR_SET_DUMPABLE, 1); // the change took it, and the leak checker needs it
    }
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::denied);
    EXPECT_THAT(r.error().what, HasSubstr("try it with sudo"));
}

TEST_F(VhciOfAMachine, WhatItsPortsAreIsReadOrRefused)
{
    ports("hub port sta spd dev      sockfd local_busid\n"
          "hs  0000 006 002 00010001 000003 1-1\n"
          "ss  0008 004 000 00000000 000000 0-0\n");
    EXPECT_THAT(refused(), HasSubstr("has no free port"));
    ports("prt sta spd bus dev socket local_busid\n000 004 000 000 000 0000000000000000 0-0\n");
    EXPECT_THAT(refused(), HasSubstr("not what a kernel since 4.13 says of its ports"));
    ports("hub port sta spd dev      sockfd local_busid\nhs  0007 004 000 00000000 000000 0-0\n");
    EXPECT_EQ(refused(), "connecting to 127.0.0.1:1: Connection refused");
    EXPECT_EQ(*readToEnd(folder() + "/attach"), "") << "and nothing was handed over";
}

Task<> ask(Loop& loop, const Socket& socket, std::size_t octets, std::string& came)
{
    std::string question = "?";
    came = co_await converse(loop, socket, std::move(question), octets, std::chrono::minutes(1));
}

struct Conversation : testing::Test {
    Result<void> answered(const std::string& by, std::size_t octets, bool leaves)
    {
        int both[2];
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
        ours.emplace(both[0]);
        Socket theirs(both[1]);
        EXPECT_EQ(write(theirs.fd, by.data(), by.size()), static_cast<ssize_t>(by.size()));
        if (leaves)
            shutdown(theirs.fd, SHUT_WR);
        Result<void> outcome;
        TaskGroup tasks(loop);
        tasks.start(ask(loop, *ours, octets, came), [&](const Result<void>& r) {
            outcome = r;
            loop.stop();
        });
        loop.run();
        return outcome;
    }
    std::string left()
    {
        char buffer[64];
        const ssize_t n = recv(ours->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        return {buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
    }
    RealLoop loop;
    std::optional<Socket> ours;
    std::string came;
};

TEST_F(Conversation, TakesWhatItWantsAndNotOneOctetMore)
{
    ASSERT_TRUE(answered("12345678and what the kernel is to read", 8, false));
    EXPECT_EQ(came, "12345678");
    EXPECT_EQ(left(), "and what the kernel is to read");
}

TEST_F(Conversation, ALineComesWithoutItsEnd)
{
    ASSERT_TRUE(answered("{}\n", 0, false));
    EXPECT_EQ(came, "{}");
}

TEST_F(Conversation, WhoLeavesHalfwayIsGone)
{
    EXPECT_EQ(answered("1234", 8, true).error().code, Errc::gone);
    EXPECT_EQ(answered("half a line", 0, true).error().code, Errc::gone);
}

} // namespace
