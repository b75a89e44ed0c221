// SPDX-License-Identifier: GPL-2.0-or-later
// What a host with one port sends, by the feedback's rule, and looks for in what it receives: slot n of frame f says f
// + n, times `step`.
#pragma once
#include "peer.h"
#include <algorithm>
#include <span>

namespace callbox::usbip::test {

struct Frames {
    Bytes packet()
    {
        acc += feedback;
        const unsigned k = std::clamp(acc >> 10, 4u, 9u);
        acc = acc > k << 10 ? acc - (k << 10) : 0;
        Bytes out(4 + 32 * k, 0xff);
        std::uint8_t* frame = out.data() + 4;
        for (unsigned i = 0; i < k; ++i, ++sent, frame += 32)
            for (unsigned slot = 1; slot < 32; ++slot)
                frame[slot] = static_cast<std::uint8_t>((sent + slot) * step);
        return out;
    }
    void take(std::span<const std::uint8_t> packet)
    {
        for (std::size_t at = 4; at + 32 <= packet.size(); at += 32) {
            ++received;
            const auto frame = packet.subspan(at, 32);
            bool whole = true;
            for (unsigned slot = 2; slot < 32; ++slot)
                whole = whole &&
                        frame[slot] == (t1 && slot > 24 ? 0 : static_cast<std::uint8_t>(frame[1] + (slot - 1) * step));
            const bool next = frame[1] == static_cast<std::uint8_t>(last + step);
            broken += !whole;
            jumps += whole && !next && received > 1;
            last = frame[1];
        }
    }
    bool t1 = false; // slots 25..31 are zero
    unsigned step = 1;
    unsigned acc = 0, feedback = 8192, sent = 0;
    unsigned received = 0, broken = 0, jumps = 0;
    std::uint8_t last = 0;
};

} // namespace callbox::usbip::test
