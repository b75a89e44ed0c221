// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/line_watch.h"

namespace callbox::firmware::core {

void LineWatch::chunk(const std::uint32_t* words)
{
    const unsigned marks = ones(words, 8);
    if (marks == 0) {
        if (++silent_ >= 2) {
            silent_ = 2;
            los_ = true;
        }
    } else {
        silent_ = 0;
        if (marks >= 32)
            los_ = false;
    }
    if (!pair_) {
        zeros_ = 256 - marks;
        pair_ = true;
        return;
    }
    pair_ = false;
    if (zeros_ + 256 - marks <= 2) {
        many_ = 0;
        if (++few_ >= 2) {
            few_ = 2;
            ais_ = true;
        }
    } else {
        few_ = 0;
        if (++many_ >= 2) {
            many_ = 2;
            ais_ = false;
        }
    }
}

} // namespace callbox::firmware::core
