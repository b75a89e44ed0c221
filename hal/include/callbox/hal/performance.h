// SPDX-License-Identifier: GPL-2.0-or-later
// A line's performance second by second, and a day of it in quarters of an hour: errored, severely errored and
// unavailable seconds as carriers count them (ITU-T G.826; RFC 4805 has the same words for E1 and T1). Pure: seconds
// in, bins out; memory is bounded. hal::SpanHistory feeds it.
//
//                       errored (ES)                      severely errored (SES)
//   E1 with CRC-4       a block with errors, a slip       30 % of 1000 blocks (G.826 4.2.2)
//   E1 without          a FAS with errors, a slip         28 FAS (M.2100 table for 2048 kbit/s without CRC)
//   T1 (ESF)            a CRC-6 block, a slip             320 blocks (ANSI T1.231, RFC 4805 3)
//   T1 (SF)             a framing bit, a slip             8 framing bits (the same)
//   all                 SES are ES                        LOS, LOF, AIS, or no samples moved
//
// Ten SES in a row begin unavailable time and belong to it; ten seconds that are none end it and do not belong to it
// (G.826 annex A). Unavailable seconds (UAS) are no ES, no SES, and their errors are no code violations (CV).
#pragma once
#include <callbox/base/time.h>
#include <callbox/hal/line_errors.h>
#include <callbox/hal/types.h>
#include <deque>

namespace callbox::hal {

// What happened in one second.
struct LineSecond {
    bool defect = false; // the line was not usable, or nothing moved, for some of it
    LineErrors errors = {};
    std::uint64_t slips = 0, lostSamples = 0, lateMs = 0; // see SpanCounters; none is lost or late in a defect
    bool superframe = false;                              // a T1 of SF: LineErrorCounts::superframe()
};

// Sums over some time.
struct PerformanceBin {
    WallTime from{};           // when it began, on the quarter of an hour; the first one: when counting began
    std::uint32_t seconds = 0; // that were counted: 900, less at a start, about it after the clock was set
    std::uint32_t es = 0, ses = 0, uas = 0;
    std::uint64_t cv = 0;   // code violations: errored blocks, without CRC errored FAS or framing bits
    LineErrors errors = {}; // in any second
    std::uint64_t slips = 0, lostSamples = 0, lateMs = 0;
    void add(const PerformanceBin&); // but for `from`
};

class Performance {
public:
    static constexpr std::size_t binsKept = 96; // of 15 minutes: a day
    static constexpr std::uint32_t binSeconds = 900;

    Performance(SpanType type, bool crc4) : type_(type), crc4_(crc4) {}

    // Once for each second of steady time; `wall` at its end labels the bins and nothing else.
    void second(const LineSecond&, WallTime wall);

    [[nodiscard]] bool available() const { return available_; }
    [[nodiscard]] const PerformanceBin& now() const { return now_; }
    [[nodiscard]] const std::deque<PerformanceBin>& bins() const { return bins_; } // oldest first
    [[nodiscard]] PerformanceBin day() const;                                      // all kept and the current one
    [[nodiscard]] PerformanceBin lastHour() const;                                 // four and the current one

private:
    struct Judged { // a second that may still change sides
        std::uint64_t bin;
        bool es, ses;
        std::uint64_t cv;
    };
    [[nodiscard]] Judged judge(const LineSecond&) const;
    [[nodiscard]] PerformanceBin* binOf(std::uint64_t number);
    void count(const Judged&, int sign);
    void countUnavailable(const Judged&, int sign);
    void changeSides();
    void begin(WallTime wall);

    SpanType type_;
    bool crc4_;
    bool available_ = true;
    bool begun_ = false;
    std::uint64_t number_ = 0; // of the current bin
    std::uint32_t secondsLeft_ = 0;
    PerformanceBin now_;
    std::deque<PerformanceBin> bins_;
    std::deque<Judged> turning_; // seconds in a row that speak against the present state; less than ten
};

} // namespace callbox::hal
