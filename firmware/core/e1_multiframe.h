// SPDX-License-Identifier: GPL-2.0-or-later
// The CRC-4 multiframe (G.704 2.3.3) of frames that lie in basic alignment: its alignment signal 001011 in bit 1 of
// frames 1, 3, 5, 7, 9, 11, and after it the check of each sub-multiframe.
#pragma once
#include "core/bits.h"
#include "core/crc4.h"

namespace callbox::firmware::core {

// Finds the multiframe, G.706 4.2: two valid signals within 8 ms, a multiple of 2 ms apart.
class MultiframeSearch {
public:
    void restart() { *this = MultiframeSearch(); }
    // Slot 0 of a frame that holds no frame alignment signal. True: this frame is number 11 and alignment is reached.
    bool odd(bool si)
    {
        bits_ = std::uint8_t(bits_ << 1 | (si ? 1 : 0));
        ++seen_;
        if (seen_ < 6 || (bits_ & 0x3F) != 0b001011)
            return false;
        const unsigned phase = 1U << seen_ % 8;
        const bool again = (phases_ & phase) != 0;
        phases_ = std::uint8_t(phases_ | phase);
        return again;
    }
    [[nodiscard]] bool failed() const { return seen_ >= 32; } // 8 ms: 32 double frames

private:
    std::uint8_t bits_ = 0;
    std::uint8_t phases_ = 0; // bit n: a signal ended at the n-th odd frame, modulo 8
    std::uint8_t seen_ = 0;
};

// What a sub-multiframe brought.
struct Block {
    bool whole = false;   // one ended with the last frame
    bool checked = false; // its C bits have come: those of a block come in the next one
    bool errored = false; // the block before it
};

class MultiframeCheck {
public:
    void begin(unsigned number) // number of the frame that comes next
    {
        number_ = number;
        known_ = false;
        skip_ = true;
        crc_.reset();
    }
    [[nodiscard]] unsigned number() const { return number_; }
    Crc4& crc() { return crc_; }
    // After a frame's words went to crc(), its C bit as zero. `first`: the frame's first word.
    Block frame(std::uint32_t first)
    {
        crc_.endOfFrame();
        Block out;
        if (number_ % 2 == 0)
            received_ = std::uint8_t((received_ << 1 | first >> 31) & 0x0F);
        if (number_ % 8 == 7) {
            const std::uint8_t sum = crc_.take();
            out.whole = !skip_;
            out.checked = known_ && !skip_;
            out.errored = out.checked && received_ != expected_;
            expected_ = sum;
            known_ = !skip_;
            skip_ = false;
        }
        number_ = (number_ + 1) % 16;
        return out;
    }

private:
    Crc4 crc_;
    unsigned number_ = 0;
    std::uint8_t expected_ = 0, received_ = 0;
    bool known_ = false; // expected_ is that of the block before
    bool skip_ = true;   // began within a block
};

} // namespace callbox::firmware::core
