// SPDX-License-Identifier: GPL-2.0-or-later
#include "facility.h"

namespace callbox::hal::pri {

namespace {

// Protocol profiles, EN 300 196-1 11.2.2.1: without and with the extension bit.
constexpr std::uint8_t rosePlain = 0x11, rose = 0x91, networkingExtensions = 0x9F;
constexpr std::uint8_t rltService = 0xBE;
constexpr std::uint8_t nfe = 0xAA, sourceEntity = 0x80, destinationEntity = 0x82, endPinx = 0;
constexpr std::uint8_t interpretation = 0x8B, discardUnknownInvoke = 0;

} // namespace

OctetBuffer facilityHead(FacilityDialect dialect, Unknown unknown)
{
    switch (dialect) {
    case FacilityDialect::etsi:
        return {rose};
    case FacilityDialect::rlt:
        return {rosePlain, rltService};
    case FacilityDialect::qsig:
        break;
    }
    OctetBuffer head{networkingExtensions, nfe, 6, sourceEntity, 1, endPinx, destinationEntity, 1, endPinx};
    if (unknown == Unknown::discard)
        head.insert(head.end(), {interpretation, 1, discardUnknownInvoke});
    return head;
}

} // namespace callbox::hal::pri
