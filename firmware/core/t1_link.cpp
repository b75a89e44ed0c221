// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/t1_link.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned messageBits = 16;
constexpr unsigned believed = 7;     // ANSI T1.403: 7 of 10
constexpr unsigned yellowAfter = 16; // patterns
constexpr unsigned yellowKept = 14;  // of 16
constexpr std::uint16_t flags = 0x7E7E;

} // namespace

void T1LinkReceiver::bit(bool b)
{
    bits_ = bits_ << 1 | (b ? 1 : 0);
    ++since_;
    if (yellow_ && since_ >= messageBits) {
        since_ = 0;
        ++checked_;
        matched_ += (bits_ & 0xFFFF) == (0xFF00U | linkYellow) ? 1 : 0;
        if (checked_ == 16) {
            yellow_ = matched_ >= yellowKept;
            checked_ = matched_ = same_ = 0;
        }
        return;
    }
    if (yellow_)
        return;
    if ((bits_ & 0xFF81) == 0xFF00) {
        message(std::uint8_t(bits_));
        since_ = 0;
    } else if (since_ >= messageBits) {
        same_ = 0;
        since_ = 0;
    }
}

void T1LinkReceiver::message(std::uint8_t m)
{
    same_ = same_ != 0 && m == last_ && since_ == messageBits ? same_ + 1 : 1;
    last_ = m;
    if (m == linkYellow && same_ >= yellowAfter) {
        yellow_ = true;
        checked_ = matched_ = 0;
    } else if (m != linkYellow && same_ == believed) {
        told_ = m;
    }
}

int T1LinkReceiver::take()
{
    const int out = told_;
    told_ = -1;
    return out;
}

bool T1LinkSender::bit()
{
    if (at_ == 0) {
        now_ = yellow_ ? std::uint16_t(0xFF00 | linkYellow) : left_ > 0 ? std::uint16_t(0xFF00 | message_) : flags;
        if (!yellow_ && left_ > 0)
            --left_;
    }
    const bool out = (now_ >> (15 - at_) & 1) != 0;
    at_ = (at_ + 1) % messageBits;
    return out;
}

} // namespace callbox::firmware::core
