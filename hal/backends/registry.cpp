// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/backend.h>

namespace callbox::hal {

const Backend* findBackend(std::string_view name)
{
    for (const Backend* b : allBackends())
        if (b->name == name)
            return b;
    return nullptr;
}

} // namespace callbox::hal
