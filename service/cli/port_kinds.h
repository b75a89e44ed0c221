// SPDX-License-Identifier: GPL-2.0-or-later
// What the ports of USB cards' banks face: probing does not tell it, the cards do.
#pragma once
#include <callbox/base/task.h>
#include <callbox/hal/backend.h>
#include <callbox/hal/card.h>

namespace callbox::cli {

// Fills in `ports` of those banks that know none; of a card that does not answer they stay unknown. Both outlive it.
Task<> askPortKinds(hal::Cards&, std::vector<hal::SpanInfo>&);

} // namespace callbox::cli
