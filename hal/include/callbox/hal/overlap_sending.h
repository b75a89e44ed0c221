// SPDX-License-Identifier: GPL-2.0-or-later
// Overlap sending (EN 300 403-1 5.1.3, 5.2.4): the called number goes out piece by piece, as somebody dials it. An
// optional ability of a Trunk (dynamic_cast). Loop thread only.
#pragma once
#include <callbox/hal/call.h>

namespace callbox::hal {

class OverlapSending {
public:
    // As Trunk::place(), but SETUP has no called number: its digits follow the far side's SETUP ACKNOWLEDGE in an
    // INFORMATION each, `between` apart, until the far side says that it has enough. It has 20 s (as a network) or 30 s
    // (as a user) after the last one, T304. Errc::unsupported: a switch type that knows whole numbers only.
    virtual Result<std::unique_ptr<Call>> placeDigitByDigit(const CallSetup&, Duration between) = 0;

protected:
    ~OverlapSending() = default;
};

} // namespace callbox::hal
