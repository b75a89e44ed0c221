// SPDX-License-Identifier: GPL-2.0-or-later
// A card of two ports whose clock goes by one of their lines: what the other port sends comes at that line's pace.
#include "host.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;
using firmware::test::hex;

namespace {

struct ClockOfACard : testing::Test {
    VirtualCard card{Personality::card(2), "000000000000000a", "1-1"};
    VirtualCard exchange{Personality::card(1), "000000000000000b", "1-2"};
    Host host{card}, far{exchange};

    void SetUp() override
    {
        card.plug(0, exchange, 0);
        exchange.drift(10'000);
        far.open();
        host.tell(0x00, 9, 1, 0);
        (void)sent(1000);
        ASSERT_EQ(host.alarms() & ~static_cast<unsigned>(CARD_ALARM_RAI), 0u);
    }
    // Octets that the second port sends meanwhile.
    std::size_t sent(unsigned ms)
    {
        std::size_t octets = 0;
        for (unsigned i = 0; i < ms; ++i) {
            card.millisecond();
            exchange.millisecond();
            far.millisecond();
            Bytes some(card.wire(1).fromCard.available());
            card.wire(1).fromCard.read(some);
            octets += some.size();
        }
        return octets;
    }
    Bytes clock() { return host.ask(0xc0, CARD_REQ_CLOCK, 0, 2); } // state, source
};

TEST_F(ClockOfACard, TheOtherPortSendsAtThePaceOfTheChosenLineWhileThatHasASignal)
{
    EXPECT_EQ(sent(1000), 256'000u);
    EXPECT_EQ(clock(), hex("00 00"));
    ASSERT_TRUE(host.tell(0x40, CARD_REQ_CLOCK, 0, 0, hex("0000 10ffffff 0000 00000000")));
    (void)sent(1);
    EXPECT_NEAR(static_cast<double>(sent(1000)), 258'560, 64);
    EXPECT_EQ(clock(), hex("01 10"));
    card.wire(0).toCard.set(BitPipe::Signal::none);
    (void)sent(100);
    EXPECT_EQ(clock(), hex("00 00")) << "its oscillator, which has no signal to follow";
    EXPECT_EQ(sent(1000), 256'000u);
    card.wire(0).toCard.set(BitPipe::Signal::normal);
    (void)sent(1000);
    EXPECT_EQ(clock(), hex("01 10"));
}

} // namespace
