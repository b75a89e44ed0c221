// SPDX-License-Identifier: GPL-2.0-or-later
// A box's first configuration, made of what the machine has. Pure.
#pragma once
#include "cli/daemons.h"
#include <callbox/hal/backend.h>

namespace callbox::cli {

struct GeneratedFrom {
    std::string id = "box1";
    std::string state = "/var/lib/callbox";
    std::string control = std::string(localSocket); // written where state is the usual one
    // Empty: example numbers, with a line that says to replace them.
    std::string access, poolFirst, poolLast, allow;
    std::vector<hal::SpanInfo> spans;       // as the backends' probe() names them, with ports as far as known
    std::vector<std::string> serialDevices; // where a modem may be: they come as comments
    std::string virtualSocket;              // one more span, of the virtual backend
};

// A value is one line and has no comment in it.
bool canBeWritten(const std::string& value);

// The text of an INI file that config check accepts if there is at least one span, but for the country and the numbers
// of analog lines: those nothing on the machine tells, and the check asks for them.
std::string generatedConfig(const GeneratedFrom&);

} // namespace callbox::cli
