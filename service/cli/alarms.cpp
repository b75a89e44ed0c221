// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/alarms.h"

namespace callbox::cli {

Result<Addressed> withAlarms(const Values& v)
{
    auto to = addressed(v);
    if (!to || !to->all)
        return to;
    const auto lab = labDescription(v.text("dir"));
    if (!lab)
        return lab.error();
    if (const auto d = labSwitch(*lab))
        to->daemons.push_back(*d);
    return to;
}

} // namespace callbox::cli
