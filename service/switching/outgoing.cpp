// SPDX-License-Identifier: GPL-2.0-or-later
// A box's call to the outside: only where the installation allows it, with a number of the installation shown, and
// never with the last trunk channels (design 9.6). A box cannot make us call anywhere else; the link numbers that our
// configuration gives it, which come back to it, it may call to test itself.
#include "switching/causes.h"
#include "switching/here.h"
#include <algorithm>

namespace callbox::switching {

namespace {

constexpr Duration exchangeAnswers = 8s; // T303 twice (EN 300 403-1 table 9)
constexpr Duration lineDials = 60s;      // an analog line: dial tone, then sixteen digits by pulses

} // namespace

std::vector<lines::Line*> Switch::trunksByIdle() const
{
    std::vector<lines::Line*> out;
    for (lines::Line* trunk : lines_.used(lines::Use::trunk))
        if (trunk->trunk().status().usable)
            out.push_back(trunk);
    std::stable_sort(out.begin(), out.end(), [](const lines::Line* a, const lines::Line* b) {
        return a->trunk().status().idle > b->trunk().status().idle;
    });
    return out;
}

Decision Switch::decideOutgoing(const CallFacts& facts, const std::string& box) const
{
    Decision d;
    const bool comesBack = boxes_.owns(box, facts.to); // and takes a second channel
    const bool allowed = contains(config_.allow, facts.to) || comesBack;
    const std::vector<lines::Line*> trunks = trunksByIdle();
    unsigned idle = 0;
    for (const lines::Line* t : trunks)
        idle += t->trunk().status().idle;
    if (facts.to.empty()) {
        d.policy = "the called number is missing or is none";
        d.refusal = hal::Cause::invalidNumberFormat;
    } else if (!allowed) {
        d.policy = "the called number is in no range of [outgoing] allow";
        d.refusal = hal::Cause::outgoingBarred;
    } else if (trunks.empty()) {
        d.policy = "no trunk is usable";
        d.refusal = hal::Cause::networkOutOfOrder;
    } else if (idle <= static_cast<unsigned>(config_.reserve) + (comesBack ? 1U : 0U)) {
        d.policy = "the last " + std::to_string(config_.reserve) + " trunk channels are kept for incoming calls";
        d.refusal = hal::Cause::noChannelAvailable;
    } else {
        d.policy = "the trunk with most idle channels";
        for (const lines::Line* t : trunks)
            d.order.push_back(t->name());
    }
    return d;
}

// The number a box shows is an access number or one of its own; anything else would let a box pose as somebody.
PhoneNumber Switch::shownFor(const std::string& box, const PhoneNumber& asked) const
{
    const Numbering n = boxes_.numbering();
    if (std::find(n.access.begin(), n.access.end(), asked) != n.access.end())
        return asked;
    if (const auto pools = n.linkPools.find(box); pools != n.linkPools.end())
        for (const NumberRange& r : pools->second)
            if (!asked.empty() && r.contains(asked))
                return asked;
    return n.access.empty() ? PhoneNumber() : n.access.front();
}

hal::CallSetup Switch::outgoingSetup(const hal::CallSetup& asked, const CallFacts& facts,
                                     const hal::DialPlan& plan) const
{
    hal::CallSetup s;
    s.bearer = asked.bearer;
    s.called = hal::fromE164(facts.to, plan);
    if (!facts.from.empty()) {
        s.calling = hal::fromE164(facts.from, plan);
        s.calling.presentation = asked.calling.presentation;
        s.calling.screening = hal::Screening::userPassed;
    }
    return s;
}

Task<> Switch::fromTie(lines::Line& line, std::unique_ptr<hal::Call> call)
{
    Carried c(edges_.loop, std::move(call));
    const Here here(*this, c);
    const lines::CallTable::Entry entry = calls_.add(c.from(), "outgoing", line.settings().plan);
    const std::string box = boxes_.boxOf(line);
    DecisionRecord r;
    r.call = factsOf(c.from(), line.settings().plan);
    r.call.from = shownFor(box, hal::toE164(c.from().setup().calling, line.settings().plan));
    r.at = edges_.loop.wallNow();
    r.outgoing = true;
    r.decision = decideOutgoing(r.call, box);
    edges_.log.info("outgoing call",
                    {{"call", r.call.call}, {"box", box}, {"to", r.call.to}, {"policy", r.decision.policy}});
    const hal::Cause refusal = r.decision.refusal;
    const CallFacts facts = r.call;
    const std::uint64_t record = records_.add(std::move(r));
    if (refusal != hal::Cause::none) {
        co_await refuse(c, refusal, false);
    } else {
        const Tried tried = co_await tryTrunks(c, record, facts);
        if (tried.outcome == Outcome::through)
            co_await c.untilEnd();
        else if (tried.outcome != Outcome::callerGone)
            co_await refuse(c, tried.cause, false);
    }
    co_await c.untilReleased();
}

Task<Switch::Tried> Switch::tryTrunks(Carried& c, std::uint64_t record, CallFacts facts)
{
    Tried tried;
    tried.cause = hal::Cause::networkOutOfOrder;
    std::vector<std::string> order;
    for (const lines::Line* t : trunksByIdle())
        order.push_back(t->name());
    for (const std::string& name : order) {
        lines::Line* trunk = lines_.find(name);
        auto placed = trunk->trunk().place(outgoingSetup(c.from().setup(), facts, trunk->settings().plan));
        if (!placed) {
            tried.words = placed.error().what;
            tried.cause =
                placed.error().code == Errc::no_space ? hal::Cause::noChannelAvailable : hal::Cause::networkOutOfOrder;
            note(record, name, tried);
            continue;
        }
        hal::Call& made = **placed;
        lines::CallTable::Entry entry = calls_.add(made, "to the exchange", trunk->settings().plan);
        c.setTo(std::move(*placed), std::move(entry));
        const bool analog = trunk->settings().span.type == hal::SpanType::analog;
        if (analog) // it says nothing before all is dialled: the box's T303 must not run out
            passOn(c.from().proceeding());
        tried = co_await setUp(c, record, name, analog ? lineDials : exchangeAnswers);
        if (tried.outcome == Outcome::through)
            co_return tried;
        note(record, name, tried);
        const bool another = tried.outcome == Outcome::refused && aboutTheTrunk(tried.cause);
        c.dropTo(tried.outcome == Outcome::callerGone ? tried.cause : hal::Cause::recoveryOnTimerExpiry);
        if (!another)
            break;
    }
    co_return tried;
}

} // namespace callbox::switching
