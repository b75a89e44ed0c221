// SPDX-License-Identifier: GPL-2.0-or-later
// Who has alarms: in a lab without --box its boxes and its switch, else the one daemon that is meant.
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

Result<Addressed> withAlarms(const Values&);

} // namespace callbox::cli
