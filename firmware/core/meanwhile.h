// SPDX-License-Identifier: GPL-2.0-or-later
// What else there is to do: called in between by what takes longer than its caller may stand still.
#pragma once

namespace callbox::firmware::core {

struct Meanwhile {
    void (*call)(void*) = nullptr;
    void* with = nullptr;

    void operator()() const
    {
        if (call)
            call(with);
    }
};

} // namespace callbox::firmware::core
