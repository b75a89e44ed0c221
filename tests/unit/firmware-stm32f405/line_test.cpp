// SPDX-License-Identifier: GPL-2.0-or-later
// The line side on models of the registers it uses: bits both ways through SPI and DMA, the line interface behind them,
// and what goes wrong there.
#include "boards/stm32f405/own_clock.h"
#include "core/e1_transmitter.h"
#include "line_model.h"
#include <gtest/gtest.h>

using namespace callbox::board;
using namespace callbox::board::test;
using namespace callbox::firmware;

namespace {

struct Line : testing::Test {
    explicit Line(std::uint8_t kind = CARD_PORT_E1) { port.begin(false, kind); }
    LineModel model;
    E1Port port;
    LineSide line{model, port, model.memory()};
    unsigned octets = 256; // a millisecond

    void millisecond()
    {
        for (unsigned i = 0; i < octets; i += 8) {
            model.octets(std::min(8U, octets - i));
            line.poll();
        }
        line.millisecond();
    }
    void pass(unsigned ms)
    {
        for (; ms > 0; --ms)
            millisecond();
    }
    void TearDown() override
    {
        EXPECT_EQ(model.misuses, 0U) << model.misuse;
        EXPECT_EQ(model.chip.misuses, 0U);
    }
};

TEST(TheOwnClock, IsExactForEitherKindOfLine)
{
    LineModel m;
    ASSERT_TRUE(startOwnClock(m, false));
    EXPECT_EQ(m.ownClock(), 2'048'000.0);
    ASSERT_TRUE(startOwnClock(m, true)) << "while the other one runs";
    EXPECT_EQ(m.ownClock(), 1'544'000.0);
    EXPECT_EQ(m.misuses, 0U) << m.misuse;
    m.pllTakes = 300 * 168 / 4; // the datasheet's 300 us, in looks of four cycles
    ASSERT_TRUE(startOwnClock(m, false)) << "as long as it may take";
    EXPECT_EQ(m.ownClock(), 2'048'000.0);
    m.pllDead = true;
    EXPECT_FALSE(startOwnClock(m, false));
    EXPECT_EQ(m.ownClock(), 0.0);
}

TEST_F(Line, IsThereAtItsOwnClockAndSaysAisUntilAHostComes)
{
    std::vector<std::uint8_t> heard;
    model.heard = &heard;
    ASSERT_TRUE(line.begin()) << line.trouble();
    EXPECT_EQ(model.ownClock(), 2'048'000.0);
    EXPECT_FALSE(model.fromLine());
    pass(50);
    EXPECT_TRUE(model.chip.sends());
    EXPECT_TRUE(line.chipAnswers() && line.alive());
    EXPECT_EQ(line.late(), 0U);
    EXPECT_TRUE(std::all_of(heard.begin(), heard.end(), [](std::uint8_t o) { return o == 0xff; }));
}

struct Phase : Line, testing::WithParamInterface<unsigned> {};
INSTANTIATE_TEST_SUITE_P(EachFew, Phase, testing::Values(0, 1, 7, 8, 131, 255));
TEST_P(Phase, FramesComeOutOfBitsInAnyPhase)
{
    model.delay = GetParam();
    ASSERT_TRUE(line.begin());
    port.select(true);
    std::array<std::uint8_t, 4 + 9 * 32> packet{};
    for (unsigned i = 0; i < 20; ++i)
        port.out(Octets(packet).first(4 + 8 * 32)); // the host has come: AIS is over
    unsigned ms = 0;
    for (; ms < 150; ++ms) {
        port.out(Octets(packet).first(4 + 8 * 32));
        millisecond();
        if (ms == 50)
            port.counters() = {};
    }
    EXPECT_EQ(port.alarmsNow(), 0);
    EXPECT_EQ(port.counters().frames, 99U * 8);
    EXPECT_EQ(port.counters().crc + port.counters().fas + port.counters().losses, 0U);
    EXPECT_EQ(line.late(), 0U);
}

// A host that keeps the port busy.
struct LineWithHost : Line {
    explicit LineWithHost(std::uint8_t kind = CARD_PORT_E1) : Line(kind) {}
    void SetUp() override
    {
        ASSERT_TRUE(line.begin()) << line.trouble();
        model.chip.errors = 0;
        port.select(true);
        for (unsigned i = 0; i < 10; ++i)
            host();
    }
    void host()
    {
        port.out(Octets(packet).first(4 + 8 * 32));
        std::array<std::uint8_t, CARD_E1_PACKET_MAX> in{};
        (void)port.in(in);
    }
    void run(unsigned ms)
    {
        for (; ms > 0; --ms) {
            host();
            millisecond();
        }
    }
    std::array<std::uint8_t, 4 + 9 * 32> packet{};
};

TEST_F(LineWithHost, PulsesThatCeaseAreALossOfSignalWhateverBitsCome)
{
    run(100);
    ASSERT_EQ(port.alarmsNow(), 0);
    std::uint8_t noise = 1;
    model.far = [&] { return noise = static_cast<std::uint8_t>(noise * 5 + 77); };
    model.chip.pulses = false;
    run(5);
    EXPECT_TRUE(port.alarmsNow() & CARD_ALARM_LOS) << "within milliseconds";
    EXPECT_FALSE(port.alarmsNow() & CARD_ALARM_AIS);
    model.far = nullptr;
    model.chip.pulses = true;
    run(100);
    EXPECT_EQ(port.alarmsNow(), 0);
    EXPECT_EQ(line.late(), 0U);
}

TEST_F(LineWithHost, ALineWithoutAClockIsALossOfSignalAndTheCardGoesOn)
{
    run(100);
    model.clockOfLine = false;
    run(20);
    EXPECT_TRUE(port.alarmsNow() & CARD_ALARM_LOS);
    run(200);
    EXPECT_FALSE(line.alive());
    model.clockOfLine = true;
    run(100);
    EXPECT_TRUE(line.alive());
    EXPECT_EQ(port.alarmsNow(), 0);
}

TEST_F(LineWithHost, ViolationsOfTheLineCodeAreCounted)
{
    run(200);
    const auto before = port.counters().code;
    model.chip.errors = 17;
    run(200);
    EXPECT_EQ(port.counters().code - before, 17U);
}

TEST_F(LineWithHost, TheLinesLoopIsTheLineInterfaces)
{
    run(50);
    ASSERT_TRUE(port.setLoop(CARD_LOOP_LINE));
    run(2);
    EXPECT_TRUE(model.chip.loopsBack());
    std::vector<std::uint8_t> heard;
    model.heard = &heard;
    std::uint8_t next = 0;
    model.far = [&] { return next++; };
    run(4);
    for (std::size_t i = 1; i < heard.size(); ++i)
        ASSERT_EQ(heard[i], static_cast<std::uint8_t>(heard[i - 1] + 1)) << "bit by bit";
    ASSERT_TRUE(port.setLoop(CARD_LOOP_NONE));
    run(2);
    EXPECT_FALSE(model.chip.loopsBack());
    ASSERT_TRUE(port.setTx({CARD_ICE1_TX_CRC4_E, 0, 1, 0})); // the icE1usb's name for the same
    run(2);
    EXPECT_TRUE(model.chip.loopsBack());
}

TEST_F(LineWithHost, TheClockIsTheLinesWhereItIsWanted)
{
    run(50);
    EXPECT_FALSE(model.fromLine());
    ASSERT_TRUE(port.setTx({CARD_ICE1_TX_CRC4_E, 1, 0, 0}));
    run(2);
    EXPECT_TRUE(model.fromLine());
    run(100);
    EXPECT_EQ(port.alarmsNow(), 0);
    ASSERT_TRUE(port.setTx({CARD_ICE1_TX_CRC4_E, 0, 0, 0}));
    ASSERT_TRUE(port.setLoop(CARD_LOOP_PAYLOAD));
    run(2);
    EXPECT_TRUE(model.fromLine()) << "what a loop gives back goes at the pace at which it comes";
    ASSERT_TRUE(port.setLoop(CARD_LOOP_NONE));
    run(2);
    EXPECT_FALSE(model.fromLine());
}

TEST_F(LineWithHost, SettingsOfTheLineGoToItsInterface)
{
    run(10);
    card_line l = port.line();
    EXPECT_TRUE(model.chip.zeroCode());
    l.code = 0;
    l.impedance = 75;
    l.sensitivity = 43;
    ASSERT_TRUE(port.setLine(l));
    const unsigned settings = model.chip.settings;
    run(100);
    EXPECT_FALSE(model.chip.zeroCode());
    EXPECT_EQ(model.chip.regs[0x03], 0);
    EXPECT_EQ(model.chip.settings, settings + 1) << "once";
}

TEST_F(LineWithHost, ALoopThatComesTooLateIsCountedAndTheLineComesBack)
{
    run(100);
    model.octets(250); // without a look: not yet
    run(10);
    EXPECT_EQ(line.late(), 0U);
    EXPECT_EQ(port.counters().losses, 0U);
    for (unsigned i = 0; i < 8; ++i) {
        const auto before = line.late();
        model.octets(520 + 61 * i);
        run(60);
        EXPECT_GT(line.late(), before) << i;
        EXPECT_EQ(port.alarmsNow(), 0) << i;
    }
    EXPECT_GT(port.counters().overflow + port.counters().underflow, 0U);
    const auto late = line.late();
    run(100);
    EXPECT_EQ(line.late(), late);
}

TEST_F(LineWithHost, AStreamThatStopsByAnErrorIsStartedAnew)
{
    run(100);
    for (const bool receiver : {true, false}) {
        model.busError(receiver);
        run(60);
        EXPECT_EQ(port.alarmsNow(), 0);
        EXPECT_TRUE(line.alive());
    }
    EXPECT_EQ(line.late(), 2U);
    model.loseOctet();
    const auto before = port.counters().overflow;
    run(60);
    EXPECT_EQ(port.counters().overflow, before + 1);
    EXPECT_EQ(port.alarmsNow(), 0);
}

TEST_F(LineWithHost, AnInterfaceThatLostItsPowerIsSetAnew)
{
    run(100);
    model.chip.powerFails();
    EXPECT_FALSE(model.chip.sends());
    run(60);
    EXPECT_TRUE(model.chip.sends());
    EXPECT_EQ(port.alarmsNow(), 0);
    model.chip.powered = false;
    run(20);
    EXPECT_FALSE(line.chipAnswers());
    EXPECT_TRUE(port.alarmsNow() & CARD_ALARM_LOS);
    model.chip.powered = true;
    model.chip.reset();
    run(700);
    EXPECT_TRUE(line.chipAnswers());
    EXPECT_EQ(port.alarmsNow(), 0);
}

struct T1Line : LineWithHost {
    T1Line() : LineWithHost(CARD_PORT_T1) { octets = 193; }
};
TEST_F(T1Line, FramesOfAT1ComeOutOfBitsInAnyPhase)
{
    EXPECT_EQ(model.ownClock(), 1'544'000.0);
    model.delay = 77;
    run(200);
    EXPECT_TRUE(model.chip.t1());
    EXPECT_EQ(model.chip.regs[0x03], 2U << 3 | 2U) << "100 ohms";
    EXPECT_EQ(port.alarmsNow(), 0);
    const auto frames = port.counters().frames, crc = port.counters().crc;
    run(300);
    EXPECT_NEAR(port.counters().frames - frames, 2400, 1);
    EXPECT_EQ(port.counters().crc, crc);
    EXPECT_EQ(line.late(), 0U);
}

TEST_F(LineWithHost, APortThatBecomesAT1HasItsClockAndItsPulses)
{
    run(50);
    port.select(false);
    card_line l = usualLine(CARD_PORT_T1);
    l.build_out = 6;
    ASSERT_TRUE(port.setLine(l));
    octets = 193;
    pass(3);
    EXPECT_EQ(model.ownClock(), 1'544'000.0);
    EXPECT_TRUE(model.chip.t1());
    EXPECT_EQ(model.chip.regs[0x07], 0x08);
    port.select(true);
    for (unsigned i = 0; i < 10; ++i)
        host();
    run(300);
    EXPECT_EQ(port.alarmsNow(), 0);
}

TEST_F(Line, WithoutItsPllIsTold)
{
    model.pllDead = true;
    EXPECT_FALSE(line.begin());
    EXPECT_EQ(line.trouble(), "no PLL for the line's clock");
    pass(20);
    EXPECT_TRUE(port.alarmsNow() & CARD_ALARM_LOS);
    pass(1200);
    EXPECT_FALSE(line.alive());
    EXPECT_EQ(line.trouble(), "no PLL for the line's clock");
    model.pllDead = false;
    pass(1000);
    EXPECT_TRUE(line.alive()) << "it is tried each second";
    EXPECT_EQ(line.trouble(), "");
}

TEST_F(LineWithHost, WhileTheProcessorStandsStillTheFarEndHearsAis)
{
    run(100);
    std::vector<std::uint8_t> heard;
    for (const unsigned octets : {100U, 5000U}) {
        const auto late = line.late();
        heard.clear();
        line.standStill();
        model.heard = &heard;
        model.octets(octets);
        model.heard = nullptr;
        EXPECT_TRUE(std::all_of(heard.begin(), heard.end(), [](std::uint8_t o) { return o == 0xff; }));
        run(60);
        EXPECT_GT(line.late(), late) << "and it is counted";
        EXPECT_EQ(port.alarmsNow(), 0);
    }
}

} // namespace
