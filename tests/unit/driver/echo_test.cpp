// SPDX-License-Identifier: GPL-2.0-or-later
// What the driver gives echo cancellers to compare with: a port with transfers under way, a card that keeps frames and
// a line that gives every frame back at once.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <gtest/gtest.h>
#include <vector>

extern "C" {
#include "flow.h"
#include "out_pace.h"
}

namespace {

using Frame = std::array<std::uint8_t, 32>;
constexpr std::uint8_t nothing = 0xd5;

Frame filled(std::uint8_t octet)
{
    Frame f;
    f.fill(octet);
    return f;
}

// Says numbered frames, and looks at what number it is to compare an echo with.
class Port {
public:
    // outPhase: ms between a transfer from the card and one to it.
    explicit Port(unsigned outPhase = 0, unsigned keeps = CB_FLOW_PORT_KEEPS) : outPhase_(outPhase)
    {
        cb_flow_begin(&flow, filled(nothing).data(), keeps);
        cb_pace_begin(&pace_);
        for (unsigned i = 0; i < transfers; ++i)
            giveTransfer(true);
    }
    // linePpm: the line against the bus.
    void run(unsigned ms, int linePpm = 0)
    {
        for (unsigned end = now_ + ms; now_ < end; ++now_)
            millisecond(linePpm);
    }
    void loseFromCard(unsigned packets) { loseIn_ = packets; } // of the next
    void loseToCard(unsigned packets) { loseOut_ = packets; }
    void refuse(unsigned count) { refused_ = count; } // of the next to the card: they do not go
    void alignment(bool there) { aligned_ = there; }  // without it nothing comes
    void begin() { earliest = latest = compared = 0; }
    cb_flow flow{};
    int earliest = 0, latest = 0; // frames that what is compared with came before its echo; below 0: after
    unsigned compared = 0;

private:
    static constexpr unsigned transfers = 4, inTransfer = 4; // packets
    struct Packet {
        std::vector<Frame> frames;
    };

    void giveTransfer(bool first)
    {
        std::vector<Packet> t(inTransfer);
        unsigned frames = 0;
        for (Packet& p : t) {
            p.frames.resize(cb_pace_next(&pace_, 9));
            const auto count = static_cast<unsigned>(p.frames.size());
            (first ? cb_flow_out_idle : cb_flow_out)(&flow, count, p.frames[0].data());
            frames += count;
        }
        if (refused_ > 0) { // filled, not taken, and filled anew: what was in it is gone
            --refused_;
            cb_flow_taken(&flow, frames);
            giveTransfer(first);
            return;
        }
        under_.push_back(std::move(t));
    }
    void millisecond(int linePpm)
    {
        // The bus carries a packet each way.
        if (now_ >= outPhase_) {
            std::vector<Packet>& t = under_.front();
            for (const Frame& f : t[sent_].frames)
                if (loseOut_ == 0)
                    card_.push_back(f);
            loseOut_ -= loseOut_ > 0;
            if (++sent_ == inTransfer) {
                unsigned frames = 0;
                for (const Packet& p : t)
                    frames += static_cast<unsigned>(p.frames.size());
                sent_ = 0;
                under_.pop_front();
                cb_flow_taken(&flow, frames);
                giveTransfer(false);
            }
        }
        line(linePpm);
        fetched_.push_back(std::move(heard_));
        heard_.clear();
        if (fetched_.size() < inTransfer)
            return;
        if (!aligned_) {
            fetched_.clear();
            return;
        }
        for (const std::vector<Frame>& p : fetched_) {
            const auto count = static_cast<unsigned>(p.size());
            missing_ += loseIn_ > 0 ? count : 0;
            if (loseIn_ == 0 && count > 0) {
                const cb_in_packet in{p[0].data(), count, missing_, false};
                cb_flow_in(&flow, &in);
                missing_ = 0;
            }
            loseIn_ -= loseIn_ > 0;
            ticks();
        }
        fetched_.clear();
    }
    void line(int ppm)
    {
        const std::array<std::uint8_t, 3> more{0, 0x21, 0}, less{0, 0x1f, 0}, same{0, 0x20, 0};
        running_ = running_ || card_.size() >= CARD_E1_START;
        if (running_)
            cb_pace_feedback(&pace_, (card_.size() < 64 ? more : card_.size() > 96 ? less : same).data(), 3);
        for (due_ += 8 * (1'000'000 + ppm); due_ >= 1'000'000; due_ -= 1'000'000) {
            if (running_ && card_.empty())
                running_ = false;
            heard_.push_back(running_ ? card_.front() : filled(nothing));
            if (running_)
                card_.pop_front();
        }
    }
    void ticks()
    {
        std::uint8_t heard[CB_TICK][32], then[CB_TICK][32], say[CB_TICK][32];
        while (cb_flow_due(&flow)) {
            cb_flow_sent_then(&flow, then);
            cb_flow_receive(&flow, heard);
            for (unsigned i = 0; i < CB_TICK; ++i) {
                compare(heard[i], then[i]);
                std::memset(say[i], 1, sizeof say[i]);
                const std::uint32_t number = ++said_;
                std::memcpy(say[i] + 4, &number, sizeof number);
            }
            cb_flow_send(&flow, say);
        }
    }
    void compare(const std::uint8_t* heard, const std::uint8_t* then)
    {
        if (heard[0] != 1 || then[0] != 1)
            return;
        std::uint32_t echo, with;
        std::memcpy(&echo, heard + 4, sizeof echo);
        std::memcpy(&with, then + 4, sizeof with);
        const int early = int(with - echo);
        earliest = compared ? std::max(earliest, early) : early;
        latest = compared ? std::min(latest, early) : early;
        ++compared;
    }

