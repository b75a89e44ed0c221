// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/analog_lines.h"

namespace callbox::cli {

json linesOf(const Gathered& g, const Values& v)
{
    json document = merged(g, "lines");
    if (v.has("dir") && !v.has("box") && !v.flag("switch"))
        for (json& l : document["lines"])
            if (!l.contains("box"))
                l["box"] = nullptr;
    return document;
}

} // namespace callbox::cli
