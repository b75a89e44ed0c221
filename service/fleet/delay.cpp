// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/delay.h"
#include <algorithm>

namespace callbox::fleet {

namespace {

// Two crystals may run apart by so much; the offset is allowed to grow with it, or old records would look late for
// ever.
constexpr std::int64_t partsPerMillion = 200;

} // namespace

Duration TravelTime::of(const std::string& bootId, std::int64_t monotonicMs, TimePoint received, Duration most)
{
    const Duration offset = received.time_since_epoch() - std::chrono::milliseconds(monotonicMs);
    if (bootId != bootId_ || !offset_) {
        bootId_ = bootId;
        offset_ = offset;
    } else {
        offset_ = std::min(offset, *offset_ + (received - seen_) * partsPerMillion / 1'000'000);
    }
    seen_ = received;
    return std::clamp(offset - *offset_, Duration::zero(), std::max(most, Duration::zero()));
}

} // namespace callbox::fleet
