// SPDX-License-Identifier: GPL-2.0-or-later
// Watches a span, once a second, for its performance. Steady time alone counts: setting the clock only changes labels.
// Loop thread only.
#pragma once
#include <callbox/hal/performance.h>
#include <callbox/hal/span.h>

namespace callbox::hal {

class SpanHistory {
public:
    SpanHistory(Loop& loop, Span& span); // the span outlives it
    ~SpanHistory();
    SpanHistory(const SpanHistory&) = delete;
    SpanHistory& operator=(const SpanHistory&) = delete;

    void start(); // counts from now on; a second call changes nothing
    void stop();  // what was counted stays
    [[nodiscard]] const Performance& performance() const { return performance_; }
    // Whether the card counts errors of its line; without that only defects, slips and lost samples are known.
    [[nodiscard]] bool countsErrors() const;

private:
    void next();
    void look();
    [[nodiscard]] bool defect() const;
    LineSecond lastSecond();

    Loop& loop_;
    Span& span_;
    Performance performance_;
    std::optional<LineErrors> errors_; // as they were last; empty: the card has not told yet
    SpanCounters counters_;
    bool defect_ = false; // in the second that runs
    int changeHandle_ = 0;
    TimePoint due_{};
    Timer timer_;
};

} // namespace callbox::hal
