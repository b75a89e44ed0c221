// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/numbers.h"
#include <callbox/base/number.h>

namespace callbox::cli {

std::string numberTrouble(const Values& v, const std::string& name)
{
    if (!v.has(name))
        return "";
    const auto number = PhoneNumber::parse(v.text(name));
    if (number && !number->empty())
        return "";
    return "--" + name + " " + v.text(name) + ": a number in E.164, as +12125550123";
}

} // namespace callbox::cli
