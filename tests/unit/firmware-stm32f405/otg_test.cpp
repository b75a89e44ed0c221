// SPDX-License-Identifier: GPL-2.0-or-later
// The card on the bus, on a model of the OTG core's registers: enumeration by a host, frames of an E1 both ways for
// seconds, and what goes wrong on a bus.
#include "boards/stm32f405/otg_device.h"
#include "device/descriptors.h"
#include "host.h"
#include <gtest/gtest.h>

using namespace callbox::board;
using namespace callbox::board::test;
using namespace callbox::firmware;

namespace {

struct TestBoard final : Board {
    std::uint32_t now = 0;
    bool restarted = false;
    [[nodiscard]] std::uint32_t milliseconds() const override { return now; }
    [[nodiscard]] std::string_view serial() const override { return "0123456789abcdef"; }
    card_sensors sensors() override { return {}; }
    card_selftest selfTest(bool) override { return {}; }
    void blink(bool) override {}
    Buffer memory() override { return store; }
    void memoryWritten() override {}
    void restart(Restart) override { restarted = true; }
    std::array<std::uint8_t, 600> store{};
};

struct Usb : testing::Test {
    explicit Usb(const Personality& p = Personality::card(1)) : device(p, board) {}
    OtgModel model;
    TestBoard board;
    Device device;
    OtgDevice usb{model, device};
    Host host{model, [this] { run(); }};
    bool looped = true, sleeps = false; // the line's end is a plug; the card's loop stands still

