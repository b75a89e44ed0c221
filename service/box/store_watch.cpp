// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/store_watch.h"

namespace callbox::box {

namespace {

constexpr std::size_t poolLowPercent = 80;

} // namespace

void watch(alarms::AlarmBook& book, const messages::Health& health, Duration diskLow)
{
    using namespace alarms::kinds;
    const auto seconds = std::chrono::seconds(health.recordSecondsLeft);
    book.set(!health.canRecord, storeCannotRecord, {}, health.why);
    book.set(health.canRecord && seconds < diskLow, alarms::kinds::diskLow, {},
             "for " + std::to_string(health.recordSecondsLeft / 60) + " minutes of speech");
    book.set(!health.setAside.empty(), storeFilesSetAside, {}, health.setAside);
}

void watch(alarms::AlarmBook& book, const messages::PoolStatus& pool)
{
    const bool full = pool.size > 0 && pool.fullestRecipient >= pool.size;
    const bool low = !full && pool.size > 0 && pool.fullestRecipient * 100 >= pool.size * poolLowPercent;
    const std::string counts =
        std::to_string(pool.fullestRecipient) + " of " + std::to_string(pool.size) + ", live or resting";
    book.set(full, alarms::kinds::poolFull, {}, counts);
    book.set(low, alarms::kinds::poolLow, {}, counts);
}

} // namespace callbox::box
