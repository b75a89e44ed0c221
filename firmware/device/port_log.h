// SPDX-License-Identifier: GPL-2.0-or-later
// What the log says of a port: alarms, buffers that ran dry or over, packets that were none, what the far end says.
// Each kind once a second at most, with how it stands then, so that a line that flaps does not push all else out of the
// ring.
#pragma once
#include "device/e1_port.h"
#include <optional>

namespace callbox::firmware {

class PortLog {
public:
    struct Entry {
        unsigned code, value, level;
    };
    // Each millisecond. What there is to say, one at a time: called until there is nothing.
    std::optional<Entry> next(const E1Port& port);
    void millisecond()
    {
        for (Told& t : told_)
            t.wait -= t.wait > 0 ? 1 : 0;
    }

private:
    struct Told {
        std::uint32_t value = 0;
        unsigned wait = 0; // ms
    };
    std::array<Told, 6> told_{};
};

} // namespace callbox::firmware