    void run()
    {
        for (unsigned i = 0; i < 6 && !sleeps; ++i)
            usb.poll();
    }
    void begin()
    {
        ASSERT_TRUE(usb.begin()) << usb.trouble();
        ASSERT_TRUE(model.connected());
        run();
        host.reset();
    }
    void enumerate()
    {
        begin();
        ASSERT_TRUE(host.setAddress(5));
        ASSERT_TRUE(host.configure());
    }
    // The line's eight frames of a millisecond, plugged into themselves.
    void line()
    {
        for (unsigned i = 0; i < 8; ++i) {
            std::array<std::uint8_t, 32> frame{};
            const E1Port::Send what = device.port(0).transmit(frame);
            if (what == E1Port::Send::frame && looped)
                device.port(0).receive(frame, number++ % 16);
            run();
        }
        ++board.now;
        device.millisecond();
    }
    void frames(unsigned n)
    {
        for (; n > 0; --n)
            host.frame([this] { line(); });
    }
    // How often a frame of the stream is not the one behind that before, from `from` on.
    [[nodiscard]] unsigned breaks(std::size_t from = 0) const { return host.stream.breaks(from); }
    void TearDown() override { EXPECT_EQ(model.misuses, 0U) << model.misuse; }
    unsigned number = 0;
};

OtgPlan planOf(const Personality& p)
{
    std::array<std::uint8_t, 512> d{};
    return planEndpoints(Octets(d).first(configurationDescriptor(p, d)));
}

TEST(TheMemoryOfTheUsbCore, HoldsOneE1PortAndTwoOfItsPackets)
{
    const OtgPlan p = planOf(Personality::card(1));
    EXPECT_EQ(p.trouble, "");
    EXPECT_EQ(p.transmitWords, (std::array<unsigned, 4>{16, 16, 73, 16}));
    EXPECT_EQ(p.needed, 10U + 1 + 2 * 74 + 4 + 16 + 16 + 73 + 16);
    EXPECT_GE(p.receiveWords, 10U + 1 + 2 * 74 + 4) << "and what is left";
    EXPECT_EQ(p.receiveWords + 16 + 16 + 73 + 16, 320U);
    EXPECT_TRUE(p.in[1].feedback());
    EXPECT_TRUE(p.in[2].isochronous());
    EXPECT_FALSE(p.in[2].feedback());
    EXPECT_EQ(p.in[3].type(), 3U);
    EXPECT_EQ(p.out[1].size, 292);
}

TEST(TheMemoryOfTheUsbCore, HoldsAnAnalogBankInsteadOfThePort)
{
    const OtgPlan p = planOf(Personality::card(0).withBank(4, 4));
    EXPECT_EQ(p.trouble, "");
    EXPECT_EQ(p.out[2].type(), 2U);
    EXPECT_LT(p.needed, 200U);
}

TEST(TheMemoryOfTheUsbCore, HoldsNoPortWithABankNorTwo)
{
    EXPECT_NE(planOf(Personality::card(1).withBank(1, 0)).trouble, "") << "six IN endpoints, the core has four";
    EXPECT_NE(planOf(Personality::card(2)).trouble, "");
    EXPECT_NE(planOf(Personality::iceE1usb(1)).trouble, "");
    const std::array<std::uint8_t, 14> large{7, 5, 0x01, 1, 0xff, 3, 1, 7, 5, 0x81, 1, 0xff, 3, 1}; // 1023 both ways
    EXPECT_NE(planEndpoints(large).trouble, "");
    const std::array<std::uint8_t, 5> cut{7, 5, 0x01, 1, 64};
    EXPECT_NE(planEndpoints(cut).trouble, "");
}

TEST_F(Usb, IsEnumeratedAsChapter9HasIt)
{
    EXPECT_FALSE(model.connected()) << "before it is ready nobody sees it";
    begin();
    const auto first = host.control(0x80, 6, 0x0100, 0, 8); // a host's first question
    ASSERT_TRUE(first);
    EXPECT_EQ(first->size(), 8U);
    EXPECT_EQ((*first)[7], 64);
    ASSERT_TRUE(host.setAddress(42));
    EXPECT_EQ(model.deviceAddress(), 42U);
    EXPECT_FALSE(model.setup(0, Bytes(8))) << "it is not at address 0 any more";
    const auto whole = host.control(0x80, 6, 0x0100, 0, 18);
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->size(), 18U);
    EXPECT_EQ((*whole)[8] | (*whole)[9] << 8, CARD_VENDOR);
    const auto nine = host.control(0x80, 6, 0x0200, 0, 9);
    ASSERT_TRUE(nine);
    const unsigned total = (*nine)[2] | (*nine)[3] << 8;
    const auto configuration = host.control(0x80, 6, 0x0200, 0, total);
    ASSERT_TRUE(configuration);
    EXPECT_EQ(configuration->size(), total);
    EXPECT_EQ(host.control(0x80, 6, 0x0200, 0, 4096)->size(), total) << "a host that asks for more gets what there is";
    EXPECT_EQ(host.control(0x80, 6, 0x0200, 0, 0xffff)->size(), total);
    EXPECT_FALSE(host.control(0x80, 6, 0x0600, 0, 10)) << "no qualifier at full speed";
    ASSERT_TRUE(host.control(0x80, 6, 0x0301, 0x0409, 255)) << "the stall was over with the next SETUP";
    EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), Bytes{0});
    ASSERT_TRUE(host.configure());
    EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), Bytes{1});
    EXPECT_TRUE(model.open(0x83)) << "setting 0 has the interrupt endpoint";
    EXPECT_FALSE(model.open(0x82));
    ASSERT_TRUE(host.select(1));
    EXPECT_TRUE(model.open(0x82) && model.open(0x81) && model.open(0x01));
    ASSERT_TRUE(host.select(0));
    EXPECT_FALSE(model.open(0x82) || model.open(0x81) || model.open(0x01));
    EXPECT_FALSE(host.select(2));
    ASSERT_TRUE(host.configure(0));
    EXPECT_FALSE(model.open(0x83));
}

TEST_F(Usb, AnAnswerThatFillsItsLastPacketEndsWithAnEmptyOne)
{
    enumerate();
    for (const unsigned length : {63U, 64U, 65U, 128U, 192U, 600U}) {
        const auto answer = host.control(0xc0, CARD_REQ_GET_NVM, 600 - length, 0, 512);
        ASSERT_TRUE(answer) << length;
        EXPECT_EQ(answer->size(), std::min(length, 512U));
        EXPECT_TRUE(usb.quiet()) << "its status was taken";
    }
    EXPECT_EQ(host.control(0xc0, CARD_REQ_GET_NVM, 0, 0, 128)->size(), 128U) << "as asked for: no empty packet";
}

