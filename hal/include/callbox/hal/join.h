// SPDX-License-Identifier: GPL-2.0-or-later
// Join: two calls hear each other. In user space, one block of delay each way plus the tick's own, laws converted by
// one table; bit-exact when the laws are equal. Across clocks it slips, counted. Loop thread only.
#pragma once
#include <callbox/hal/call.h>

namespace callbox::hal {

struct JoinCounters {
    std::uint64_t samples[2] = {0, 0};  // carried a->b, b->a
    std::uint64_t inserted[2] = {0, 0}; // idle octets sent because nothing had come: b heard a gap
    std::uint64_t dropped[2] = {0, 0};  // thrown away because too much had come
};

class Join {
public:
    // Both have their channels; Errc::invalid otherwise. Both outlive the Join, which gives the channels back when
    // destroyed.
    static Result<std::unique_ptr<Join>> make(Call& a, Call& b);
    virtual ~Join() = default;
    [[nodiscard]] virtual const JoinCounters& counters() const = 0;
};

} // namespace callbox::hal
