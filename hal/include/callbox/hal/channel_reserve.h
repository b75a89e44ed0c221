// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps calls off channels without a word to the far side, for tests: an optional ability of a Trunk (dynamic_cast).
// What is said of a channel (out of service) would have to be taken back, and during a test nobody may hear it.
#pragma once
#include <callbox/base/result.h>
#include <callbox/hal/types.h>

namespace callbox::hal {

class ChannelReserve {
public:
    // Reserved it is out of service in the ledger; its call, if any, goes on. Errc::invalid: no such B channel.
    virtual Result<void> setReserved(Timeslot, bool) = 0;

protected:
    ~ChannelReserve() = default;
};

} // namespace callbox::hal
