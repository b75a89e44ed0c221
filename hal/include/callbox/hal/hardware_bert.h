// SPDX-License-Identifier: GPL-2.0-or-later
// A bit error test that the card makes by itself: an optional ability of a SpanIo (dynamic_cast). The pattern goes out
// on one timeslot instead of what is written there, and what comes is compared before any buffer: nothing between card
// and program can spoil the count. One at a time for a span; others may run beside it in a program
// (callbox/hal/bert.h). stop() ends it. Loop thread only.
#pragma once
#include <callbox/base/result.h>
#include <callbox/hal/bert.h>

namespace callbox::hal {

struct HardwareBertCounts {
    bool inSync = false;
    std::uint64_t bits = 0, errors = 0; // compared in synchronism; of them wrong
    std::uint64_t syncLosses = 0;       // a slip is one as well: a card does not tell them apart
    std::uint64_t inserted = 0;         // wrong bits that went out
};

class HardwareBert {
public:
    // Whether this card has a tester, and this pattern in it; known once the span runs.
    [[nodiscard]] virtual bool tests(BertPattern) const = 0;
    // Instead of one that runs. Errc::unsupported: see tests(); Errc::gone: the span is not running. That the card
    // refuses a slot is told by bertCounts().
    virtual Result<void> beginBert(Timeslot, BertPattern) = 0;
    // So many bits more go out wrong, however many were ordered before.
    virtual void insertBertErrors(unsigned bits) = 0;
    virtual void endBert() noexcept = 0;
    // As the card last told, at most 200 ms ago. Errc::gone: none runs, or the span does not; others: the card refuses.
    [[nodiscard]] virtual Result<HardwareBertCounts> bertCounts() const = 0;

protected:
    ~HardwareBert() = default;
};

} // namespace callbox::hal
