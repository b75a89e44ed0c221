// SPDX-License-Identifier: GPL-2.0-or-later
// Raises and clears the alarms of a box's store and pool of link numbers, by what they say of themselves.
#pragma once
#include "alarms/book.h"
#include "messages/store.h"

namespace callbox::box {

void watch(alarms::AlarmBook&, const messages::Health&, Duration diskLow);
void watch(alarms::AlarmBook&, const messages::PoolStatus&);

} // namespace callbox::box
