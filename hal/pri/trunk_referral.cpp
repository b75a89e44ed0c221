// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of a PRI trunk that go back to the network: what we ask of it as a user, what we answer as a network.
#include "trunk_impl.h"

namespace callbox::hal::pri {

namespace {

// DMS-100 takes the invoke id for the operation.
constexpr int rltOperationId = 1;
constexpr int rltThirdPartyId = 2;
constexpr int greatestInvokeId = 127;

// The first of two steps: the network's name for one call, by which the other is transferred to it.
bool asksForName(Operation o)
{
    return o == Operation::ectLinkIdRequest || o == Operation::callTransferIdentify;
}

// What the SETUP says, or what its numbers do: only a Facility tells how many.
unsigned diversionsOf(const CallSetup& s)
{
    return s.diversions ? s.diversions : s.original ? 2 : s.redirecting ? 1 : 0;
}

} // namespace

FacilityDialect PriTrunk::dialect() const
{
    return config_.switchType == PriSwitchType::qsig        ? FacilityDialect::qsig
           : config_.profile->transfer == TransferKind::rlt ? FacilityDialect::rlt
                                                            : FacilityDialect::etsi;
}

int PriTrunk::nextInvokeId()
{
    invokeId_ = invokeId_ % greatestInvokeId + 1;
    return invokeId_;
}

void PriTrunk::sendComponent(Record& r, const Component& c)
{
    r.informations.push_back(writeComponent(c, dialect()));
    controller_->information(r.call);
}

// ---- as a user

Result<void> PriTrunk::deflect(Record& r, const PartyNumber& to, DiversionReason reason)
{
    if (config_.profile->deflection == DeflectionKind::none || (config_.role == PriRole::network && !equals()))
        return Error{Errc::unsupported,
                     "span " + name() + ": profile " + std::string(config_.profile->name) + " knows no deflection"};
    if (!r.incoming || r.answered)
        return Error{Errc::invalid, "call " + r.id + ": only an incoming call that is not answered yet is deflected"};
    if (to.digits.empty() || to.digits.size() > mostDigits)
        return Error{Errc::invalid,
                     "call " + r.id + ": a number of 1 to " + std::to_string(mostDigits) + " digits to deflect it to"};
    const unsigned diversions = diversionsOf(r.setup) + 1;
    if (diversions > mostDiversions)
        return Error{Errc::invalid, "call " + r.id + ": it has been diverted " + std::to_string(mostDiversions) +
                                        " times already, the most that a network allows"};
    if (!std::exchange(r.responded, true)) // EN 300 207-1 9.2.4.1: not in the state call present
        controller_->proceeding(r.call, *r.slot);
    r.asked = Record::Asked{Operation::callRerouteing, nextInvokeId(), {}};
    sendComponent(r, {.invokeId = r.asked->invokeId,
                      .operation = Operation::callRerouteing,
                      .to = to,
                      .reason = reason,
                      .diversions = diversions,
                      .calling = r.setup.calling,
                      .diverting = r.setup.called,
                      .original = r.setup.original ? r.setup.original : r.setup.redirecting});
    sayAsked(r);
    return {};
}

Result<void> PriTrunk::transfer(Record& r, Record& other)
{
    const TransferKind kind =
        config_.role == PriRole::network && !equals() ? TransferKind::none : config_.profile->transfer;
    if (kind == TransferKind::none)
        return Error{Errc::unsupported,
                     "span " + name() + ": profile " + std::string(config_.profile->name) + " knows no transfer"};
    r.asked.reset(); // an earlier request that nobody has answered: a late answer to it says nothing of this one
    other.asked.reset();
    if (kind == TransferKind::qsigJoin) {
        transferByJoin(r, other);
        return {};
    }
    Record* on = &r;
    Component c{.invokeId = nextInvokeId()};
    if (kind == TransferKind::ect) {
        c.operation = Operation::ectLinkIdRequest;
    } else if (kind == TransferKind::qsigRerouteing) {
        c.operation = Operation::callTransferIdentify;
    } else if (kind == TransferKind::tbct) { // the other call as our messages name it
        c.operation = Operation::initiateTransfer;
        c.number = static_cast<int>(other.reference | (other.fromDestination ? flagBit : 0));
    } else {
        if (!r.rltCallId && !other.rltCallId)
            return Error{Errc::unsupported, "call " + r.id + ": the network has given no RLT call id for either call"};
        on = other.rltCallId ? &r : &other;
        c.operation = Operation::rltThirdParty;
        c.invokeId = rltThirdPartyId;
        c.number = other.rltCallId ? other.rltCallId : r.rltCallId;
    }
    on->asked = Record::Asked{c.operation, c.invokeId, (on == &r ? other : r).shared_from_this()};
    sendComponent(*on, c);
    if (!asksForName(c.operation))
        sayAsked(r);
    return {};
}

// From here on a clearing may be what was asked for.
void PriTrunk::sayAsked(Record& r)
{
    edges_.loop.post([kept = r.shared_from_this()] {
        if (kept->events)
            kept->events->onReferral({ReferralNews::asked});
    });
}

void PriTrunk::onAnswer(Record& r, const Component& c)
{
    const auto asked = std::exchange(r.asked, {});
    const auto other = asked->other.lock();
    const bool refused = c.kind != Component::Kind::result;
    const bool otherLives = !r.clearing && other && other->call && !other->clearing;
    if (asksForName(asked->operation) && !refused && (c.number || c.to) && otherLives) {
        const bool ect = asked->operation == Operation::ectLinkIdRequest;
        Component execute{.invokeId = nextInvokeId(),
                          .operation = ect ? Operation::explicitEctExecute : Operation::callTransferInitiate,
                          .number = c.number,
                          .to = c.to,
                          .identity = c.identity};
        other->asked = Record::Asked{execute.operation, execute.invokeId, r.shared_from_this()};
        sendComponent(*other, execute);
        if (r.events)
            r.events->onReferral({ReferralNews::asked});
        return;
    }
    const bool first = asked->operation == Operation::callTransferIdentify;
    if ((first || asked->operation == Operation::callTransferInitiate) && refused && otherLives) {
        if (!first) // the exchange that has told its identity waits for a call to it
            sendComponent(*other, {.invokeId = nextInvokeId(), .operation = Operation::callTransferAbandon});
        transferByJoin(r, *other); // as ECMA-178 has it for an exchange that does not do the other way
        return;
    }
    const bool nameLost = asksForName(asked->operation); // none, or the other call has gone
    if (r.events)
        r.events->onReferral({refused || nameLost ? ReferralNews::refused : ReferralNews::accepted});
}

// ---- as a network

void PriTrunk::answerReferral(const std::weak_ptr<Record>& record, const Component& asked, bool accept)
{
    const auto r = record.lock();
    if (!r || !r->trunk || !r->call || r->clearing)
        return;
    if (accept && asked.operation == Operation::pathReplacePropose)
        return; // the new path is the answer (ECMA-176)
    r->trunk->sendComponent(*r, {.kind = accept ? Component::Kind::result : Component::Kind::error,
                                 .invokeId = asked.invokeId,
                                 .operation = asked.operation});
}

Record* PriTrunk::meant(const Component& c)
{
    if (!c.identity.empty()) {
        // An identity is its exchange's: what another exchange told, of another number, is not ours.
        const auto named = those(
            [&](const Record& r) { return r.identity == c.identity && c.to && c.to->digits == r.ourEnd().digits; });
        return named.size() == 1 ? named.front().get() : nullptr;
    }
    // 16 bits, which some write as a negative number.
    const unsigned number = static_cast<unsigned>(c.number.value_or(0)) & 0xFFFF;
    const auto only = [&](const std::function<bool(const Record&)>& of) {
        const auto found = those([&](const Record& r) { return r.reference == (number & ~flagBit) && of(r); });
        return found.size() == 1 ? found.front().get() : nullptr;
    };
    if (c.operation == Operation::explicitEctExecute)
        return only([](const Record& r) { return r.linkGiven; });
    if (c.operation == Operation::rltThirdParty)
        return only([](const Record& r) { return r.rltAsked; });
    // As the user's messages name it: flag 0 when the user has set it up.
    const bool userSetItUp = (number & flagBit) == 0;
    return only([userSetItUp](const Record& r) { return r.incoming == userSetItUp; });
}

void PriTrunk::onAsked(Record& r, const Component& c)
{
    if (c.operation == Operation::ectLinkIdRequest) {
        r.linkGiven = true;
        sendComponent(r, {.kind = Component::Kind::result,
                          .invokeId = c.invokeId,
                          .operation = c.operation,
                          .number = int(r.reference)});
        return;
    }
    if (c.operation == Operation::rltOperation) {
        r.rltAsked = true;
        if (r.answered)
            tellRltCallId(r);
        return;
    }
    if (c.operation == Operation::callTransferIdentify)
        return tellIdentity(r, c);
    if (c.operation == Operation::callTransferAbandon)
        return r.identity.clear();
    if (c.operation == Operation::callTransferComplete) {
        if (!c.secondaryEnd) // else the other call's end proposes
            proposePath(r);
        return;
    }
    ReferralRequest request;
    request.call = r.id;
    if (c.operation == Operation::callRerouteing)
        request.to = c.to;
    request.reason = c.reason;
    request.diversions = c.diversions;
    const Record* other = c.operation == Operation::callRerouteing ? nullptr : meant(c);
    if (other)
        request.other = other->id;
    request.answer = [record = r.weak_from_this(), c](bool accept) { answerReferral(record, c, accept); };
    const bool tooOften = request.to && c.diversions > mostDiversions;
    if (!referrals_ || tooOften || (!request.to && (!other || other == &r))) {
        request.answer(false);
        return;
    }
    edges_.loop.post([this, alive = std::weak_ptr<bool>(alive_), request = std::move(request)] {
        if (alive.lock() && referrals_)
            referrals_(request);
    });
}

// RLT: with the answer, when there is something to transfer.
void PriTrunk::tellRltCallId(Record& r)
{
    sendComponent(r, {.kind = Component::Kind::result,
                      .invokeId = rltOperationId,
                      .operation = Operation::rltOperation,
                      .number = int(r.reference)});
}

// True: it was ours, and libpri, which would refuse it, need not see it.
bool PriTrunk::onFacility(Record& r, const Message& m, Octets frame)
{
    for (const Element& e : parseElements(frame, m.elements)) {
        if (e.id != ie::facility)
            continue;
        const auto c = readComponent(e.content, dialect());
        if (c && onComponent(r, *c, e))
            return true;
    }
    return false;
}

bool PriTrunk::onComponent(Record& r, const Component& c, const Element& e)
{
    if (passOn(r, c, e))
        return true;
    if (c.kind == Component::Kind::invoke) {
        if ((config_.role != PriRole::network && !equals()) || r.clearing)
            return false;
        onAsked(r, c);
        return true;
    }
    if (dialect() == FacilityDialect::rlt && c.kind == Component::Kind::result && c.invokeId == rltOperationId &&
        c.number) {
        r.rltCallId = c.number;
        return true;
    }
    if (!r.asked || r.asked->invokeId != c.invokeId)
        return false;
    onAnswer(r, c);
    return true;
}

} // namespace callbox::hal::pri
