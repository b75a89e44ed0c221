// SPDX-License-Identifier: GPL-2.0-or-later
// The auditor's stories (N21, N22, N31): a switch that never acknowledges RESTART, one that keeps a channel we hold for
// idle, a link lost during a hang-up; what the ledger and the status say meanwhile.
#include "line.h"
#include "vectors/player.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

ChannelRow rowOf(Trunk& trunk, unsigned slot)
{
    for (const ChannelRow& row : trunk.channels())
        if (index(row.slot) == slot)
            return row;
    return {};
}

// Messages of a type that the peer got, and forgets.
unsigned took(RawPeer& peer, std::uint8_t type)
{
    const auto n = std::count_if(peer.messages.begin(), peer.messages.end(),
                                 [type](const OctetBuffer& m) { return m.size() > 4 && m[4] == type; });
    peer.messages.clear();
    return static_cast<unsigned>(n);
}
constexpr std::uint8_t restartType = 0x46;

TEST(Restart, ASwitchThatNeverAcknowledgesIsAskedTwiceThenCallsGoOn)
{
    Player player("user", "euroisdn");
    Trunk& trunk = player.trunk();
    ASSERT_TRUE(trunk.restart(Timeslot{1}));
    ASSERT_TRUE(trunk.restart(Timeslot{2}));
    player.loop().runFor(1s);
    EXPECT_EQ(took(player.peer(), restartType), 1u);
    EXPECT_EQ(rowOf(trunk, 1).state, ChannelState::restarting);
    EXPECT_EQ(rowOf(trunk, 1).age, 1s);
    EXPECT_EQ(trunk.status().idle, 28u);
    player.loop().runFor(120s); // T316
    EXPECT_EQ(took(player.peer(), restartType), 1u) << "N316: two tries";
    EXPECT_FALSE(trunk.status().restartTrouble);
    player.loop().runFor(125s);
    EXPECT_EQ(took(player.peer(), restartType), 0u) << "the second channel would wait as long";
    EXPECT_EQ(trunk.status().idle, 30u);
    EXPECT_TRUE(trunk.status().restartTrouble);
    EXPECT_EQ(trunk.status().restartsUnanswered, 1u);
    EXPECT_EQ(player.act("place", "called=2125559000,national,isdn"), "");
    // An acknowledged one ends the alarm.
    ASSERT_TRUE(trunk.restart(Timeslot{3}));
    player.loop().runFor(1s);
    player.peer().send(OctetBuffer{0x08, 0x02, 0x80, 0x00, 0x4E, 0x18, 0x03, 0xA9, 0x83, 0x83, 0x79, 0x01, 0x80});
    player.loop().runFor(1s);
    EXPECT_FALSE(trunk.status().restartTrouble);
    EXPECT_EQ(rowOf(trunk, 3).state, ChannelState::idle);
}

TEST(Restart, AProfileWithoutRestartAsksBrieflyAndNeverAtTheStart)
{
    Player player("user", "no-restart");
    EXPECT_EQ(took(player.peer(), restartType), 0u);
    ASSERT_TRUE(player.trunk().restart(Timeslot{1}));
    player.loop().runFor(10s);
    EXPECT_EQ(took(player.peer(), restartType), 1u);
    EXPECT_EQ(player.trunk().status().idle, 30u);
}

// A call on the next channel, refused with cause 44. Gives the channel.
unsigned refusedOn(Player& player, unsigned reference)
{
    player.peer().messages.clear();
    EXPECT_EQ(player.act("place", "called=2125559000,national,isdn"), "");
    player.loop().runFor(100ms);
    EXPECT_FALSE(player.peer().messages.empty());
    if (player.peer().messages.empty())
        return 0;
    const OctetBuffer setup = player.peer().messages.front();
    const auto low = static_cast<std::uint8_t>(reference);
    player.peer().send(OctetBuffer{0x08, 0x02, 0x80, low, 0x5A, 0x08, 0x02, 0x82, 0xAC});
    player.peer().messages.clear();
    player.loop().runFor(100ms);
    EXPECT_TRUE(player.call()->released());
    EXPECT_EQ(player.call()->cause(), Cause::requestedChannelUnavailable);
    return setup.size() > 14 ? setup[14] & 0x7FU : 0U; // bearer 5 octets, channel identification's last
}

