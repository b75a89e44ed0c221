// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/trace_ring.h>

namespace callbox::hal {

void TraceRing::add(WallTime at, Direction direction, Octets frame)
{
    constexpr std::size_t overhead = 64; // what a deque entry costs beside its octets
    frames_.push_back({at, direction, OctetBuffer(frame.begin(), frame.end())});
    held_ += frame.size() + overhead;
    ++total_;
    while (held_ > limit_ && frames_.size() > 1) {
        held_ -= frames_.front().frame.size() + overhead;
        frames_.pop_front();
    }
}

} // namespace callbox::hal
