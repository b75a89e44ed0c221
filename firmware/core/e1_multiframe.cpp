// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/e1_multiframe.h"

namespace callbox::firmware::core {

Block MultiframeCheck::frame(std::uint32_t first)
{
    crc_.endOfFrame();
    Block out;
    if (number_ % 2 == 0) {
        received_ = std::uint8_t((received_ << 1 | first >> 31) & 0x0F);
    } else {
        for (unsigned i = 0; i < 5; ++i)
            saNow_[i] = std::uint8_t((saNow_[i] << 1 | (first >> (28 - i) & 1)) & 0x0F);
    }
    if (number_ % 8 == 7) {
        const std::uint8_t sum = crc_.take();
        out.whole = !skip_;
        out.checked = known_ && !skip_;
        out.errored = out.checked && received_ != expected_;
        expected_ = sum;
        known_ = !skip_;
        skip_ = false;
        sa_ = saNow_;
    }
    number_ = (number_ + 1) % 16;
    return out;
}

} // namespace callbox::firmware::core
