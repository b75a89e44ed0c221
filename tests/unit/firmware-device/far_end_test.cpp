// SPDX-License-Identifier: GPL-2.0-or-later
// What a far end says of itself beside its frames, and where a host reads it: in the card's log.
#include "card.h"
#include "core/t1_transmitter.h"
#include "device/port_framer.h"

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

struct FarEnd : Card {
    PortFramer framer{b.device.port(0)};
    // A millisecond of eight frames, as `frame` makes them.
    template <class MakeFrame> void run(unsigned ms, const MakeFrame& frame)
    {
        for (unsigned i = 0; i < ms; ++i) {
            framer.settings();
            for (unsigned f = 0; f < 8; ++f)
                framer.now().receive(frame());
            b.device.port(0).alarms(framer.now().finish());
            b.milliseconds(1);
        }
    }
    std::vector<unsigned> said(unsigned code) // values of its records
    {
        std::vector<unsigned> out;
        const Bytes log = b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 512).value();
        for (std::size_t at = 0; at < log.size(); at += 16)
            if (log[at + 9] == code)
                out.push_back(log[at + 12]);
        return out;
    }
};

TEST_F(FarEnd, ThatNeverFindsOurCrc4IsInTheLogAfterFiveSeconds)
{
    core::E1Transmitter far;
    far.begin(core::E1Slot0::crc4E);
    std::array<std::uint8_t, 32> f{};
    const auto frame = [&] {
        f.fill(0x55);
        f[0] = 0xff;
        far.frame(f);
        return Octets(f);
    };
    far.received(core::Block(), false); // its E bits stay 0
    run(4500, frame);
    EXPECT_EQ(said(CARD_LOG_FAR_WITHOUT_CRC), std::vector<unsigned>{});
    run(2500, frame);
    EXPECT_EQ(said(CARD_LOG_FAR_WITHOUT_CRC), std::vector<unsigned>{1});
    far.received(core::Block(), true);
    run(2500, frame);
    EXPECT_EQ(said(CARD_LOG_FAR_WITHOUT_CRC), (std::vector<unsigned>{1, 0}));
}

TEST_F(FarEnd, ThatAsksForALoopOnTheDataLinkIsInTheLogAndNotObeyed)
{
    card_line line = usualLine(CARD_PORT_T1);
    ASSERT_TRUE(b.device.port(0).setLine(line));
    core::T1Transmitter far;
    far.begin(core::T1Framing::esf);
    std::array<std::uint8_t, 32> f{};
    std::array<std::uint8_t, core::T1Transmitter::octetsMost> out{};
    const auto frame = [&] {
        f.fill(0x55);
        return Octets(out).first(far.frame(f, out));
    };
    run(100, frame);
    ASSERT_EQ(b.device.port(0).alarmsNow(), 0);
    EXPECT_EQ(said(CARD_LOG_LINK), std::vector<unsigned>{});
    far.link().send(CARD_LINK_LINE_LOOP, 10);
    run(100, frame);
    EXPECT_EQ(said(CARD_LOG_LINK), std::vector<unsigned>{CARD_LINK_LINE_LOOP});
    EXPECT_EQ(b.device.port(0).loop(), static_cast<unsigned>(CARD_LOOP_NONE));
    b.milliseconds(1000);
    far.link().send(CARD_LINK_RELEASE, 10);
    run(100, frame);
    EXPECT_EQ(said(CARD_LOG_LINK), (std::vector<unsigned>{CARD_LINK_LINE_LOOP, CARD_LINK_RELEASE}));
}

} // namespace
