// SPDX-License-Identifier: GPL-2.0-or-later
// The usb backend on libusb: a card that is slow to answer, or never answers, holds up nobody, and libusb's rules are
// kept whatever the order in which things end.
#include "../../../hal/backends/usb/libusb_bus.h"
#include "fake_libusb.h"
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using namespace hal::usb;
using testing::HasSubstr;

constexpr Endpoint interruptIn{0x83, Endpoint::Kind::interrupt, false, 10};

struct LibusbBus : testing::Test {
    LibusbBus()
    {
        renewFakeUsb();
        bus = std::move(*makeLibusbBus(loop, waiting));
        const auto all = bus->devices();
        device = std::move(*bus->open(all->at(0)));
        limit.after(20s, [this] {
            ADD_FAILURE() << "it never happened";
            loop.stop();
        });
    }
    ~LibusbBus() override
    {
        device.reset();
        bus.reset();
    }
    // Until libusb is told `what`, and what that brings on the loop is over.
    void runUntilCalled(const std::string& what)
    {
        look.after(1ms, [this, what] { fakeCalled(what) ? loop.stop() : runUntilCalled(what); });
        if (!running)
            run();
    }
    void run()
    {
        running = true;
        loop.run();
        running = false;
    }
    static bool fakeCalled(const std::string& what) { return fakeUsb().find(what) != nullptr; }
    [[nodiscard]] bool onLoop(const std::string& what) const { return fakeUsb().find(what)->thread == loopThread; }

    const std::thread::id loopThread = std::this_thread::get_id();
    bool running = false;
    RealLoop loop;
    std::shared_ptr<Executor> waiting = makeThreadExecutor(loop, "usb");
    std::unique_ptr<Bus> bus;
    std::unique_ptr<Device> device;
    Timer limit{loop}, look{loop};
};

TEST_F(LibusbBus, ACardThatIsSlowToTakeItsSettingKeepsNothingElseWaiting)
{
    std::promise<int> card;
    fakeUsb().setting = card.get_future().share();
    std::optional<Result<OctetBuffer>> answer;
    unsigned turns = 0;
    device->select(0, 1, [&](Result<OctetBuffer> r) {
        answer = std::move(r);
        loop.stop();
    });
    // The card answers only after the loop has gone on: were it waited for there, it never would.
    const std::function<void()> turn = [&] {
        if (++turns == 100)
            card.set_value(0);
        else
            loop.post(turn);
    };
    loop.post(turn);
    run();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->has_value());
    EXPECT_FALSE(onLoop("set_interface"));
}

TEST_F(LibusbBus, ASettingThatTheKernelRefusesIsSaid)
{
    std::promise<int> card;
    card.set_value(-1);
    fakeUsb().setting = card.get_future().share();
    std::string why;
    device->select(0, 1, [&](const Result<OctetBuffer>& r) {
        why = r ? "" : r.error().what;
        loop.stop();
    });
    run();
    EXPECT_THAT(why, HasSubstr("too much for one full-speed bus"));
}

TEST_F(LibusbBus, AnAnswerThatComesAfterTheDeviceWasLetGoIsToldToNobody)
{
    std::promise<int> card;
    fakeUsb().setting = card.get_future().share();
    ASSERT_TRUE(device->claim(0));
    device->select(0, 1, [](const Result<OctetBuffer>&) { ADD_FAILURE() << "it is gone"; });
    device.reset();
    bus.reset();
    card.set_value(0);
    runUntilCalled("exit");
    EXPECT_TRUE(fakeCalled("release"));
}

TEST_F(LibusbBus, LettingGoWaitsForTheCardElsewhereAndClosesAfterwards)
{
    ASSERT_TRUE(device->claim(0));
    device.reset();
    runUntilCalled("close");
    EXPECT_FALSE(onLoop("release"));
    EXPECT_TRUE(onLoop("close"));
    EXPECT_EQ(fakeUsb().calls.at(0).what, "release");
}

// The fault: the last share of a device went inside libusb's call back, where closing it waits for that very call back.
TEST_F(LibusbBus, ATransferThatComesBackLateClosesTheDeviceOutsideOfLibusb)
{
    ASSERT_TRUE(device->claim(0));
    auto transfer = device->transfer(interruptIn, 1, [](Outcome) { ADD_FAILURE() << "it was taken back"; });
    ASSERT_TRUE(transfer->submit());
    fakeUsb().keepsCancelled = true;
    transfer.reset();
    device.reset();
    bus.reset();
    EXPECT_EQ(fakeUsb().underWay(), 1U);
    EXPECT_TRUE(fakeUsb().calls.empty()) << "while something is under way nothing is let go of";
    fakeUsb().giveBack();
    runUntilCalled("exit");
    EXPECT_FALSE(fakeUsb().find("close")->inCallback);
    EXPECT_FALSE(onLoop("release"));
    EXPECT_EQ(fakeUsb().calls.at(0).what, "release");
    EXPECT_EQ(fakeUsb().calls.at(1).what, "close");
}

TEST_F(LibusbBus, ARequestUnderWayWhenAllIsLetGoIsTakenBack)
{
    device->control({0xc0, 0x80, 0, 0}, OctetBuffer(16), [](const Result<OctetBuffer>&) { ADD_FAILURE() << "gone"; });
    EXPECT_EQ(fakeUsb().underWay(), 1U);
    device.reset();
    EXPECT_EQ(fakeUsb().underWay(), 0U);
    bus.reset();
    ASSERT_TRUE(fakeCalled("exit")) << "nothing was claimed: nothing to wait for";
    EXPECT_FALSE(fakeUsb().find("close")->inCallback);
}

TEST_F(LibusbBus, ATransferIsToldAndMayEndEverythingInItsAnswer)
{
    std::unique_ptr<Transfer> transfer;
    transfer = device->transfer(interruptIn, 1, [&](Outcome o) {
        EXPECT_EQ(o, Outcome::done);
        EXPECT_EQ(transfer->came(0).size(), 10U);
        transfer.reset();
        device.reset();
        bus.reset();
        loop.stop();
    });
    ASSERT_TRUE(transfer->submit());
    fakeUsb().complete(10);
    run();
    EXPECT_TRUE(fakeCalled("exit") || (runUntilCalled("exit"), true));
    EXPECT_FALSE(fakeUsb().find("close")->inCallback);
}

TEST_F(LibusbBus, ADeviceThatComesIsToldUntilTheBusEnds)
{
    unsigned told = 0;
    ASSERT_TRUE(bus->onArrival([&] {
        ++told;
        bus.reset(); // whoever is told may end it all
        loop.stop();
    }));
    fakeUsb().arrive();
    run();
    EXPECT_EQ(told, 1U);
    fakeUsb().arrive();
    loop.post([this] { loop.post([this] { loop.stop(); }); });
    run();
    EXPECT_EQ(told, 1U);
}

TEST_F(LibusbBus, WithoutWhoWaitsASettingIsRefusedAndClosingStillWorks)
{
    ASSERT_TRUE(device->claim(0));
    waiting.reset();
    Errc code = Errc::io;
    device->select(0, 1, [&](const Result<OctetBuffer>& r) {
        code = r.error().code;
        loop.stop();
    });
    run();
    EXPECT_EQ(code, Errc::gone);
    device.reset();
    EXPECT_TRUE(fakeCalled("close"));
}

} // namespace
} // namespace callbox::tests
