// SPDX-License-Identifier: GPL-2.0-or-later
// E1 to the line: slot 0 of each frame, G.704 2.3. Slots 1 to 31 are the host's and stay as they are.
#pragma once
#include "core/bits.h"
#include "core/crc4.h"
#include "core/e1_multiframe.h"

namespace callbox::firmware::core {

enum class E1Slot0 {
    host,  // transparent
    basic, // the alignment signal, the host's Si bits
    crc4,  // CRC-4, E bits 1
    crc4E, // CRC-4, E bits say what the receiver found
};

class E1Transmitter {
public:
    void begin(E1Slot0 mode);
    void setRemoteAlarm(bool on) { remote_ = on; }
    void setAis(bool on) { ais_ = on; } // all 256 bits; the multiframe goes on beneath
    // Sa4..Sa8 in bits 4..0; without them they are the host's, out of slot 0 of each odd frame.
    void setSa(std::uint8_t bits)
    {
        sa_ = bits & 0x1F;
        ownSa_ = true;
    }
    void hostSa() { ownSa_ = false; }

    // The receiver's blocks, for the E bits: at most a second later (G.706 4.3.2; here at most a few milliseconds).
    // `aligned`: in the multiframe; without it E bits are 0 (G.704 2.3.3.4), without the far end's CRC-4 as well (G.706
    // B.2.3).
    void received(const Block& block, bool aligned);

    // The next frame, in place.
    void frame(FrameOut octets);
    [[nodiscard]] unsigned number() const { return number_; } // of the next frame

private:
    std::uint8_t slotZero(std::uint8_t host);

    E1Slot0 mode_ = E1Slot0::crc4E;
    bool remote_ = false, ais_ = false, ownSa_ = false, aligned_ = false;
    std::uint8_t sa_ = 0x1F;
    unsigned number_ = 0;
    Crc4 crc_;
    std::uint8_t sum_ = 0; // of the block before, C1 in bit 3
    unsigned owed_ = 0;    // errored blocks not yet told
};

} // namespace callbox::firmware::core
