// SPDX-License-Identifier: GPL-2.0-or-later
// The edge through which a switch hears from its boxes. Loop thread only.
#pragma once
#include "status/record.h"
#include <functional>

namespace callbox::fleet {

struct Heard {
    status::StatusRecord record;
    TimePoint received;
    Duration delay{}; // how long the record had travelled when it was received
    [[nodiscard]] Duration age(TimePoint now) const { return now - received + delay; }
};

class StatusSource {
public:
    virtual ~StatusSource() = default; // implies stop()
    using Taker = std::function<void(const std::string& box, Heard)>;
    // The taker is called on the loop, never from inside start().
    virtual void start(Taker) = 0;
    virtual void stop() = 0;
    // Ask this box at once instead of when its turn comes. Harmless for a box that is being asked.
    virtual void askNow(const std::string& box) = 0;
    // Why the last question to a box had no answer; empty when it had one.
    [[nodiscard]] virtual std::string trouble(const std::string& box) const = 0;
};

} // namespace callbox::fleet
