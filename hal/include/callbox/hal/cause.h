// SPDX-License-Identifier: GPL-2.0-or-later
// Causes (ITU-T Q.850): why a call ended, with the text that logs and tables show.
#pragma once
#include <cstdint>
#include <string_view>

namespace callbox::hal {

enum class Cause : std::uint8_t {
    none = 0,
    unallocatedNumber = 1,
    noRouteToDestination = 3,
    channelUnacceptable = 6,
    normalClearing = 16,
    userBusy = 17,
    noUserResponding = 18,
    noAnswer = 19,
    callRejected = 21,
    destinationOutOfOrder = 27,
    invalidNumberFormat = 28,
    facilityRejected = 29,
    statusEnquiryResponse = 30,
    normalUnspecified = 31,
    noChannelAvailable = 34,
    networkOutOfOrder = 38,
    temporaryFailure = 41,
    switchCongestion = 42,
    requestedChannelUnavailable = 44,
    resourceUnavailable = 47,
    outgoingBarred = 52, // ITU-T Q.850 only; not in EN 300 403-1
    bearerNotAuthorized = 57,
    bearerNotAvailable = 58,
    bearerNotImplemented = 65,
    invalidCallReference = 81,
    noSuchChannel = 82, // "identified channel does not exist"
    incompatibleDestination = 88,
    mandatoryIeMissing = 96,
    messageTypeNotImplemented = 97,
    invalidIeContents = 100,
    messageNotCompatible = 101, // with the call state
    recoveryOnTimerExpiry = 102,
    interworking = 127,
};

std::string_view text(Cause); // "user busy"

} // namespace callbox::hal
