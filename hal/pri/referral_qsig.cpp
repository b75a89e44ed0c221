// SPDX-License-Identifier: GPL-2.0-or-later
#include "referral_qsig.h"
#include "diversion.h"
#include <algorithm>
#include <array>

namespace callbox::hal::pri::qsig {

namespace {

using namespace ber;

constexpr std::uint8_t pss1Elements = 0x40; // [APPLICATION 0]
constexpr std::uint8_t originalReason = 0x80;
constexpr std::uint8_t subscriptionOption = 0x82;
constexpr unsigned noNotification = 0;
constexpr std::size_t longestIdentity = 4;

constexpr std::array operations{
    std::pair(4, Operation::pathReplacePropose),    std::pair(7, Operation::callTransferIdentify),
    std::pair(8, Operation::callTransferAbandon),   std::pair(9, Operation::callTransferInitiate),
    std::pair(12, Operation::callTransferComplete), std::pair(19, Operation::callRerouteing)};

constexpr unsigned cfu = 1, cfb = 2, cfnr = 3, unknown = 0;

DiversionReason reasonOf(unsigned code)
{
    return code == cfu    ? DiversionReason::unconditional
           : code == cfb  ? DiversionReason::busy
           : code == cfnr ? DiversionReason::noReply
                          : DiversionReason::unknown;
}

// The standard diverts for three reasons; "unknown" is for what comes from another network. Who deflects a call before
// its answer diverts it whatever the called party does.
unsigned codeOf(DiversionReason r)
{
    switch (r) {
    case DiversionReason::unconditional:
    case DiversionReason::deflection:
        return cfu;
    case DiversionReason::busy:
        return cfb;
    case DiversionReason::noReply:
    case DiversionReason::mobileNotReachable:
        return cfnr;
    case DiversionReason::unknown:
        break;
    }
    return unknown;
}

OctetBuffer null()
{
    return {0x05, 0};
}

// SEQUENCE { callIdentity NumericString (SIZE (1..4)), rerouteingNumber PartyNumber, ... }
bool readIdentity(Octets rest, Component& c)
{
    const auto all = take(rest);
    if (!all || all->tag != sequence)
        return false;
    Octets inside = all->value;
    const auto identity = take(inside);
    PartyNumber to;
    if (!identity || identity->tag != numericString || identity->value.empty() ||
        identity->value.size() > longestIdentity || !readParty(inside, to) || to.digits.empty())
        return false;
    c.identity.assign(identity->value.begin(), identity->value.end());
    c.to = to;
    return true;
}

OctetBuffer writeIdentity(const Component& c)
{
    return wrap(sequence, {wrap(numericString, {OctetBuffer(c.identity.begin(), c.identity.end())}),
                           writeParty(c.to.value_or(PartyNumber()))});
}

// SEQUENCE { rerouteingReason, originalRerouteingReason [0] OPTIONAL, calledAddress Address, diversionCounter INTEGER,
// pSS1InfoElement, lastRerouteingNr [1], subscriptionOption [2], callingPartySubaddress [3] OPTIONAL,
// callingNumber [4], callingName [5] OPTIONAL, originalCalledNr [6] OPTIONAL, ... }: the second diversion and those
// after it say what the first was of, and why.
bool readRerouteing(Octets rest, Component& c)
{
    const auto all = take(rest);
    if (!all || all->tag != sequence)
        return false;
    Octets inside = all->value;
    const auto reason = small(take(inside), enumerated);
    auto address = take(inside);
    if (address && address->tag == originalReason)
        address = take(inside);
    const auto counter = small(take(inside), integer);
    PartyNumber to;
    if (!reason || !counter || !address || address->tag != sequence || !readParty(address->value, to) ||
        to.digits.empty())
        return false;
    c.reason = reasonOf(*reason);
    c.to = to;
    c.diversions = *counter;
    return true;
}

OctetBuffer writeRerouteing(const Component& c)
{
    // The bearer of every call here; the exchange has that of the call.
    const OctetBuffer bearer{ie::bearer, 3, 0x80, 0x90, 0xA3};
    return wrap(sequence,
                {writeSmall(enumerated, codeOf(c.reason)),
                 c.original ? writeSmall(originalReason, codeOf(c.original->reason)) : OctetBuffer(),
                 wrap(sequence, {writeParty(*c.to)}), writeSmall(integer, c.diversions), wrap(pss1Elements, {bearer}),
                 wrap(context(1), {writePresented(c.diverting)}), writeSmall(subscriptionOption, noNotification),
                 wrap(context(4), {writePresentedScreened(c.calling)}),
                 c.original ? wrap(context(6), {writePresented(c.original->number)}) : OctetBuffer()});
}

// SEQUENCE { endDesignation ENUMERATED { primaryEnd(0), secondaryEnd(1) }, redirectionNumber PresentedNumberScreened,
// basicCallInfoElements OPTIONAL, redirectionName OPTIONAL, callStatus DEFAULT answered, ... }
bool readComplete(Octets rest, Component& c)
{
    const auto all = take(rest);
    if (!all || all->tag != sequence)
        return false;
    Octets inside = all->value;
    const auto end = small(take(inside), enumerated);
    c.secondaryEnd = end == 1U;
    return end.has_value();
}

OctetBuffer writeComplete(const Component& c)
{
    // Each end has been shown the other's number with the call, or was not to be.
    return wrap(sequence, {writeSmall(enumerated, c.secondaryEnd ? 1 : 0),
                           writePresented({.presentation = Presentation::unavailable})});
}

} // namespace

Operation operationOf(int local)
{
    const auto it = std::find_if(operations.begin(), operations.end(), [=](const auto& o) { return o.first == local; });
    return it == operations.end() ? Operation::other : it->second;
}

std::optional<int> numberOf(Operation operation)
{
    const auto it =
        std::find_if(operations.begin(), operations.end(), [=](const auto& o) { return o.second == operation; });
    return it == operations.end() ? std::nullopt : std::optional(it->first);
}

bool readArgument(Octets rest, Component& c)
{
    switch (c.operation) {
    case Operation::callRerouteing:
        return readRerouteing(rest, c);
    case Operation::callTransferInitiate:
    case Operation::pathReplacePropose:
        return readIdentity(rest, c);
    case Operation::callTransferComplete:
        return readComplete(rest, c);
    default: // of Identify and Abandon there is nothing to read
        return true;
    }
}

OctetBuffer writeArgument(const Component& c)
{
    switch (c.operation) {
    case Operation::callRerouteing:
        return writeRerouteing(c);
    case Operation::callTransferInitiate:
    case Operation::pathReplacePropose:
        return writeIdentity(c);
    case Operation::callTransferComplete:
        return writeComplete(c);
    default:
        return null();
    }
}

void readResult(Octets rest, Component& c)
{
    if (c.operation == Operation::callTransferIdentify)
        (void)readIdentity(rest, c);
}

OctetBuffer writeResult(const Component& c)
{
    return c.operation == Operation::callTransferIdentify ? writeIdentity(c) : null();
}

Unknown ifUnknown(Operation operation)
{
    const bool answered = operation == Operation::callRerouteing || operation == Operation::callTransferIdentify ||
                          operation == Operation::callTransferInitiate;
    return answered ? Unknown::reject : Unknown::discard;
}

} // namespace callbox::hal::pri::qsig
