// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/bert.h>

namespace callbox::hal {

namespace {

constexpr unsigned inARow = 10; // G.821 annex A

} // namespace

void G821::add(const BertSecond& second)
{
    ++seconds;
    const bool severe = second.severelyErrored();
    if (away_) {
        ++unavailable;
    } else {
        errored += second.errored() ? 1 : 0;
        severelyErrored += severe ? 1 : 0;
    }
    if (severe == away_) {
        run_ = runErrored_ = 0;
        return;
    }
    ++run_;
    runErrored_ += second.errored() ? 1 : 0;
    if (run_ < inARow)
        return;
    if (away_) { // the ten belong to the state that they begin
        unavailable -= run_;
        errored += runErrored_;
    } else {
        errored -= runErrored_;
        severelyErrored -= run_;
        unavailable += run_;
    }
    away_ = !away_;
    run_ = runErrored_ = 0;
}

} // namespace callbox::hal
