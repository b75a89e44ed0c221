// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of the line on their way to the host: a ring whose positions the host is told. Those of an E1 follow its
// multiframe, so holes may lie between them; those of a T1 run on.
#pragma once
#include "device/usb.h"
#include "protocol/card_protocol.h"
#include <array>

namespace callbox::firmware {

using E1Frame = std::span<std::uint8_t, CARD_E1_FRAME>;
using E1FrameIn = std::span<const std::uint8_t, CARD_E1_FRAME>;
using FrameRing = std::array<std::array<std::uint8_t, CARD_E1_FRAME>, CARD_E1_RING>;

class LineFrames {
public:
    // stock: packets say nothing that an icE1usb's would not say, and come by whole multiframes.
    void begin(bool stock) { stock_ = stock; }
    void clear();
    // What lies here goes; the next frame begins at a multiple of 16, and frames were lost before it.
    void cut();

    // A frame that is `number`, 0..15, in its multiframe. Frames for which there was no room: 0, or 1.
    unsigned receive(E1FrameIn frame, unsigned number);
    // A frame at the next position. As receive().
    unsigned keep(E1FrameIn frame, bool filler);
    void lose() { lost_ = true; } // frames before the next one

    // The next packet for the host, at most CARD_E1_PACKET_MAX octets, `flags` among its own; 0: an empty one.
    std::size_t packet(Buffer out, unsigned flags);
    [[nodiscard]] unsigned waiting() const { return kept_ - read_ - holes_; } // frames that may be fetched

private:
    static std::size_t at(std::uint32_t position) { return position % CARD_E1_RING; }
    bool full();
    bool align(unsigned number);
    void skipHoles();

    bool stock_ = false;
    // Positions run on: [read_, kept_) may be fetched, [kept_, write_) belongs to a multiframe not yet whole.
    FrameRing frames_{};
    static constexpr std::uint8_t hole = 0x80;       // beside CARD_E1_HEADER_...: nothing lies at that position
    std::array<std::uint8_t, CARD_E1_RING> flags_{}; // of each frame; _LOST: frames before it were lost
    std::uint32_t read_ = 0, kept_ = 0, write_ = 0;
    std::uint32_t holes_ = 0;                // in [read_, kept_)
    bool lost_ = false, overflowed_ = false; // before the next frame: frames; for want of room
    std::uint8_t sequence_ = 0;
};

} // namespace callbox::firmware
