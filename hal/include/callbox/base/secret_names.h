// SPDX-License-Identifier: GPL-2.0-or-later
// Names behind which a secret stands, in configurations, logs, command lines and answers: PINs, passwords, keys. What
// they name is shown to nobody.
#pragma once
#include <string_view>

namespace callbox {

// "pin", "route_key", "Authorization": a name as programs write it. Case does not matter.
bool namesSecret(std::string_view name);

// As people write it: "sim pin", "pni". For what is shown of a text that could not be understood.
bool mayNameSecret(std::string_view name);

} // namespace callbox
