// SPDX-License-Identifier: GPL-2.0-or-later
// The texts of ITU-T Q.850 causes, in our words.
#include <callbox/hal/cause.h>

namespace callbox::hal {

std::string_view text(Cause c)
{
    switch (c) {
    case Cause::none:
        return "none";
    case Cause::unallocatedNumber:
        return "no such number";
    case Cause::noRouteToDestination:
        return "no route to destination";
    case Cause::channelUnacceptable:
        return "channel unacceptable";
    case Cause::normalClearing:
        return "normal clearing";
    case Cause::userBusy:
        return "user busy";
    case Cause::noUserResponding:
        return "no user responding";
    case Cause::noAnswer:
        return "no answer";
    case Cause::callRejected:
        return "call rejected";
    case Cause::destinationOutOfOrder:
        return "destination out of order";
    case Cause::invalidNumberFormat:
        return "invalid number format";
    case Cause::facilityRejected:
        return "facility rejected";
    case Cause::statusEnquiryResponse:
        return "response to status enquiry";
    case Cause::normalUnspecified:
        return "normal, unspecified";
    case Cause::noChannelAvailable:
        return "no channel available";
    case Cause::networkOutOfOrder:
        return "network out of order";
    case Cause::temporaryFailure:
        return "temporary failure";
    case Cause::switchCongestion:
        return "switch congestion";
    case Cause::requestedChannelUnavailable:
        return "requested channel unavailable";
    case Cause::resourceUnavailable:
        return "resource unavailable";
    case Cause::outgoingBarred:
        return "outgoing calls barred";
    case Cause::bearerNotAuthorized:
        return "bearer capability not authorized";
    case Cause::bearerNotAvailable:
        return "bearer capability not available";
    case Cause::bearerNotImplemented:
        return "bearer capability not implemented";
    case Cause::invalidCallReference:
        return "invalid call reference";
    case Cause::noSuchChannel:
        return "identified channel does not exist";
    case Cause::incompatibleDestination:
        return "incompatible destination";
    case Cause::mandatoryIeMissing:
        return "mandatory information element missing";
    case Cause::messageTypeNotImplemented:
        return "message type not implemented";
    case Cause::messageNotCompatible:
        return "message not compatible with call state";
    case Cause::invalidIeContents:
        return "invalid information element contents";
    case Cause::recoveryOnTimerExpiry:
        return "recovery on timer expiry";
    case Cause::interworking:
        return "interworking";
    }
    return "other";
}

} // namespace callbox::hal
