// SPDX-License-Identifier: GPL-2.0-or-later
// Whether audio is at least so loud. Any thread.
#pragma once
#include <callbox/hal/types.h>
#include <cstdint>
#include <span>

namespace callbox::hal {

// Whether blocks reach a level, as levelDbm0() tells it. Far cheaper where they do: their first samples show it.
class LeastLevel {
public:
    LeastLevel(double dbm0, Law law);
    [[nodiscard]] bool reachedBy(Octets samples) const;

private:
    std::span<const std::uint32_t, 256> squares_;
    double each_; // sample's square, on average
};

} // namespace callbox::hal
