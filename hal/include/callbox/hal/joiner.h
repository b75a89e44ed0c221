// SPDX-License-Identifier: GPL-2.0-or-later
// Optional ability of a span's SpanIo (asked for by dynamic_cast): two channels hear each other below user space, where
// it costs a millisecond of delay instead of several blocks. Loop thread only.
#pragma once
#include <callbox/hal/span_io.h>

namespace callbox::hal {

// Undone when destroyed, and by itself when one of the two slots is closed.
class LowJoin {
public:
    virtual ~LowJoin() = default;
    [[nodiscard]] virtual bool stands() const = 0;
};

class Joiner {
public:
    // Joins slot `mine` of this span with `theirs` of another, both open, of spans of one law. From then on what is
    // written to either goes nowhere; what they bring is handed on as before. Errc::unsupported: not these two, ever;
    // Errc::busy: not yet, or while one of them is joined already; that join stands.
    virtual Result<std::unique_ptr<LowJoin>> join(Timeslot mine, SpanIo& other, Timeslot theirs) = 0;

protected:
    ~Joiner() = default;
};

} // namespace callbox::hal
