// SPDX-License-Identifier: GPL-2.0-or-later
// When nobody is called: first tries and retries alike (N73). In the box's zone.
#pragma once
#include "notify/zone.h"
#include <optional>
#include <string_view>

namespace callbox::notify {

struct QuietHours {
    unsigned from = 0, to = 0; // minutes of the day; the same: never quiet; from > to: over midnight
    [[nodiscard]] bool contains(const LocalTime&) const;
    bool operator==(const QuietHours&) const = default;
};

// "22:00-07:00"; nothing for what is none.
std::optional<QuietHours> parseQuietHours(std::string_view);

} // namespace callbox::notify