TEST_F(Usb, DataOfARequestComesInSeveralPackets)
{
    enumerate();
    ASSERT_TRUE(host.control(0x40, CARD_REQ_MAINTENANCE, 1, 0, 4, {'O', 'P', 'E', 'N'}));
    for (const unsigned length : {1U, 63U, 64U, 65U, 128U, 300U, 512U}) {
        Bytes data(length);
        for (unsigned i = 0; i < length; ++i)
            data[i] = static_cast<std::uint8_t>(i * 3 + length);
        ASSERT_TRUE(host.control(0x40, CARD_REQ_SET_NVM, 7, 0, length, data)) << length;
        EXPECT_TRUE(std::equal(data.begin(), data.end(), board.store.begin() + 7)) << length;
    }
}

TEST_F(Usb, DataOfAnotherLengthThanAnnouncedIsStalled)
{
    enumerate();
    ASSERT_TRUE(host.control(0x40, CARD_REQ_MAINTENANCE, 1, 0, 4, {'O', 'P', 'E', 'N'}));
    EXPECT_FALSE(host.control(0x40, CARD_REQ_SET_NVM, 0, 0, 100, Bytes(64 + 10))) << "less";
    EXPECT_FALSE(host.control(0x40, CARD_REQ_SET_NVM, 0, 0, 10, Bytes(12))) << "more";
    EXPECT_FALSE(host.control(0x40, CARD_REQ_SET_NVM, 0, 0, 600, Bytes(600))) << "more than any request brings";
    EXPECT_FALSE(host.control(0x40, CARD_REQ_MAINTENANCE, 1, 0, 3, {'O', 'P', 'E'})) << "not this request's";
    EXPECT_TRUE(host.control(0x40, CARD_REQ_SET_NVM, 0, 0, 4, Bytes(4, 9))) << "and goes on";
    EXPECT_EQ(board.store[3], 9);
}

TEST_F(Usb, ASetupEndsWhatWasUnderWay)
{
    enumerate();
    // A host gives up in the middle of an answer, of data, and before a status.
    ASSERT_TRUE(model.setup(5, {0xc0, CARD_REQ_GET_NVM, 0, 0, 0, 0, 0x00, 0x02}));
    run();
    EXPECT_TRUE(host.in());
    EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), Bytes{1});
    ASSERT_TRUE(model.setup(5, {0x40, CARD_REQ_MAINTENANCE, 1, 0, 0, 0, 4, 0}));
    run();
    EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), Bytes{1});
    EXPECT_FALSE(device.maintenance());
    ASSERT_TRUE(model.setup(5, {0x40, CARD_REQ_LOCATE, 3, 0, 0, 0, 0, 0}));
    run();
    EXPECT_EQ(host.control(0xc0, CARD_REQ_LOCATE, 0, 0, 2), (Bytes{3, 0}));
    // Two SETUPs at once: the last one counts (8.5.3).
    ASSERT_TRUE(model.setup(5, {0x80, 6, 0, 1, 0, 0, 18, 0}));
    EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), Bytes{1});
}

TEST_F(Usb, OfSetupsThatCameWhileItStoodStillTheLastOneIsAnswered)
{
    enumerate();
    for (const unsigned setups : {2U, 4U, 6U, 9U, 20U}) {
        for (unsigned i = 1; i < setups; ++i)
            ASSERT_TRUE(model.setup(5, {0x80, 6, 0, 1, 0, 0, 18, 0}));
        ASSERT_TRUE(model.setup(5, {0x80, 8, 0, 0, 0, 0, 1, 0}));
        OtgModel::In answer{OtgModel::Hand::nak, {}};
        for (unsigned looks = 0; looks < 20 && answer.hand == OtgModel::Hand::nak; ++looks) {
            usb.poll();
            answer = model.in(5, 0);
        }
        EXPECT_EQ(answer.data, Bytes{1}) << setups;
        run();
        EXPECT_TRUE(host.out({})) << setups;
    }
}

