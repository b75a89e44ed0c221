// SPDX-License-Identifier: GPL-2.0-or-later
#include "referral.h"
#include "ber.h"
#include "diversion.h"
#include "referral_qsig.h"
#include <algorithm>
#include <array>

namespace callbox::hal::pri {

namespace {

using namespace ber;

constexpr std::uint8_t invoke = 0xA1, result = 0xA2, error = 0xA3, reject = 0xA4;
constexpr std::uint8_t q931Elements = 0x40; // [APPLICATION 0]
constexpr std::uint8_t contextNumber = 0x80;
constexpr int rerouteingOperation = 14;
constexpr unsigned notAvailable = 3;
constexpr unsigned rltReason = 0; // not used by the switch
constexpr unsigned cfu = 1, cfb = 2, cfnr = 3, deflectionImmediate = 5;

// {itu-t identified-organization etsi(0) 369 operations-and-errors(1)}, then the operation
constexpr std::array<std::uint8_t, 5> ectObject{0x04, 0x00, 0x82, 0x71, 0x01};
constexpr std::uint8_t explicitEct = 1, linkIdRequest = 4;
// {iso member-body usa(840) ansi-t1(10005) operations(0)}, then the operation
constexpr std::array<std::uint8_t, 6> ni2Object{0x2A, 0x86, 0x48, 0xCE, 0x15, 0x00};
constexpr std::uint8_t initiate = 8;

template <std::size_t n> OctetBuffer objectOf(const std::array<std::uint8_t, n>& prefix, std::uint8_t last)
{
    OctetBuffer value(prefix.begin(), prefix.end());
    value.push_back(last);
    return wrap(objectId, {value});
}

template <std::size_t n> bool under(Octets value, const std::array<std::uint8_t, n>& prefix)
{
    return value.size() == n + 1 && std::equal(prefix.begin(), prefix.end(), value.begin());
}

Operation operationOf(const std::optional<Tlv>& t, FacilityDialect dialect)
{
    if (!t)
        return Operation::other;
    if (dialect == FacilityDialect::qsig) {
        const auto local = ber::number(t);
        return local ? qsig::operationOf(*local) : Operation::other;
    }
    if (t->tag == objectId) {
        if (under(t->value, ectObject))
            return t->value.back() == linkIdRequest ? Operation::ectLinkIdRequest
                   : t->value.back() == explicitEct ? Operation::explicitEctExecute
                                                    : Operation::other;
        if (under(t->value, ni2Object) && t->value.back() == initiate)
            return Operation::initiateTransfer;
        return Operation::other;
    }
    const auto local = ber::number(t);
    if (dialect == FacilityDialect::rlt)
        return local == 1 ? Operation::rltOperation : local == 2 ? Operation::rltThirdParty : Operation::other;
    return local == rerouteingOperation ? Operation::callRerouteing : Operation::other;
}

OctetBuffer writeOperation(Operation o, FacilityDialect dialect)
{
    if (dialect == FacilityDialect::qsig)
        return ber::writeNumber(qsig::numberOf(o).value_or(0));
    switch (o) {
    case Operation::ectLinkIdRequest:
        return objectOf(ectObject, linkIdRequest);
    case Operation::explicitEctExecute:
        return objectOf(ectObject, explicitEct);
    case Operation::initiateTransfer:
        return objectOf(ni2Object, initiate);
    case Operation::rltOperation:
        return writeSmall(integer, 1);
    case Operation::rltThirdParty:
        return writeSmall(integer, 2);
    case Operation::callRerouteing:
        return writeSmall(integer, unsigned(rerouteingOperation));
    default:
        break;
    }
    return writeSmall(integer, 0);
}

// An INTEGER under its own tag or, in RLT, under [n].
std::optional<int> numberUnder(const std::optional<Tlv>& t, std::uint8_t tag)
{
    if (!t || t->tag != tag)
        return {};
    return ber::number(Tlv{integer, t->value});
}

OctetBuffer retagged(OctetBuffer tlv, std::uint8_t tag)
{
    tlv[0] = tag;
    return tlv;
}

DiversionReason reasonOf(unsigned code)
{
    return code == cfu    ? DiversionReason::unconditional
           : code == cfb  ? DiversionReason::busy
           : code == cfnr ? DiversionReason::noReply
                          : DiversionReason::deflection;
}

unsigned codeOf(DiversionReason r)
{
    return r == DiversionReason::unconditional ? cfu
           : r == DiversionReason::busy        ? cfb
           : r == DiversionReason::noReply     ? cfnr
                                               : deflectionImmediate;
}

// CallRerouteing ::= SEQUENCE { rerouteingReason, calledAddress Address, rerouteingCounter INTEGER, q931InfoElement,
// lastRerouteingNr [1] PresentedNumberUnscreened, ... }; Address ::= SEQUENCE { PartyNumber, PartySubaddress OPTIONAL }
bool readRerouteing(const std::optional<Tlv>& argument, Component& c)
{
    if (!argument || argument->tag != sequence)
        return false;
    Octets inside = argument->value;
    const auto reason = small(take(inside), enumerated);
    const auto address = take(inside);
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
    // The bearer of every call here; the network has that of the call.
    const OctetBuffer bearer{ie::bearer, 3, 0x80, 0x90, 0xA3};
    return wrap(sequence, {writeSmall(enumerated, codeOf(c.reason)), wrap(sequence, {writeParty(*c.to)}),
                           writeSmall(integer, c.diversions), wrap(q931Elements, {bearer}),
                           wrap(context(1), {wrap(0x82, {})})}); // last diverting number: as the network knows us
}

bool readArgument(Octets rest, Component& c)
{
    if (rest.empty())
        return c.operation == Operation::ectLinkIdRequest || c.operation == Operation::rltOperation;
    const auto argument = take(rest);
    switch (c.operation) {
    case Operation::explicitEctExecute:
        c.number = ber::number(argument);
        return c.number.has_value();
    case Operation::initiateTransfer:
    case Operation::rltThirdParty: {
        if (!argument || argument->tag != sequence)
            return false;
        Octets inside = argument->value;
        c.number = numberUnder(take(inside), c.operation == Operation::initiateTransfer ? integer : contextNumber);
        return c.number.has_value();
    }
    case Operation::callRerouteing:
        return readRerouteing(argument, c);
    default:
        return true;
    }
}

std::optional<Component> readInvoke(Octets inside, FacilityDialect dialect)
{
    Component c;
    const auto id = ber::number(take(inside));
    auto operation = take(inside);
    if (operation && operation->tag == contextNumber) // the linked id, which stands before it
        operation = take(inside);
    c.operation = operationOf(operation, dialect);
    if (!id || c.operation == Operation::other ||
        !(dialect == FacilityDialect::qsig ? qsig::readArgument(inside, c) : readArgument(inside, c)))
        return {};
    c.invokeId = *id;
    return c;
}

std::optional<Component> readAnswer(std::uint8_t tag, Octets inside, FacilityDialect dialect)
{
    Component c;
    const auto id = ber::number(take(inside));
    if (!id)
        return {};
    c.invokeId = *id;
    c.kind = tag == result ? Component::Kind::result : tag == error ? Component::Kind::error : Component::Kind::reject;
    const auto values = tag == result ? take(inside) : std::nullopt;
    if (values && values->tag == sequence) {
        Octets rest = values->value;
        c.operation = operationOf(take(rest), dialect);
        if (dialect == FacilityDialect::qsig)
            qsig::readResult(rest, c);
        else
            c.number =
                dialect == FacilityDialect::rlt ? numberUnder(take(rest), contextNumber) : ber::number(take(rest));
    }
    return c;
}

OctetBuffer argumentOf(const Component& c)
{
    switch (c.operation) {
    case Operation::explicitEctExecute:
        return ber::writeNumber(c.number.value_or(0));
    case Operation::initiateTransfer:
        return wrap(sequence, {ber::writeNumber(c.number.value_or(0))});
    case Operation::rltThirdParty:
        return wrap(sequence, {retagged(ber::writeNumber(c.number.value_or(0)), contextNumber),
                               writeSmall(contextNumber | 1, rltReason)});
    case Operation::callRerouteing:
        return writeRerouteing(c);
    default:
        return {};
    }
}

OctetBuffer valuesOf(const Component& c, FacilityDialect dialect)
{
    if (dialect == FacilityDialect::qsig)
        return wrap(sequence, {writeOperation(c.operation, dialect), qsig::writeResult(c)});
    if (!c.number)
        return {};
    OctetBuffer value = ber::writeNumber(*c.number);
    if (c.operation == Operation::rltOperation)
        value = retagged(std::move(value), contextNumber);
    return wrap(sequence, {writeOperation(c.operation, dialect), value});
}

OctetBuffer componentOf(const Component& c, FacilityDialect dialect)
{
    const OctetBuffer id = ber::writeNumber(c.invokeId);
    switch (c.kind) {
    case Component::Kind::invoke:
        return wrap(invoke, {id, writeOperation(c.operation, dialect),
                             dialect == FacilityDialect::qsig ? qsig::writeArgument(c) : argumentOf(c)});
    case Component::Kind::result:
        return wrap(result, {id, valuesOf(c, dialect)});
    case Component::Kind::error:
        return wrap(error, {id, writeSmall(integer, notAvailable)});
    case Component::Kind::reject:
        return wrap(reject, {id, writeSmall(contextNumber, 0)});
    }
    return {};
}

} // namespace

std::optional<Component> readComponent(Octets content, FacilityDialect dialect)
{
    // The protocol profile and, in RLT, a service identifier: up to the octet with the extension bit.
    while (!content.empty() && !(content[0] & 0x80))
        content = content.subspan(1);
    if (content.empty())
        return {};
    Octets rest = content.subspan(1);
    while (!rest.empty()) {
        const auto component = take(rest);
        if (!component)
            return {};
        std::optional<Component> c;
        if (component->tag == invoke)
            c = readInvoke(component->value, dialect);
        else if (component->tag == result || component->tag == error || component->tag == reject)
            c = readAnswer(component->tag, component->value, dialect);
        if (c)
            return c;
    }
    return {};
}

OctetBuffer writeComponent(const Component& c, FacilityDialect dialect)
{
    const Unknown unknown = c.kind == Component::Kind::invoke ? qsig::ifUnknown(c.operation)
                                                              : Unknown::reject; // of an answer nothing is said
    return wrap(ie::facility, {facilityHead(dialect, unknown), componentOf(c, dialect)});
}

OctetBuffer writeFacility(Octets frame, const Message& m, const OctetBuffer& element)
{
    OctetBuffer out(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
    out.back() = static_cast<std::uint8_t>(MessageType::facility);
    out.insert(out.end(), element.begin(), element.end());
    return out;
}

} // namespace callbox::hal::pri
