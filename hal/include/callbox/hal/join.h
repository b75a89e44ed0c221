// SPDX-License-Identifier: GPL-2.0-or-later
// Join: two calls hear each other. Where both channels are a backend's that can (Joiner) and of one law, below user
// space, with a millisecond of delay. Else here, three blocks of delay each way (the ticks of two spans come in no
// fixed order), laws converted by one table; bit-exact when the laws are equal. Across clocks it slips, counted. Loop
// thread only.
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
    // Made as early as one likes: audio flows as soon as both have their B channels, and what comes to a call that has
    // none yet is nobody's. Errc::gone: one of them has ended; Errc::busy: one is joined already. Both outlive it.
    static Result<std::unique_ptr<Join>> make(Call& a, Call& b);
    virtual ~Join() = default;
    [[nodiscard]] virtual const JoinCounters& counters() const = 0;

    // One side has hung up: what it said last is still on its way. From here on nothing is held back, and
    // drained() says that all of it has gone out to the other side (or that there is no other side any more).
    virtual void drain() = 0;
    [[nodiscard]] virtual bool drained(const Call& towards) const = 0;
};

} // namespace callbox::hal