TEST_F(Usb, AHostMayEndAnAnswerBeforeItHasAll)
{
    enumerate();
    ASSERT_TRUE(model.setup(5, {0xc0, CARD_REQ_GET_NVM, 0, 0, 0, 0, 0x00, 0x02}));
    run();
    EXPECT_TRUE(host.in());
    EXPECT_TRUE(host.out({})) << "the status";
    EXPECT_TRUE(usb.quiet());
    EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), Bytes{1});
}

TEST_F(Usb, FramesOfAnE1GoBothWaysForSecondsAndNoneIsLost)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(2000);
    EXPECT_GT(host.stream.received.size(), 15'700U);
    EXPECT_EQ(breaks(), 0U);
    EXPECT_TRUE(host.stream.sequenceRight);
    EXPECT_EQ(usb.counters().missedOut, 0U);
    EXPECT_EQ(usb.counters().stuck, 0U);
    EXPECT_EQ(device.port(0).counters().underflow, 0U);
    EXPECT_EQ(device.port(0).counters().overflow, 0U);
    EXPECT_EQ(device.port(0).counters().usb, 0U);
    EXPECT_EQ(host.stream.feedbacks, 500U) << "every fourth frame, as its interval says";
    EXPECT_NEAR(host.stream.fed, 2000 * 8, 100) << "the feedback keeps the pace";
    EXPECT_LT(host.stream.emptyIn, 40U) << "until 80 frames had come";
}

TEST_F(Usb, APacketThatTheHostDidNotFetchGoesInTheNextFrame)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(200);
    const std::size_t before = host.stream.received.size();
    for (unsigned i = 0; i < 12; ++i) {
        host.asksIn = false;
        frames(1 + i % 3);
        host.asksIn = true;
        frames(40); // with nine frames each it catches up
    }
    EXPECT_GT(host.stream.received.size(), before + 3'800U);
    EXPECT_EQ(breaks(), 0U) << "none was lost, none came twice";
    EXPECT_TRUE(host.stream.sequenceRight);
    EXPECT_GE(usb.counters().missedIn, 24U);
}

TEST_F(Usb, APacketThatTheHostFetchesInTheLastMomentIsNotSentAgain)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(200);
    for (unsigned i = 0; i < 12; ++i) {
        host.asksIn = false;
        model.goesInTheLastMoment = 2;
        frames(1);
        model.goesInTheLastMoment = 0;
        host.asksIn = true;
        ASSERT_EQ(model.gone.size(), 1U);
        host.takeIn(model.gone[0]);
        model.gone.clear();
        frames(20);
    }
    EXPECT_EQ(breaks(), 0U) << "none was lost, none came twice";
    EXPECT_TRUE(host.stream.sequenceRight);
    EXPECT_EQ(usb.counters().stuck, 0U) << "nothing is waited for that does not come";
}

TEST_F(Usb, APacketOfAFrameThatBeganMeanwhileIsNotTakenForAMissedOne)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(200);
    const unsigned empty = host.stream.emptyIn, out = usb.counters().missedOut;
    host.looksLate = true;
    frames(100);
    host.looksLate = false;
    frames(20);
    EXPECT_EQ(host.stream.emptyIn, empty);
    EXPECT_EQ(usb.counters().missedOut, out);
    EXPECT_EQ(breaks(), 0U);
}

TEST_F(Usb, AFrameWithoutAPacketOfTheHostsIsNoEnd)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(200);
    for (unsigned i = 0; i < 40; ++i) {
        host.sendsOut = false;
        frames(1);
        host.sendsOut = true;
        frames(6);
    }
    EXPECT_EQ(breaks(), 0U);
    EXPECT_GE(usb.counters().missedOut, 40U);
    EXPECT_EQ(usb.counters().stuck, 0U);
    EXPECT_EQ(device.port(0).counters().usb, 0U);
}

TEST_F(Usb, APacketForTheWrongFrameIsSeen)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(200);
    const unsigned empty = host.stream.emptyIn, missed = usb.counters().missedIn;
    for (unsigned i = 0; i < 20; ++i) {
        model.turnParity(2); // as if the even or odd bit had been set wrong
        frames(1);
    }
    EXPECT_GE(host.stream.emptyIn, empty + 20U) << "the model has frames that are even and odd";
    EXPECT_GT(usb.counters().missedIn, missed);
    EXPECT_EQ(breaks(), 0U);
}

