// SPDX-License-Identifier: GPL-2.0-or-later
// QSIG: transfer by join (ECMA-178) and the path replacement that may follow it (ECMA-176). The calls stay joined
// here; an end that would have a shorter path proposes it to the other end, through us, and clears both calls when it
// has it. And the other side of that: an exchange whose calls are told to be one.
#include "trunk_impl.h"
#include <fmt/format.h>

namespace callbox::hal::pri {

namespace {

constexpr unsigned identities = 10'000; // of 4 digits

OctetBuffer written(const Element& e)
{
    OctetBuffer out{e.id, static_cast<std::uint8_t>(e.content.size())};
    out.insert(out.end(), e.content.begin(), e.content.end());
    return out;
}

} // namespace

std::string PriTrunk::nextIdentity()
{
    identities_ = (identities_ + 1) % identities;
    return fmt::format("{:04}", identities_);
}

// ---- we join

void PriTrunk::transferByJoin(Record& r, Record& other)
{
    for (const auto& [leg, far, secondary] : {std::tuple(&r, &other, false), std::tuple(&other, &r, true)}) {
        leg->asked.reset();
        leg->proposed.reset();
        leg->joinedTo = far->weak_from_this();
        sendComponent(
            *leg,
            {.invokeId = nextInvokeId(), .operation = Operation::callTransferComplete, .secondaryEnd = secondary});
    }
    sayAsked(r);
}

// What one end of joined calls says to the other about their path goes through as it came.
bool PriTrunk::passOn(Record& r, const Component& c, const Element& e)
{
    const auto send = [this, &e](Record& to) {
        to.informations.push_back(written(e));
        controller_->information(to.call);
    };
    if (c.kind == Component::Kind::invoke) {
        const auto to = r.joinedTo.lock();
        if (c.operation != Operation::pathReplacePropose || !to || !to->call || to->clearing)
            return false;
        to->proposed = Record::Proposed{c.invokeId, r.weak_from_this()};
        send(*to);
        return true;
    }
    if (!r.proposed || r.proposed->invokeId != c.invokeId)
        return false;
    const auto by = std::exchange(r.proposed, {})->by.lock();
    if (by && by->call && !by->clearing)
        send(*by);
    if (c.kind != Component::Kind::result && r.events)
        r.events->onReferral({ReferralNews::refused});
    return true;
}

// ---- the other side joins

void PriTrunk::tellIdentity(Record& r, const Component& asked)
{
    Component c{.kind = Component::Kind::error, .invokeId = asked.invokeId};
    // Without anybody who would join the calls a new one with this identity would be a caller like any other.
    const PartyNumber& here = r.ourEnd();
    if (referrals_ && config_.profile->transfer == TransferKind::qsigRerouteing && !here.digits.empty()) {
        r.identity = nextIdentity();
        c.kind = Component::Kind::result;
        c.operation = asked.operation;
        c.to = here;
        c.identity = r.identity;
    }
    sendComponent(r, c);
}

void PriTrunk::proposePath(Record& r)
{
    const PartyNumber& here = r.ourEnd();
    if (!referrals_ || here.digits.empty())
        return;
    r.identity = nextIdentity();
    sendComponent(
        r,
        {.invokeId = nextInvokeId(), .operation = Operation::pathReplacePropose, .to = here, .identity = r.identity});
}

} // namespace callbox::hal::pri
