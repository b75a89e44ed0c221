// SPDX-License-Identifier: GPL-2.0-or-later
// The notification protocols a box uses, by its configuration.
#pragma once
#include "box/config.h"
#include "lines/lines.h"
#include "notify/dialout/notice_caller.h"
#include "notify/notifier.h"

namespace callbox::box {

// In the configuration's order of preference. What is handed in outlives them.
std::vector<std::unique_ptr<notify::Notifier>> makeNotifiers(const Edges&, const BoxConfig&, lines::Lines&,
                                                             notify::NoticeCaller&);

} // namespace callbox::box