TEST_F(Usb, PacketsOfWrongLengthsAreCountedAndHarmNothing)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(100);
    host.sendsOut = false;
    unsigned sent = 0;
    for (const std::size_t length : {0U, 1U, 3U, 5U, 35U, 37U, 291U}) {
        model.startOfFrame();
        run();
        model.out(5, 1, Bytes(length, 0x11));
        ++sent;
        run();
        line();
        model.endOfPeriodic();
        run();
    }
    EXPECT_EQ(device.port(0).counters().usb, sent);
    model.startOfFrame();
    run();
    model.out(5, 1, Bytes(293)); // babble: the core does not take it
    run();
    model.endOfPeriodic();
    run();
    EXPECT_EQ(device.port(0).counters().usb, sent);
    host.sendsOut = true;
    frames(100);
    const std::size_t before = host.stream.received.size();
    frames(400);
    EXPECT_GT(host.stream.received.size(), before + 3000U);
    EXPECT_EQ(breaks(before), 0U);
}

TEST_F(Usb, AResetInTheMiddleBeginsAnew)
{
    enumerate();
    for (unsigned round = 0; round < 6; ++round) {
        ASSERT_TRUE(host.select(1));
        frames(150 + round);
        ASSERT_TRUE(model.setup(5, {0xc0, CARD_REQ_GET_NVM, 0, 0, 0, 0, 0x00, 0x02})); // an answer under way
        if (round % 2)
            run();
        model.startOfFrame(); // and a packet that waits in the FIFO
        model.out(5, 1, Bytes(292));
        host.reset();
        EXPECT_FALSE(device.configured());
        EXPECT_FALSE(device.port(0).on());
        EXPECT_FALSE(model.open(0x82));
        EXPECT_EQ(model.deviceAddress(), 0U);
        ASSERT_TRUE(host.setAddress(5));
        ASSERT_TRUE(host.configure());
        host.stream = {};
    }
    ASSERT_TRUE(host.select(1));
    frames(500);
    EXPECT_EQ(breaks(), 0U);
    EXPECT_GT(host.stream.received.size(), 3000U);
    EXPECT_EQ(usb.counters().resets, 7U);
    EXPECT_EQ(usb.counters().stuck, 0U);
}

TEST_F(Usb, SettingsWhileFramesAreUnderWayAreFollowed)
{
    enumerate();
    for (unsigned round = 0; round < 8; ++round) {
        ASSERT_TRUE(host.select(1));
        host.stream = {};
        frames(60 + round);
        EXPECT_EQ(breaks(), 0U);
        ASSERT_TRUE(host.select(0));
        frames(3);
    }
    EXPECT_EQ(usb.counters().stuck, 0U);
}

TEST_F(Usb, EventsComeOnceEachByTheInterruptEndpoint)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    ASSERT_TRUE(host.control(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0, 0));
    frames(100);
    host.stream.events.clear();
    for (unsigned i = 0; i < 10; ++i) {
        device.port(0).alarms(i % 2 ? 0 : CARD_ALARM_RAI);
        frames(20);
    }
    unsigned alarms = 0;
    for (const Bytes& e : host.stream.events)
        alarms += e[0] == CARD_E1_EVENT_ALARMS;
    EXPECT_EQ(alarms, 10U);
    EXPECT_LE(host.stream.events.size(), 20U) << "each once, and the errors' block with it";
}

