// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/performance.h>
#include <numeric>

namespace callbox::hal {

namespace {

constexpr std::uint64_t sesCrc4 = 300; // of 1000 blocks a second
constexpr std::uint64_t sesFas = 28;
constexpr std::uint64_t sesCrc6 = 320;
constexpr std::uint64_t sesSf = 8;
constexpr std::size_t turnsAfter = 10; // seconds

using Quarter = std::chrono::duration<std::int64_t, std::ratio<Performance::binSeconds>>;

} // namespace

void PerformanceBin::add(const PerformanceBin& b)
{
    seconds += b.seconds;
    es += b.es;
    ses += b.ses;
    uas += b.uas;
    cv += b.cv;
    errors += b.errors;
    slips += b.slips;
    lostSamples += b.lostSamples;
    lateMs += b.lateMs;
}

Performance::Judged Performance::judge(const LineSecond& s) const
{
    const bool t1 = type_ == SpanType::t1;
    const bool byCrc = t1 ? !s.superframe : crc4_;
    const std::uint64_t errors = byCrc ? s.errors.crc : s.errors.framing;
    const std::uint64_t limit = t1 ? (byCrc ? sesCrc6 : sesSf) : byCrc ? sesCrc4 : sesFas;
    const bool ses = s.defect || errors >= limit;
    return {number_, ses || errors > 0 || s.slips > 0, ses, errors};
}

PerformanceBin* Performance::binOf(std::uint64_t number)
{
    const std::uint64_t back = number_ - number;
    if (back == 0)
        return &now_;
    return back <= bins_.size() ? &bins_[bins_.size() - back] : nullptr;
}

void Performance::count(const Judged& j, int sign)
{
    if (PerformanceBin* b = binOf(j.bin)) {
        b->es += std::uint32_t(sign * int(j.es));
        b->ses += std::uint32_t(sign * int(j.ses));
        b->cv += std::uint64_t(sign) * j.cv;
    }
}

void Performance::countUnavailable(const Judged& j, int sign)
{
    if (PerformanceBin* b = binOf(j.bin))
        b->uas += std::uint32_t(sign);
}

// The ten seconds that made the state change were counted for the old one.
void Performance::changeSides()
{
    available_ = !available_;
    for (const Judged& j : turning_) {
        count(j, available_ ? 1 : -1);
        countUnavailable(j, available_ ? -1 : 1);
    }
    turning_.clear();
}

// The bin that begins now ends on a quarter of an hour by the clock as it is: about 900 seconds from now even if the
// clock was set meanwhile, so that it is back in step after one odd bin.
void Performance::begin(WallTime wall)
{
    const WallTime quarter = std::chrono::floor<Quarter>(wall);
    const WallTime nearest = begun_ ? std::chrono::round<Quarter>(wall) : quarter;
    now_ = {};
    now_.from = begun_ ? nearest : wall;
    const auto left = std::chrono::round<std::chrono::seconds>(nearest + Quarter(1) - wall).count();
    secondsLeft_ = left > 0 ? std::uint32_t(left) : binSeconds;
    begun_ = true;
}

void Performance::second(const LineSecond& s, WallTime wall)
{
    if (!begun_)
        begin(wall - std::chrono::seconds(1));
    const Judged judged = judge(s);
    ++now_.seconds;
    now_.errors += s.errors;
    now_.slips += s.slips;
    now_.lostSamples += s.lostSamples;
    now_.lateMs += s.lateMs;
    if (available_)
        count(judged, 1);
    else
        countUnavailable(judged, 1);
    if (judged.ses == available_)
        turning_.push_back(judged);
    else
        turning_.clear();
    if (turning_.size() == turnsAfter)
        changeSides();
    if (--secondsLeft_ > 0)
        return;
    bins_.push_back(now_);
    if (bins_.size() > binsKept)
        bins_.pop_front();
    ++number_;
    begin(wall);
}

PerformanceBin Performance::day() const
{
    PerformanceBin sum =
        std::accumulate(bins_.begin(), bins_.end(), PerformanceBin(), [](PerformanceBin a, const PerformanceBin& b) {
            a.add(b);
            return a;
        });
    sum.add(now_);
    sum.from = bins_.empty() ? now_.from : bins_.front().from;
    return sum;
}

PerformanceBin Performance::lastHour() const
{
    PerformanceBin sum = now_;
    for (std::size_t i = 0; i < 4 && i < bins_.size(); ++i) {
        const PerformanceBin& b = bins_[bins_.size() - 1 - i];
        sum.add(b);
        sum.from = b.from;
    }
    return sum;
}

} // namespace callbox::hal
