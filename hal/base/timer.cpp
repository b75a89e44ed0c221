// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/loop.h>

namespace callbox {

void Timer::at(TimePoint when, Callback cb)
{
    cancel();
    // The callback may destroy this Timer, so the id is cleared before it runs.
    id_ = loop_.startTimer(when, [this, cb = std::move(cb)] {
        id_ = 0;
        Callback run = std::move(cb);
        run();
    });
}

void Timer::cancel()
{
    if (id_)
        loop_.cancelTimer(std::exchange(id_, 0));
}

} // namespace callbox
