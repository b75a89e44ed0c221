// SPDX-License-Identifier: GPL-2.0-or-later
// What a refusal of a box means for the call: values in, values out.
#pragma once
#include <callbox/hal/cause.h>

namespace callbox::switching {

// It is about the call (the number, the caller, the bearer): another box would say the same, the caller gets it as it
// is.
constexpr bool aboutTheCall(hal::Cause c)
{
    using hal::Cause;
    return c == Cause::unallocatedNumber || c == Cause::callRejected || c == Cause::invalidNumberFormat ||
           c == Cause::outgoingBarred || c == Cause::bearerNotAuthorized || c == Cause::bearerNotAvailable ||
           c == Cause::bearerNotImplemented || c == Cause::incompatibleDestination;
}

// The box is at fault, not merely busy: it counts as a failed set-up.
constexpr bool blamesTheBox(hal::Cause c)
{
    using hal::Cause;
    return !aboutTheCall(c) && c != Cause::userBusy && c != Cause::noChannelAvailable && c != Cause::switchCongestion &&
           c != Cause::normalClearing && c != Cause::requestedChannelUnavailable; // 44: glare
}

// A trunk refused for its own sake: another trunk may carry the call.
constexpr bool aboutTheTrunk(hal::Cause c)
{
    using hal::Cause;
    return c == Cause::noChannelAvailable || c == Cause::requestedChannelUnavailable || c == Cause::channelUnacceptable;
}

} // namespace callbox::switching
