// SPDX-License-Identifier: GPL-2.0-or-later
// The line side of one port: its framer, between the port's frames and the bits of two pipes, by the card's clock or
// the line's.
#pragma once
#include "boards/usbip/bit_pipe.h"
#include "boards/usbip/framing_fault.h"
#include "device/port_framer.h"
#include <vector>

namespace callbox::usbip {

class VirtualLine {
public:
    // All outlive the line. `from`: what the far end sends.
    VirtualLine(firmware::E1Port& port, BitPipe& from, BitPipe& to) : port_(port), from_(&from), to_(&to) {}
    VirtualLine(const VirtualLine&) = delete;
    VirtualLine& operator=(const VirtualLine&) = delete;

    // Other pipes: a crossed cable, say.
    void connect(BitPipe& from, BitPipe& to)
    {
        from_ = &from;
        to_ = &to;
    }
    // How far the card's own clock is off, in parts per million. It counts while the port does not take the line's.
    void drift(int ppm) { ppm_ = ppm; }
    // What the far end sends, and what goes wrong with it on the way.
    [[nodiscard]] BitPipe& incoming() { return *from_; }
    // So many of the frames received are left out (positive) or said twice (negative) between the line's clock and the
    // card's, as where neither follows the other: controlled slips (G.822), one in 8 ms.
    void slip(int frames) { framer().slip(frames); }
    void loopFrom(VirtualLine* other) { other_ = other; } // of the card: its bits go out at loopback 2
    void millisecond();

private:
    firmware::LineFramer& framer();
    void receive(firmware::LineFramer&);
    void transmit(firmware::LineFramer&, unsigned frames);
    unsigned paced();

    firmware::E1Port& port_;
    BitPipe *from_, *to_;
    VirtualLine* other_ = nullptr;
    firmware::PortFramer framer_{port_};
    FramingFault fault_; // of what goes out
    int ppm_ = 0;
    std::int64_t clock_ = 0;
    unsigned silent_ = 0;           // ms without a bit
    unsigned received_ = 0;         // frames' worth of bits in this millisecond
    unsigned bits_ = 0;             // beyond these
    std::vector<std::uint8_t> raw_; // this millisecond's bits, for loops
};

} // namespace callbox::usbip
