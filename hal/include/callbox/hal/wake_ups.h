// SPDX-License-Identifier: GPL-2.0-or-later
// How late this program is woken for a span's ticks: what a busy machine, power saving or another driver cost before
// they cost samples (N16). Times in, counts out; a few additions a tick, memory is bounded.
#pragma once
#include <array>
#include <callbox/base/time.h>
#include <cstdint>

namespace callbox::hal {

class WakeUps {
public:
    // `period`: from one wake-up to the next.
    explicit WakeUps(Duration period) : period_(period) {}

    void begin(TimePoint now); // a start: the next wake-up is due a period from now
    // Woken. Only when it comes is known, not when it was due: the earliest ones tell, and a clock that differs from
    // ours by less than 200 ppm is followed.
    void woke(TimePoint now);

    struct Sum { // of the current quarter of an hour and the four before
        std::uint64_t wakeUps = 0;
        Duration time{};              // in which so many are due
        Duration p50{}, p99{}, max{}; // rounded up to an eighth of a power of two
    };
    [[nodiscard]] Sum lastHour(TimePoint now) const;

private:
    static constexpr std::size_t buckets = 160, quarters = 5;
    struct Quarter {
        std::array<std::uint32_t, buckets> counts{};
        Duration max{};
    };
    void turn(TimePoint now);

    Duration period_;
    TimePoint due_{}, quarterEnds_{};
    bool begun_ = false;
    std::array<Quarter, quarters> quarters_{};
    std::size_t now_ = 0;
};

class WakeUpCounts { // an optional ability of a span's SpanIo (dynamic_cast)
public:
    [[nodiscard]] virtual const WakeUps& wakeUps() const = 0;

protected:
    ~WakeUpCounts() = default;
};

} // namespace callbox::hal
