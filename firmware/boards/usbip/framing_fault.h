// SPDX-License-Identifier: GPL-2.0-or-later
// Alignment that a line is to lose by its far end's framer's doing: of each frame sent there what tells where it begins
// is made wrong.
#pragma once
#include "boards/usbip/bit_pipe.h"
#include "device/usb.h"

namespace callbox::usbip {

class FramingFault {
public:
    // A frame of an E1. A multiframe is looked for only when frames were lost (G.706 4.2): that is how its loss begins.
    void e1(const BitPipe& line, firmware::Buffer frame)
    {
        constexpr unsigned lossAfter = 3; // G.706 4.1.1
        const bool signal = (frame[0] & 0x7f) == 0x1b;
        if (line.framing() == BitPipe::Framing::normal) {
            lostSignals_ = 0;
        } else if (signal && (line.framing() == BitPipe::Framing::none || lostSignals_ < lossAfter)) {
            frame[0] ^= 0x7f;
            ++lostSignals_;
        } else if (!signal) {
            frame[0] |= 0x80; // no multiframe alignment signal, 001011
        }
    }
    // One of a T1 that begins with bit `first` of its first octet: F bits that are all ones are no pattern of T1.107.
    static void t1(const BitPipe& line, firmware::Buffer frame, unsigned first)
    {
        if (line.framing() != BitPipe::Framing::normal)
            frame[0] |= static_cast<std::uint8_t>(0x80 >> first);
    }

private:
    unsigned lostSignals_ = 0; // frame alignment signals in a row that were made wrong
};

} // namespace callbox::usbip