    unsigned outPhase_, now_ = 0, sent_ = 0, loseIn_ = 0, loseOut_ = 0, missing_ = 0, refused_ = 0;
    bool aligned_ = true;
    cb_pace pace_{};
    std::deque<std::vector<Packet>> under_;
    std::deque<Frame> card_;
    std::vector<Frame> heard_;
    std::vector<std::vector<Frame>> fetched_;
    bool running_ = false;
    std::int64_t due_ = 0;
    std::uint32_t said_ = 0;
};

constexpr int reach = 80; // frames of a canceller's that may be lost for want of knowing: 10 ms of 16

TEST(EchoReference, IsTheFrameThatWasOnTheLineWhateverIsUnderWay)
{
    for (unsigned phase = 0; phase < 4; ++phase) {
        Port port(phase);
        port.run(500);
        port.begin();
        port.run(5000);
        EXPECT_GT(port.compared, 39'000u) << phase;
        EXPECT_EQ(port.earliest, port.latest) << "a canceller learns one line, not many; phase " << phase;
        EXPECT_GE(port.latest, 0) << phase;
        EXPECT_LE(port.earliest, reach) << phase;
        // A tick says what it hears cb_flow_delay() later, and is to be compared with that.
        EXPECT_NEAR(int(cb_flow_delay(&port.flow)), 128 + 80 + 48, 64) << phase;
    }
}

TEST(EchoReference, OfAnotherClockIsSettledAnewOnlyWhenTheCardRunsOutOfItsBounds)
{
    for (const int ppm : {-200, 200}) {
        Port port;
        port.run(500);
        port.begin();
        port.run(60'000, ppm);
        EXPECT_GT(port.compared, 470'000u) << ppm;
        EXPECT_LE(port.flow.echo.moves, 1u) << ppm;
        EXPECT_GE(port.latest, 0) << ppm;
        EXPECT_LE(port.earliest, reach) << ppm;
    }
}

TEST(EchoReference, FollowsWhatTheBusLoses)
{
    Port port;
    port.run(500);
    for (unsigned round = 0; round < 20; ++round) {
        port.loseFromCard(round % 5);
        port.loseToCard(round % 9);
        port.run(1000); // the card asks for more until it has as much as before
        port.begin();
        port.run(300);
        EXPECT_GT(port.compared, 2000u) << round;
        EXPECT_EQ(port.earliest, port.latest) << round;
        EXPECT_GE(port.latest, 0) << round;
        EXPECT_LE(port.earliest, reach + 64) << round;
    }
}

// A machine that is short of memory for a moment: each such transfer made the reference 4 ms later for ever.
TEST(EchoReference, TransfersThatDoNotGoMoveNothing)
{
    for (unsigned phase = 0; phase < 4; ++phase) {
        Port port(phase);
        port.run(500);
        for (unsigned times = 0; times < 5; ++times) {
            port.refuse(1 + times % 2);
            port.run(1000);
            port.begin();
            port.run(300);
            EXPECT_GT(port.compared, 2000u) << phase;
            EXPECT_GE(port.latest, 0) << phase << " after " << times;
            EXPECT_LE(port.earliest, reach + 64) << phase << " after " << times;
        }
    }
}

// A stock icE1usb sends nothing without alignment.
TEST(EchoReference, ALineThatIsDeadForAWhileIsNoNewOneEightTimesASecond)
{
    Port port;
    port.run(500);
    port.alignment(false);
    port.run(3000);
    EXPECT_EQ(port.flow.echo.moves, 0u);
    EXPECT_EQ(cb_flow_delay(&port.flow), 0u) << "nobody knows it";
    std::uint8_t then[CB_TICK][32];
    cb_flow_sent_then(&port.flow, then);
    for (const auto& frame : then)
        EXPECT_EQ(std::count(std::begin(frame), std::end(frame), nothing), 32);
    port.alignment(true);
    port.run(1000);
    port.begin();
    port.run(300);
    EXPECT_GT(port.compared, 2000u);
    EXPECT_GE(port.latest, 0);
    EXPECT_LE(port.flow.echo.moves, 1u);
}

TEST(EchoReference, NothingIsComparedWithTheCallBefore)
{
    Port port;
    port.run(1000);
    cb_flow_begin(&port.flow, filled(nothing).data(), CB_FLOW_PORT_KEEPS);
    std::uint8_t then[CB_TICK][32];
    cb_flow_sent_then(&port.flow, then);
    for (const auto& frame : then)
        EXPECT_EQ(std::count(std::begin(frame), std::end(frame), nothing), 32);
    for (const auto& frame : port.flow.echo.frame)
        ASSERT_EQ(std::count(std::begin(frame), std::end(frame), nothing), 32);
    EXPECT_EQ(cb_flow_delay(&port.flow), 0u);
}

} // namespace