TEST_F(Usb, AHaltedEndpointStallsUntilItIsCleared)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    ASSERT_TRUE(host.control(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0, 0));
    device.port(0).alarms(CARD_ALARM_RAI);
    frames(12);
    ASSERT_TRUE(host.control(2, 3, 0, 0x83, 0));
    EXPECT_TRUE(model.halted(0x83));
    EXPECT_EQ(model.in(5, 3).hand, OtgModel::Hand::stall);
    EXPECT_EQ(host.control(0x82, 0, 0, 0x83, 2), (Bytes{1, 0}));
    ASSERT_TRUE(host.control(2, 1, 0, 0x83, 0));
    EXPECT_FALSE(model.halted(0x83));
    device.port(0).alarms(0);
    run();
    const auto event = model.in(5, 3);
    EXPECT_EQ(event.hand, OtgModel::Hand::ack);
    EXPECT_FALSE(event.data1) << "9.4.5: its data begin with DATA0";
    // One that is isochronous has no stall.
    ASSERT_TRUE(host.control(2, 3, 0, 0x82, 0));
    EXPECT_FALSE(model.halted(0x82));
    const std::size_t before = host.stream.received.size();
    frames(20);
    EXPECT_LE(host.stream.received.size(), before + 9) << "it is silent";
    ASSERT_TRUE(host.control(2, 1, 0, 0x82, 0));
    frames(20);
    EXPECT_GT(host.stream.received.size(), before + 100);
}

TEST_F(Usb, SuspendAndResumeKeepTheConfiguration)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(300);
    model.suspend();
    run();
    EXPECT_TRUE(usb.suspended());
    for (unsigned ms = 0; ms < 600; ++ms)
        line(); // the line goes on
    EXPECT_TRUE(device.port(0).alarmsNow() & CARD_ALARM_NO_HOST) << "the line gets AIS meanwhile";
    model.resume();
    run();
    EXPECT_FALSE(usb.suspended());
    EXPECT_TRUE(device.configured());
    frames(200);
    const std::size_t before = host.stream.received.size();
    frames(300);
    EXPECT_GT(host.stream.received.size(), before + 2000U);
    EXPECT_EQ(breaks(before), 0U);
}

TEST_F(Usb, ALoopThatStandsStillForMillisecondsLosesThoseAlone)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(200);
    for (unsigned i = 0; i < 10; ++i) {
        sleeps = true;
        for (unsigned ms = 0; ms < 5; ++ms) {
            model.startOfFrame();
            model.out(5, 1, Bytes(260, 0xff));
            model.in(5, 2);
            model.endOfPeriodic();
        }
        sleeps = false;
        frames(20);
    }
    EXPECT_EQ(usb.counters().stuck, 0U);
    const std::size_t before = host.stream.received.size();
    frames(200);
    EXPECT_GT(host.stream.received.size(), before + 1500U);
    EXPECT_EQ(breaks(before), 0U);
}

TEST_F(Usb, ACoreThatDoesNotComeIsToldAndNotOnTheBus)
{
    model.neverIdle = true;
    EXPECT_FALSE(usb.begin());
    EXPECT_EQ(usb.trouble(), "the USB core is not idle");
    model.neverIdle = false;
    model.neverReset = true;
    EXPECT_FALSE(usb.begin());
    EXPECT_EQ(usb.trouble(), "the USB core does not come out of its reset");
    model.neverReset = false;
    model.staysHost = true;
    EXPECT_FALSE(usb.begin());
    EXPECT_EQ(usb.trouble(), "the USB core does not become a device");
    EXPECT_FALSE(model.connected());
    model.staysHost = false;
    EXPECT_TRUE(usb.begin()) << usb.trouble();
    EXPECT_TRUE(model.connected());
    usb.leave();
    EXPECT_FALSE(model.connected()) << "a host sees it unplugged";
}

TEST_F(Usb, EndpointsThatDoNotStopAreNotWaitedForForever)
{
    enumerate();
    ASSERT_TRUE(host.select(1));
    frames(100);
    model.outNakHangs = model.disableHangs = true;
    host.sendsOut = host.asksIn = false;
    frames(2);
    EXPECT_GT(usb.counters().stuck, 0U);
    model.misuses = 0; // a FIFO was emptied under an endpoint that would not stop
}

struct TwoPorts : Usb {
    TwoPorts() : Usb(Personality::card(2)) {}
};
TEST_F(TwoPorts, ACardThatTheCoreHasNoRoomForIsNotOnTheBus)
{
    EXPECT_FALSE(usb.begin());
    EXPECT_EQ(usb.trouble(), "an endpoint has a number that the USB core does not have");
    EXPECT_FALSE(model.connected());
}

} // namespace
