// SPDX-License-Identifier: GPL-2.0-or-later
// The line side of one E1 port: its framer, between the port's frames and the bits of two pipes.
#pragma once
#include "boards/usbip/bit_pipe.h"
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"
#include "device/e1_port.h"
#include <optional>

namespace callbox::usbip {

class VirtualLine {
public:
    // All outlive the line. `from`: what the far end sends.
    VirtualLine(firmware::E1Port& port, BitPipe& from, BitPipe& to) : port_(port), from_(&from), to_(&to) {}

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
    void slip(int frames) { slip_ += frames; }
    void loopFrom(VirtualLine* other) { other_ = other; } // whose bits go out at loopback 2
    void millisecond();
    [[nodiscard]] const firmware::core::E1Receiver& receiver() const { return receiver_; }

private:
    void receive();
    void chunk(firmware::core::FrameIn line);
    void hand(firmware::core::FrameIn frame);
    void transmit(unsigned frames);
    void spoil(firmware::core::FrameOut frame);
    void settings();
    unsigned paced();

    firmware::E1Port& port_;
    BitPipe *from_, *to_;
    VirtualLine* other_ = nullptr;
    firmware::core::E1Receiver receiver_{firmware::core::E1Framing::crc4};
    firmware::core::E1Transmitter transmitter_;
    firmware::core::E1Framing framing_ = firmware::core::E1Framing::crc4;
    std::optional<firmware::core::E1Slot0> slotZero_;
    int ppm_ = 0;
    std::int64_t clock_ = 0;
    unsigned silent_ = 0;                            // ms without a bit
    unsigned received_ = 0;                          // frames' worth of bits in this millisecond
    unsigned number_ = 0;                            // of frames that have none of their own
    int slip_ = 0;                                   // to come
    unsigned slipAge_ = 0;                           // frames since the last one
    unsigned shift_ = 0;                             // by how much numbers are off for those that slipped
    unsigned lostSignals_ = 0;                       // frame alignment signals in a row that were spoiled
    bool firstKnown_ = false, firstErrored_ = false; // sub-multiframe I of a multiframe
    firmware::core::E1Counters last_;
    firmware::core::Defects defects_ = 0; // all that stood in this millisecond
    std::vector<std::uint8_t> raw_;       // this millisecond's bits, for loops
};

} // namespace callbox::usbip
