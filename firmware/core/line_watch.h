// SPDX-License-Identifier: GPL-2.0-or-later
// No signal and all ones (AIS) at 2048 kbit/s, judged by the bits themselves.
#pragma once
#include "core/bits.h"
#include "core/defects.h"

namespace callbox::firmware::core {

// LOS: the line interface counts pulses (G.775: none in 10..255 intervals) and says so by signal(). Behind its decoder
// a good frame may bring 257 zeros in a row, so bits alone tell it only after 512 without a one. It ends with a density
// of 12.5 % in 256 bits. AIS (G.775): at most 2 zeros in each of two double frames in a row; it ends with 3 or more in
// each of two, or with frame alignment.
class LineWatch {
public:
    void signal(bool present) { dead_ = !present; }
    // Each 256 bits of the line, in any phase.
    void chunk(const std::uint32_t* words);
    // Instead of two chunks: a double frame with a right frame alignment signal, which alone has 3 zeros and 4 ones.
    void framed()
    {
        silent_ = 0;
        pair_ = false;
        few_ = many_ = 0;
        ais_ = los_ = false;
    }
    [[nodiscard]] Defects now() const
    {
        // A line without pulses brings no ones: what looks like AIS then is the receiver's noise.
        const bool gone = los_ || dead_;
        return Defects((gone ? los : 0) | (ais_ && !gone ? ais : 0));
    }

private:
    unsigned silent_ = 0;         // chunks without a one
    unsigned zeros_ = 0;          // in this double frame's first half
    bool pair_ = false;           // a first half has come
    unsigned few_ = 0, many_ = 0; // double frames in a row
    bool los_ = false, ais_ = false, dead_ = false;
};

} // namespace callbox::firmware::core
