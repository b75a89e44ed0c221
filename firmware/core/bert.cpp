// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/bert.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned proof = 64;    // right bits in a row are synchronism
constexpr unsigned window = 512;  // bits
constexpr unsigned tooMany = 128; // errors of a window: chance makes half of them wrong, a bad line a tenth at most

} // namespace

void BertSequence::begin(BertPattern pattern, std::uint8_t octet)
{
    pattern_ = pattern;
    inverted_ = pattern == BertPattern::prbs15;
    switch (pattern) {
    case BertPattern::prbs15:
        degree_ = 15;
        tap_ = 14;
        break;
    case BertPattern::prbs11:
        degree_ = 11;
        tap_ = 9;
        break;
    case BertPattern::qrss:
        degree_ = 20;
        tap_ = 17;
        break;
    case BertPattern::fixed:
        degree_ = tap_ = 8;
        break;
    }
    state_ = (1U << degree_) - 1;
    if (pattern == BertPattern::fixed) {
        word_ = 0;
        for (unsigned i = 0; i < 8; ++i)
            word_ |= (octet >> (7 - i) & 1U) << i;
        state_ = word_;
    }
}

bool BertSequence::next()
{
    const bool zeros = pattern_ == BertPattern::qrss && (state_ >> 1 & 0x3FFF) == 0;
    const bool out = (state_ & 1) != 0 || zeros;
    const std::uint32_t tapped = tap_ < degree_ ? state_ >> (degree_ - tap_) : 0;
    state_ = state_ >> 1 | ((state_ ^ tapped) & 1) << (degree_ - 1);
    return out != inverted_;
}

void BertSequence::learn(bool lineBit)
{
    state_ = state_ >> 1 | std::uint32_t(lineBit != inverted_) << (degree_ - 1);
}

bool BertSequence::possible() const
{
    if (pattern_ != BertPattern::fixed)
        return state_ != 0;
    for (unsigned i = 0; i < 8; ++i)
        if (state_ == ((word_ >> i | word_ << (8 - i)) & 0xFF))
            return true;
    return false;
}

void BertSender::fill(FrameOut frame, std::uint32_t slots)
{
    for (std::size_t slot = 0; slot < frame.size(); ++slot) {
        if ((slots >> slot & 1) == 0)
            continue;
        std::uint8_t octet = 0;
        for (unsigned i = 0; i < 8; ++i)
            octet = std::uint8_t(octet << 1 | (sequence_.next() ? 1 : 0));
        if (wrong_ > 0) {
            --wrong_;
            ++inserted_;
            octet ^= 1;
        }
        frame[slot] = octet;
    }
}

void BertChecker::begin(BertPattern pattern, std::uint8_t octet)
{
    *this = BertChecker();
    sequence_.begin(pattern, octet);
}

void BertChecker::check(FrameIn frame, std::uint32_t slots)
{
    for (std::size_t slot = 0; slot < frame.size(); ++slot)
        if ((slots >> slot & 1) != 0)
            for (int i = 7; i >= 0; --i)
                bit((frame[slot] >> i & 1) != 0);
}

void BertChecker::bit(bool b)
{
    if (!sync_)
        return seek(b);
    ++bits_;
    if (sequence_.next() != b) {
        ++errors_;
        ++wrong_;
    }
    if (++window_ < window && wrong_ < tooMany)
        return;
    if (wrong_ >= tooMany) {
        // What this window counted was not the line's errors but the search's delay.
        errors_ -= wrong_;
        bits_ -= window_;
        lose();
    }
    window_ = wrong_ = 0;
}

void BertChecker::lose()
{
    ++losses_;
    sync_ = false;
    learnt_ = right_ = 0;
}

void BertChecker::gap()
{
    if (sync_)
        lose();
    learnt_ = right_ = 0;
}

void BertChecker::seek(bool b)
{
    if (learnt_ < sequence_.degree()) {
        sequence_.learn(b);
        if (++learnt_ < sequence_.degree())
            return;
        if (!sequence_.possible())
            --learnt_; // one more bit, the oldest goes
        else
            for (unsigned i = 0; i < sequence_.degree(); ++i)
                sequence_.next(); // those it was learnt from are past
        return;
    }
    if (sequence_.next() != b) {
        learnt_ = right_ = 0;
        return;
    }
    if (++right_ >= proof) {
        sync_ = true;
        window_ = wrong_ = 0;
    }
}

} // namespace callbox::firmware::core