TEST(Restart, AChannelTheSwitchKeepsIsLeftAloneAndRestartedWithGrowingPauses)
{
    Player player("user", "euroisdn");
    const OctetBuffer acknowledged{0x08, 0x02, 0x80, 0x00, 0x4E, 0x18, 0x03, 0xA9, 0x83, 0x81, 0x79, 0x01, 0x80};
    EXPECT_EQ(refusedOn(player, 1), 1u);
    EXPECT_EQ(took(player.peer(), restartType), 1u) << "it is asked to let go of it";
    EXPECT_EQ(rowOf(player.trunk(), 1).state, ChannelState::restarting);
    EXPECT_EQ(refusedOn(player, 2), 2u) << "the next call tries another channel";
    EXPECT_FALSE(player.trunk().status().restartTrouble);
    player.peer().send(acknowledged);
    player.loop().runFor(100ms);
    EXPECT_EQ(took(player.peer(), restartType), 1u) << "then channel 2";
    player.peer().send(OctetBuffer{0x08, 0x02, 0x80, 0x00, 0x4E, 0x18, 0x03, 0xA9, 0x83, 0x82, 0x79, 0x01, 0x80});
    player.loop().runFor(1s);
    // It has acknowledged, and refuses the channel again.
    unsigned reference = 3;
    for (const Duration pause : {Duration(1min), Duration(2min), Duration(4min)}) {
        EXPECT_EQ(rowOf(player.trunk(), 1).state, ChannelState::idle);
        EXPECT_EQ(refusedOn(player, reference++), 1u);
        EXPECT_TRUE(player.trunk().status().restartTrouble);
        player.loop().runFor(pause - 1s);
        EXPECT_EQ(took(player.peer(), restartType), 0u) << "too early";
        player.loop().runFor(2s);
        EXPECT_EQ(took(player.peer(), restartType), 1u);
        player.peer().send(acknowledged);
        player.loop().runFor(1s);
    }
    // The switch itself puts a call on it: all is well again.
    player.peer().send(OctetBuffer{0x08, 0x02, 0x00, 0x09, 0x05, 0x04, 0x03, 0x80, 0x90, 0xA3, 0x18,
                                   0x03, 0xA9, 0x83, 0x81, 0x70, 0x05, 0xA1, 0x35, 0x35, 0x35, 0x30});
    player.loop().runFor(100ms);
    EXPECT_EQ(rowOf(player.trunk(), 1).state, ChannelState::inUse);
    EXPECT_LT(rowOf(player.trunk(), 1).age, 1s);
}

TEST(Restart, ALinkThatComesAndGoesCausesNoStormOfRestarts)
{
    Player player("user", "euroisdn");
    ASSERT_TRUE(player.trunk().restart(Timeslot{1}));
    for (unsigned i = 0; i < 50; ++i) {
        player.peer().establish();
        player.loop().runFor(100ms);
    }
    EXPECT_LE(took(player.peer(), restartType), 10u) << "five seconds";
    player.loop().runFor(2s);
    EXPECT_EQ(rowOf(player.trunk(), 1).state, ChannelState::restarting) << "it is still being asked";
}

TEST(Restart, SeveralChannelsInOneRestartAllEndTheirCalls)
{
    Player player("user", "euroisdn");
    for (const std::uint8_t slot : {1, 2})
        player.peer().send(OctetBuffer{0x08, 0x02, 0x00, slot, 0x05,
                                       0x04, 0x03, 0x80, 0x90, 0xA3,
                                       0x18, 0x03, 0xA9, 0x83, static_cast<std::uint8_t>(0x80 | slot),
                                       0x70, 0x05, 0xA1, 0x35, 0x35,
                                       0x35, 0x30});
    player.loop().runFor(100ms);
    EXPECT_EQ(player.trunk().status().idle, 28u);
    player.peer().messages.clear();
    // Channel identification with a list: only the last has the extension bit (4.5.13).
    player.peer().send(OctetBuffer{0x08, 0x02, 0x00, 0x00, 0x46, 0x18, 0x04, 0xA9, 0x83, 0x01, 0x82, 0x79, 0x01, 0x80});
    player.loop().runFor(100ms);
    EXPECT_EQ(player.trunk().status().idle, 30u);
    ASSERT_FALSE(player.peer().messages.empty());
    EXPECT_EQ(player.peer().messages.back()[4], 0x4E);
    EXPECT_EQ(player.trunk().status().reclaimed, 0u);
}

} // namespace
