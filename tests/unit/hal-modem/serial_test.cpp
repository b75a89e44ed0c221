// SPDX-License-Identifier: GPL-2.0-or-later
// A serial port and a modem at the other end of a pty, in real time.
#include "../../support/real_time.h"
#include "../../support/scratch_folder.h"
#include <callbox/hal/modem.h>
#include <callbox/lab/at_modem.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

namespace callbox::tests {

namespace {

using namespace callbox::hal;
using namespace callbox::lab;
using testing::HasSubstr;

class Serial : public testing::Test {
protected:
    Serial()
    {
        std::filesystem::create_directories(folder_);
        auto made = PtyModem::make(loop, emulated, device());
        EXPECT_TRUE(made) << made.error().what;
        if (made)
            pty = std::move(*made);
    }
    ~Serial() override { pty.reset(); }
    [[nodiscard]] std::string device() const { return folder_ + "/box1 modem1"; }
    std::unique_ptr<Modem> makeOne()
    {
        ModemConfig config;
        config.name = "modem1";
        config.retryAfter = 20ms;
        return makeModem(edges, config, makeSerialPort(loop, device()));
    }
    bool until(const std::function<bool()>& done, Duration limit = 20s)
    {
        return callbox::tests::runUntil(loop, done, limit);
    }
    static Task<> keep(Task<SmsResult> task, std::optional<SmsResult>& out)
    {
        SmsResult r = co_await std::move(task);
        out = std::move(r);
    }

    RealLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeThreadExecutor(loop, "disk");
    Edges edges{loop, *random, *files, *disk, Log()};
    SmsCentre centre{loop};
    AtModem emulated{edges, centre, {.sendTakes = 5ms, .reportAfter = 5ms}};
    std::unique_ptr<PtyModem> pty;

private:
    ScratchFolder scratch_{"serial"};
    // Longer than a socket's address may be, with blanks.
    std::string folder_ = scratch_.path() + "/" + std::string(120, 'd') + " and more";
};

TEST_F(Serial, AMessageGoesOutAndAReportComesInAndUnpluggedItIsFoundAgain)
{
    const auto modem = makeOne();
    unsigned reports = 0;
    modem->onReport([&](const SmsReport& r) { reports += r.delivered ? 1 : 0; });
    modem->start();
    ASSERT_TRUE(until([&] { return modem->status().state == ModemState::ready; }));
    std::optional<SmsResult> sent;
    TaskGroup tasks(loop);
    tasks.start(keep(modem->send({*PhoneNumber::parse("+12125550123"), "Hello"}), sent));
    ASSERT_TRUE(until([&] { return sent && reports == 1; }));
    EXPECT_EQ(sent->outcome, SmsOutcome::sent) << sent->reason;
    ASSERT_EQ(centre.received().size(), 1u);
    EXPECT_EQ(centre.received()[0].text, "Hello");

    ASSERT_TRUE(pty->plug(false));
    ASSERT_TRUE(until([&] { return modem->status().state == ModemState::absent; }));
    ASSERT_TRUE(until([&] { return modem->status().lastError.find("no such device now") != std::string::npos; }))
        << modem->status().lastError;
    ASSERT_TRUE(pty->plug(true));
    ASSERT_TRUE(until([&] { return modem->status().state == ModemState::ready; }));
}

// A daemon killed and started again finds its modem, whatever the last one left on the line.
TEST_F(Serial, TheNextProgramFindsTheModemAsWell)
{
    for (int i = 0; i < 2; ++i) {
        const auto modem = makeOne();
        modem->start();
        ASSERT_TRUE(until([&] { return modem->status().state == ModemState::ready; }));
    }
}

// Thirty long messages listed at once are more than a pty takes: none is lost, and none blocks the emulator's loop.
TEST_F(Serial, MoreThanTheLineTakesAtOnceArrivesWhole)
{
    for (int i = 0; i < 30; ++i)
        emulated.deliver("00040B912121550521F3000062112291800000A0" + std::string(280, '4'));
    const auto modem = makeOne();
    unsigned received = 0;
    modem->onReceived([&](const SmsReceived& r) { received += r.text.empty() ? 0 : 1; });
    modem->start();
    EXPECT_TRUE(until([&] { return received == 30; })) << received << " of 30 came";
    EXPECT_TRUE(until([&] { return emulated.stored() == 0; }));
}

TEST_F(Serial, APortThatAnotherProgramHasIsNamed)
{
    const int fd = ::open(device().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(::flock(fd, LOCK_EX | LOCK_NB), 0);
    const auto modem = makeOne();
    modem->start();
    EXPECT_TRUE(until([&] { return modem->status().lastError.find("is used by") != std::string::npos; }))
        << modem->status().lastError;
    EXPECT_EQ(modem->status().state, ModemState::absent);
    ::close(fd);
    EXPECT_TRUE(until([&] { return modem->status().state == ModemState::ready; }));
}

class Nobody final : public ModemIoEvents {
public:
    void onBytes(Octets) override {}
    void onGone(Error) override {}
};

TEST_F(Serial, WhatIsNoSerialPortIsSaid)
{
    Nobody nobody;
    EXPECT_EQ(makeSerialPort(loop, device() + " 2")->start(nobody).error().code, Errc::not_found);
    const std::string plain = device() + ".txt";
    std::ofstream(plain) << "text";
    const auto r = makeSerialPort(loop, plain)->start(nobody);
    ASSERT_FALSE(r);
    EXPECT_THAT(r.error().what, HasSubstr("is no serial port"));
    EXPECT_EQ(makeSerialPort(loop, device())->write(asOctets("AT")).error().code, Errc::gone);
}

TEST_F(Serial, TheLabTakesNoOtherFileForItsLink)
{
    const std::string plain = device() + ".txt";
    std::ofstream(plain) << "text";
    EXPECT_FALSE(PtyModem::make(loop, emulated, plain));
    EXPECT_TRUE(std::filesystem::is_regular_file(plain));
}

} // namespace
} // namespace callbox::tests
