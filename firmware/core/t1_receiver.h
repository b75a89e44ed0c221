// SPDX-License-Identifier: GPL-2.0-or-later
// T1 from the line: octets in any phase go in, frames come out. Alignment by G.706 2.1, its loss, CRC-6, robbed bits,
// data link, defects. One thread, or one interrupt.
#pragma once
#include "core/defects.h"
#include "core/t1_frame.h"
#include "core/t1_link.h"
#include "core/t1_search.h"

namespace callbox::firmware::core {

struct T1Counters {           // since power on, modulo 2^32
    std::uint32_t frames = 0; // received in alignment
    std::uint32_t bits = 0;   // errored bits of the alignment pattern
    std::uint32_t crc = 0;    // errored multiframes of ESF
    std::uint32_t losses = 0; // of alignment
};

class T1Receiver {
public:
    explicit T1Receiver(T1Framing framing = T1Framing::esf) { begin(framing); }
    void begin(T1Framing); // anew; counters go on
    // The line's next 8 bits. True: `frame` holds a frame (T1 layout), number() says which. At most one frame ends
    // here.
    bool octet(std::uint8_t line, FrameOut frame);
    void signal(bool present) { dead_ = !present; } // as the line interface sees it

    [[nodiscard]] unsigned number() const { return told_; } // of the frame last received, 1..12 or 1..24
    [[nodiscard]] bool aligned() const { return aligned_; }
    // Of channel 1..24, A in bit 3, out of the last whole multiframe. SF has A and B alone: C and D are as they.
    [[nodiscard]] std::uint8_t abcd(unsigned channel) const { return abcd_[channel - 1]; }
    [[nodiscard]] bool signalled() const { return signalled_; } // the frame last received brought them anew
    T1LinkReceiver& link() { return link_; }
    [[nodiscard]] Defects defects() const;
    [[nodiscard]] const T1Counters& counters() const { return counters_; }

private:
    void watch(std::uint8_t line);
    void framingBit(bool b);
    void channel(std::uint8_t octet);
    bool finish(FrameOut frame);
    void endOfMultiframe();
    void lose();

    T1Framing framing_ = T1Framing::esf;
    T1Counters counters_;
    T1Search search_;
    bool aligned_ = false;
    unsigned skip_ = 0;              // bits until the first whole frame
    std::uint32_t pending_ = 0;      // bits not yet used, the last one lowest
    unsigned waiting_ = 0;           // how many
    unsigned number_ = 1, told_ = 1; // of the frame under way
    unsigned at_ = 0;                // 0: the F bit comes next; n: channel n
    std::array<std::uint8_t, 32> frame_{};
    unsigned wrongBits_ = 0; // of the last four of the pattern, the last one lowest

    Crc6 crc_;
    std::uint8_t expected_ = 0, received_ = 0;
    unsigned multiframes_ = 0;           // whole ones since alignment; at 2 the first check has come
    unsigned checked_ = 0, errored_ = 0; // in this second
    std::array<std::uint8_t, t1Channels> abcd_{}, robbed_{};
    bool signalled_ = false;
    T1LinkReceiver link_;

    unsigned octets_ = 0, zeros_ = 0; // in these 3 ms
    unsigned silence_ = 0;            // octets in a row without a one
    bool ais_ = false, los_ = false, dead_ = false;
    unsigned channels_ = 0, bit2_ = 0; // of 256 octets, those with bit 2 = 1
    bool yellow_ = false;              // SF's
};

} // namespace callbox::firmware::core
