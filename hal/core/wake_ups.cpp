// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <bit>
#include <callbox/hal/wake_ups.h>

namespace callbox::hal {

namespace {

constexpr Duration quarter = 15min;
constexpr std::int64_t ppm = 200; // how much slower than ours the clock may be that wakes us

// Buckets of microseconds: below 8 one each, then eight to each power of two.
std::size_t bucketOf(Duration late)
{
    const auto us = static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(late).count());
    if (us < 8)
        return us;
    const auto power = static_cast<std::size_t>(std::bit_width(us)) - 4; // us >> power is 8 to 15
    return 8 * power + (us >> power);
}

// The most that is counted in it.
Duration endOf(std::size_t bucket)
{
    if (bucket < 8)
        return std::chrono::microseconds(bucket);
    const std::size_t power = bucket / 8 - 1;
    return std::chrono::microseconds(((bucket % 8 + 9) << power) - 1);
}

} // namespace

void WakeUps::begin(TimePoint now)
{
    due_ = now + period_;
    if (!std::exchange(begun_, true))
        quarterEnds_ = now + quarter;
}

void WakeUps::turn(TimePoint now)
{
    for (std::size_t turned = 0; now >= quarterEnds_ && turned < quarters; ++turned) {
        quarterEnds_ += quarter;
        now_ = (now_ + 1) % quarters;
        quarters_[now_] = {};
    }
    if (now >= quarterEnds_)
        quarterEnds_ = now + quarter;
}

void WakeUps::woke(TimePoint now)
{
    if (!begun_)
        begin(now - period_);
    turn(now);
    due_ = std::min(due_, now);
    const Duration late = now - due_;
    Quarter& q = quarters_[now_];
    ++q.counts[std::min(bucketOf(late), buckets - 1)];
    q.max = std::max(q.max, late);
    // Wake-ups that were slept through are one that was very late. What is taken for one too many is made good by the
    // next that is in time; one too few would be lateness for ever.
    const auto slept = (late + period_ / 8) / period_;
    due_ += (1 + slept) * period_ + period_ * ppm / 1'000'000;
}

WakeUps::Sum WakeUps::lastHour(TimePoint now) const
{
    Sum sum;
    std::array<std::uint64_t, buckets> all{};
    // Nobody turned the quarters while the span stood still.
    const std::size_t over = !begun_ || now < quarterEnds_ ? 0 : 1 + std::size_t((now - quarterEnds_) / quarter);
    for (std::size_t ago = 0; ago + over < quarters; ++ago) {
        const Quarter& q = quarters_[(now_ + quarters - ago) % quarters];
        for (std::size_t i = 0; i < buckets; ++i)
            all[i] += q.counts[i];
        sum.max = std::max(sum.max, q.max);
    }
    for (const std::uint64_t n : all)
        sum.wakeUps += n;
    sum.time = sum.wakeUps * period_;
    const auto reached = [&](std::uint64_t percent) {
        std::uint64_t so = 0;
        for (std::size_t i = 0; i < buckets; ++i)
            if (so += all[i]; so * 100 >= sum.wakeUps * percent)
                return std::min(endOf(i), sum.max);
        return sum.max;
    };
    if (sum.wakeUps > 0) {
        sum.p50 = reached(50);
        sum.p99 = reached(99);
    }
    return sum;
}

} // namespace callbox::hal
