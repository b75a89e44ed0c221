// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/who.h"
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

namespace callbox::cli {

std::string who()
{
    for (const char* variable : {"SUDO_USER", "LOGNAME"})
        if (const char* name = ::getenv(variable); name && *name)
            return name;
    const passwd* p = ::getpwuid(::getuid());
    return p ? p->pw_name : "uid " + std::to_string(::getuid());
}

} // namespace callbox::cli
