// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/types.h>

namespace callbox::hal {

std::string toString(const Alarms& a)
{
    std::string out;
    const auto add = [&](bool on, const char* word) {
        if (on)
            out += (out.empty() ? "" : " ") + std::string(word);
    };
    add(a.los, "LOS");
    add(a.lof, "LOF");
    add(a.ais, "AIS");
    add(a.rai, "RAI");
    return out;
}

} // namespace callbox::hal
