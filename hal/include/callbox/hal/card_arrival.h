// SPDX-License-Identifier: GPL-2.0-or-later
// To hear that a card has been plugged in: an optional ability of a SpanIo (dynamic_cast) that does not run. Loop
// thread only.
#pragma once
#include <callbox/base/loop.h>

namespace callbox::hal {

class CardArrival {
public:
    // Calls `arrived`, which may start the span, each time its card has come, until start() or stop(). What came before
    // is not told. Errc::unsupported: this system does not tell of cards that come.
    virtual Result<void> awaitCard(Callback arrived) = 0;

protected:
    ~CardArrival() = default;
};

} // namespace callbox::hal
