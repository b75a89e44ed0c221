// SPDX-License-Identifier: GPL-2.0-or-later
// T1 to the line: F bits, CRC-6, data link, robbed bits; the channels are the host's.
#pragma once
#include "core/t1_frame.h"
#include "core/t1_link.h"

namespace callbox::firmware::core {

class T1Transmitter {
public:
    static constexpr std::size_t octetsMost = 25; // that a frame gives

    explicit T1Transmitter(T1Framing framing = T1Framing::esf) { begin(framing); }
    void begin(T1Framing);
    // The next frame (T1 layout; its F bit is not read) as octets for the line: 24, and every eighth time 25, since a
    // frame has a bit more than 24 octets. How many.
    std::size_t frame(FrameIn channels, std::span<std::uint8_t, octetsMost> line);
    void setYellow(bool on); // ESF: on the data link; SF: bit 2 of all channels zero
    void setAis(bool on) { ais_ = on; }
    // Of channel 1..24, A in bit 3, from the next multiframe on. False: there is no such channel.
    bool setAbcd(unsigned channel, std::uint8_t abcd);
    // Of these channels (bit n: channel n) bit 8 of frames 6, 12 (18, 24) is robbed for ABCD.
    void robBits(std::uint32_t channels) { rob_ = channels; }
    T1LinkSender& link() { return link_; }
    [[nodiscard]] unsigned number() const { return number_; } // of the next frame, from 1

private:
    bool framingBit();
    std::uint8_t channel(unsigned n, std::uint8_t octet) const;

    T1Framing framing_ = T1Framing::esf;
    unsigned number_ = 1;
    Crc6 crc_;
    std::uint8_t sum_ = 0x3F; // of the multiframe before
    T1LinkSender link_;
    bool yellow_ = false, ais_ = false;
    std::uint32_t rob_ = 0, robbing_ = 0; // as set; in this multiframe
    std::array<std::uint8_t, t1Channels> abcd_{}, saying_{};
    std::uint32_t pending_ = 0; // bits not yet sent, the last one lowest
    unsigned waiting_ = 0;      // how many, 0..7 between frames
};

} // namespace callbox::firmware::core
