// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/line_frames.h"
#include <algorithm>
#include <cstring>

namespace callbox::firmware {

void LineFrames::clear()
{
    read_ = kept_ = write_ = 0;
    holes_ = 0;
    lost_ = overflowed_ = false;
    sequence_ = 0;
}

void LineFrames::cut()
{
    write_ = kept_ = read_ = (write_ + 15) / 16 * 16;
    holes_ = 0;
    overflowed_ = false;
    lost_ = true;
}

bool LineFrames::full()
{
    if (write_ - read_ < CARD_E1_RING)
        return false;
    lost_ = overflowed_ = true;
    return true;
}

// Positions follow the multiframe: where they do not, the next one begins at a multiple of 16, and holes lie between.
bool LineFrames::align(unsigned number)
{
    if (write_ % 16 == number)
        return true;
    lost_ = true;
    write_ = kept_; // what was not whole goes
    const std::uint32_t next = (write_ + 15) / 16 * 16;
    if (next - read_ > CARD_E1_RING)
        return false; // no room for holes: the same again with the next frame
    holes_ += next - write_;
    for (; write_ != next; ++write_)
        flags_[at(write_)] = hole;
    kept_ = write_;
    return number == 0;
}

unsigned LineFrames::receive(E1FrameIn frame, unsigned number)
{
    if (full())
        return 1;
    if (!align(number))
        return overflowed_; // goes with those for which there was no room
    overflowed_ = false;
    return keep(frame, false);
}

unsigned LineFrames::keep(E1FrameIn frame, bool filler)
{
    if (full())
        return 1;
    std::copy(frame.begin(), frame.end(), frames_[at(write_)].begin());
    flags_[at(write_)] =
        static_cast<std::uint8_t>((filler ? CARD_E1_HEADER_FILLER : 0) | (lost_ ? CARD_E1_HEADER_LOST : 0));
    lost_ = false;
    ++write_;
    if (!stock_ || write_ % 16 == 0)
        kept_ = write_;
    return 0;
}

void LineFrames::skipHoles()
{
    for (; read_ != kept_ && flags_[at(read_)] == hole; ++read_)
        --holes_;
}

std::size_t LineFrames::packet(Buffer out, unsigned flags)
{
    skipHoles();
    const unsigned level = waiting();
    unsigned frames = level > 32 ? 9 : level > 8 ? 8 : level;
    frames =
        std::min<unsigned>(frames, out.size() < CARD_E1_HEADER ? 0 : (out.size() - CARD_E1_HEADER) / CARD_E1_FRAME);
    if (frames == 0)
        return 0;
    const unsigned first = flags_[at(read_)];
    card_e1_header header{};
    header.position = static_cast<card_u8>(at(read_));
    unsigned taken = 0;
    // What differs begins a packet of its own: holes, filler, and on our card the frame behind a loss.
    const unsigned kind = stock_ ? hole | CARD_E1_HEADER_FILLER : 0xff;
    for (; taken < frames && (taken == 0 || (flags_[at(read_)] & kind) == (first & CARD_E1_HEADER_FILLER));
         ++taken, ++read_)
        std::memcpy(&out[CARD_E1_HEADER + taken * CARD_E1_FRAME], frames_[at(read_)].data(), CARD_E1_FRAME);
    if (!stock_) {
        header.sequence = sequence_++;
        header.flags = static_cast<card_u8>(first | flags);
        header.version = header.position & 0x0f;
    }
    std::memcpy(out.data(), &header, sizeof header);
    return CARD_E1_HEADER + taken * CARD_E1_FRAME;
}

} // namespace callbox::firmware
