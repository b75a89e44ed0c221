// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/t1_receiver.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned threeMs = 579;        // octets: 24 frames of 193 bits
constexpr unsigned aisZeros = 5;         // at most, in 3 ms
constexpr unsigned falseAlignment = 320; // errored CRC-6 of a second, G.706 2.1.3
constexpr unsigned second = 333;         // multiframes
constexpr unsigned yellowOf = 256, yellowMost = 2;

} // namespace

void T1Receiver::begin(T1Framing framing)
{
    framing_ = framing;
    aligned_ = false;
    pending_ = waiting_ = 0;
    abcd_.fill(0x0F);
    octets_ = zeros_ = silence_ = 0;
    ais_ = los_ = yellow_ = false;
    link_.restart();
    search_.begin(framing);
}

// G.775 counts pulses, which the line interface does. Behind its decoder 2316 zeros may come in a row out of ESF, so
// bits alone tell a loss of signal only after a whole multiframe of 4632; AIS is at most 5 zeros in that time,
// unframed.
void T1Receiver::watch(std::uint8_t line)
{
    silence_ = line == 0 ? silence_ + 1 : 0;
    if (silence_ >= threeMs) {
        los_ = true;
        silence_ = threeMs;
    }
    zeros_ += 8 - ones(line);
    if (++octets_ < threeMs)
        return;
    ais_ = !aligned_ && zeros_ <= aisZeros;
    if (zeros_ <= threeMs * 7) // 12.5 % ones
        los_ = false;
    octets_ = zeros_ = 0;
}

bool T1Receiver::octet(std::uint8_t line, FrameOut frame)
{
    watch(line);
    if (!aligned_) {
        for (int i = 7; i >= 0; --i) {
            if (skip_ > 0) {
                --skip_;
            } else if (aligned_) {
                pending_ = pending_ << 1 | (line >> i & 1U);
                ++waiting_;
            } else if (search_.bit((line >> i & 1) != 0)) {
                aligned_ = true;
                ais_ = los_ = false;
                skip_ = search_.place(); // until the next F bit there are that many
                number_ = search_.number() % multiframeOf(framing_) + 1;
                pending_ = waiting_ = at_ = 0;
                wrongBits_ = multiframes_ = checked_ = errored_ = channels_ = bit2_ = 0;
                crc_.take();
                yellow_ = false;
                link_.restart();
            }
        }
    } else if (skip_ >= 8) {
        skip_ -= 8;
    } else {
        const unsigned taken = 8 - skip_;
        pending_ = pending_ << taken | (line & (0xFFU >> skip_));
        waiting_ += taken;
        skip_ = 0;
    }
    bool whole = false;
    while (aligned_ && waiting_ >= (at_ == 0 ? 1U : 8U)) {
        if (at_ == 0) {
            framingBit((pending_ >> --waiting_ & 1) != 0);
            continue;
        }
        waiting_ -= 8;
        channel(std::uint8_t(pending_ >> waiting_));
        if (at_ > t1Channels)
            whole = finish(frame);
    }
    return whole;
}

void T1Receiver::framingBit(bool b)
{
    frame_[0] = b ? 0x80 : 0;
    at_ = 1;
    const int expected = patternBit(framing_, number_);
    if (expected >= 0) {
        const bool wrong = b != (expected != 0);
        counters_.bits += wrong ? 1 : 0;
        wrongBits_ = (wrongBits_ << 1 | (wrong ? 1 : 0)) & 0x0F;
        if (ones(wrongBits_) >= 2) // 2 of 4: within 3 ms in ESF, 0.5 ms in SF
            return lose();
    }
    if (framing_ == T1Framing::sf)
        return;
    crc_.one();
    if (number_ % 2 == 1)
        link_.bit(b);
    else if (number_ % 4 == 2)
        received_ = std::uint8_t((received_ << 1 | (b ? 1 : 0)) & 0x3F);
}

void T1Receiver::channel(std::uint8_t octet)
{
    frame_[at_] = octet;
    if (framing_ == T1Framing::esf) {
        crc_.octet(octet);
    } else {
        bit2_ += octet >> 6 & 1;
        if (++channels_ == yellowOf) {
            yellow_ = bit2_ <= yellowMost;
            channels_ = bit2_ = 0;
        }
    }
    if (number_ % 6 == 0) {
        const unsigned shift = 4 - number_ / 6; // A in bit 3
        std::uint8_t& r = robbed_[at_ - 1];
        const unsigned mask = 1U << shift;
        r = std::uint8_t((octet & 1) != 0 ? r | mask : r & ~mask);
    }
    ++at_;
}

bool T1Receiver::finish(FrameOut frame)
{
    at_ = 0;
    told_ = number_;
    for (std::size_t i = 0; i < frame.size(); ++i)
        frame[i] = frame_[i];
    ++counters_.frames;
    signalled_ = false;
    if (number_ == multiframeOf(framing_))
        endOfMultiframe();
    number_ = number_ % multiframeOf(framing_) + 1;
    return true;
}

void T1Receiver::endOfMultiframe()
{
    // The first one may have begun before alignment.
    if (multiframes_ >= 1) {
        signalled_ = true;
        for (std::size_t i = 0; i < t1Channels; ++i)
            abcd_[i] = framing_ == T1Framing::esf ? robbed_[i] : std::uint8_t((robbed_[i] & 0x0C) | robbed_[i] >> 2);
    }
    if (framing_ == T1Framing::esf) {
        const std::uint8_t sum = crc_.take();
        const bool wrong = multiframes_ >= 2 && received_ != expected_;
        expected_ = sum;
        counters_.crc += wrong ? 1 : 0;
        errored_ += wrong ? 1 : 0;
        if (++checked_ == second) {
            const bool lost = errored_ >= falseAlignment;
            checked_ = errored_ = 0;
            if (lost)
                lose();
        }
    }
    if (multiframes_ < 2)
        ++multiframes_;
}

void T1Receiver::lose()
{
    aligned_ = false;
    skip_ = 0;
    pending_ = waiting_ = 0;
    yellow_ = false;
    link_.restart();
    ++counters_.losses;
    search_.begin(framing_);
}

Defects T1Receiver::defects() const
{
    if (los_ || dead_)
        return los;
    if (ais_)
        return ais;
    if (!aligned_)
        return lof;
    return yellow_ || link_.yellow() ? rai : Defects(0);
}

} // namespace callbox::firmware::core
