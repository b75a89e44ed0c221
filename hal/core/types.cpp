// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/loopback.h>
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
    add(a.lomf, "LOMF");
    add(a.ais, "AIS");
    add(a.rai, "RAI");
    return out;
}

std::string_view name(Loopback l)
{
    switch (l) {
    case Loopback::none:
        return "none";
    case Loopback::local:
        return "local";
    case Loopback::line:
        return "line";
    case Loopback::payload:
        return "payload";
    }
    return "none";
}

std::optional<Loopback> loopback(std::string_view word)
{
    for (const Loopback l : {Loopback::none, Loopback::local, Loopback::line, Loopback::payload})
        if (name(l) == word)
            return l;
    return std::nullopt;
}

} // namespace callbox::hal
