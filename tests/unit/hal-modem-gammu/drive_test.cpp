// SPDX-License-Identifier: GPL-2.0-or-later
// libgammu drives our emulated modem through a pty: the emulator is a modem to somebody else than us, too. Real time:
// libgammu types a millisecond a character and waits 0.7 s a message.
#include "support/gammu.h"
#include "support/scratch_folder.h"
#include <callbox/lab/at_modem.h>
#include <filesystem>
#include <future>
#include <gmock/gmock.h>
#include <thread>

namespace callbox::tests {

namespace {

using namespace callbox::lab;

// The emulator on a loop and thread of its own.
class Bench {
public:
    Bench()
    {
        auto pty = PtyModem::make(loop, modem, device());
        EXPECT_TRUE(pty) << pty.error().what;
        if (pty)
            pty_ = std::move(*pty);
        thread_ = std::thread([this] { loop.run(); });
    }
    ~Bench()
    {
        stop();
        pty_.reset();
    }
    [[nodiscard]] std::string device() const { return folder_.path() + "/a modem"; }
    void stop()
    {
        loop.stop();
        if (thread_.joinable())
            thread_.join();
    }
    // On the emulator's thread; returns when it is done.
    void there(const std::function<void()>& what)
    {
        std::promise<void> done;
        loop.post([&] {
            what();
            done.set_value();
        });
        done.get_future().wait();
    }

    RealLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeThreadExecutor(loop, "disk");
    Edges edges{loop, *random, *files, *disk, Log()};
    SmsCentre centre{loop};
    AtModem modem{edges, centre, {}};

private:
    ScratchFolder folder_{"gammu"};
    std::unique_ptr<PtyModem> pty_;
    std::thread thread_;
};

TEST(DrivenByLibgammu, IdentifiesSendsAndIsTold)
{
    Bench bench;
    const std::string plain = "Lift 7 at Hauptstrasse 12: door blocked {€}", fire = "fire 🔥 alarm";
    std::string longText;
    for (int i = 0; i < 20; ++i)
        longText += "event " + std::to_string(i) + " ok; ";
    {
        GammuPhone phone(bench.device());
        ASSERT_EQ(phone.opened(), ERR_NONE) << GSM_ErrorString(phone.opened());
        EXPECT_EQ(phone.imei(), "490154203237518");
        EXPECT_EQ(phone.signalDbm(), -73);
        EXPECT_EQ(phone.network(), GSM_HomeNetwork);
        EXPECT_EQ(phone.listen(), ERR_NONE);

        const auto sent = phone.send("+12025550199", plain, false, true);
        ASSERT_EQ(sent.size(), 1u);
        EXPECT_EQ(sent[0].status, 0);
        ASSERT_TRUE(phone.next(10000)) << "not told of the delivery report";
        const auto report = phone.takeStored();
        ASSERT_TRUE(report) << "no delivery report";
        EXPECT_EQ(report->kind, SMS_Status_Report);
        EXPECT_EQ(report->reference, sent[0].reference);
        EXPECT_EQ(report->text, "Delivered");

        EXPECT_EQ(phone.send("+12025550199", fire, true, false).size(), 1u);
        EXPECT_EQ(phone.send("+12025550199", longText, false, false).size(), 2u);

        bench.there([&] { bench.centre.refuse("+12025550199", 38, 1); });
        const auto refused = phone.send("+12025550199", "x", false, false);
        ASSERT_EQ(refused.size(), 1u);
        EXPECT_EQ(refused[0].status, 38);

        bench.there([&] { bench.modem.deliver("00040B912121550521F300006211229180000005C8329BFD06"); });
        ASSERT_TRUE(phone.next(10000)) << "not told of a message";
        const auto message = phone.takeStored();
        ASSERT_TRUE(message) << "no message";
        EXPECT_EQ(message->text, "Hello");
    }
    bench.stop();
    EXPECT_EQ(bench.modem.stored(), 0u);
    std::vector<std::string> texts;
    for (const ReceivedSms& s : bench.centre.received()) {
        EXPECT_EQ(s.to, "+12025550199");
        texts.push_back(s.text);
    }
    EXPECT_THAT(texts, testing::ElementsAre(plain, fire, longText));
}

} // namespace
} // namespace callbox::tests
