// SPDX-License-Identifier: GPL-2.0-or-later
#include "switching/decide.h"
#include "lines/begun.h"
#include <algorithm>

namespace callbox::switching {

namespace {

std::vector<std::string> ownersOf(const PhoneNumber& number, const Numbering& numbering)
{
    std::vector<std::string> owners;
    for (const auto& [box, pools] : numbering.linkPools)
        if (std::any_of(pools.begin(), pools.end(), [&](const NumberRange& r) { return r.contains(number); }))
            owners.push_back(box);
    return owners;
}

void judgeAll(std::span<const BoxFacts> facts, const Policy& policy, TimePoint now, Decision& d)
{
    for (const BoxFacts& box : facts)
        d.candidates.push_back(judge(box, d.purpose, policy, now));
}

const Judgement* candidate(const Decision& d, const std::string& box)
{
    for (const Judgement& j : d.candidates)
        if (j.box == box)
            return &j;
    return nullptr;
}

void decideRetrieval(const std::vector<std::string>& owners, Decision& d)
{
    if (owners.size() > 1) {
        d.policy = "the link number is in the pools of " + owners[0] + " and " + owners[1] + ": unroutable";
        d.refusal = hal::Cause::temporaryFailure;
        return;
    }
    const Judgement* owner = candidate(d, owners[0]);
    d.policy = "a link number goes to its owner";
    if (owner && (owner->usable || owner->lastResort)) {
        d.order.push_back(owner->box);
    } else if (owner && owner->full) {
        d.refusal = hal::Cause::noChannelAvailable;
    } else {
        d.policy += ", which is away";
        d.refusal = hal::Cause::destinationOutOfOrder;
        d.announce = true;
    }
}

// Why nobody can take a deposit: the kindest truth. Full boxes only: try again soon. Dead ties: out of order.
hal::Cause depositRefusal(const Decision& d)
{
    if (std::any_of(d.candidates.begin(), d.candidates.end(), [](const Judgement& j) { return j.full; }))
        return hal::Cause::noChannelAvailable;
    const bool tiesDown = std::all_of(d.candidates.begin(), d.candidates.end(), [](const Judgement& j) {
        return std::find(j.why.begin(), j.why.end(), "its tie is down") != j.why.end();
    });
    return tiesDown ? hal::Cause::destinationOutOfOrder : hal::Cause::temporaryFailure;
}

void decideDeposit(Decision& d)
{
    std::vector<const Judgement*> usable;
    for (const Judgement& j : d.candidates)
        if (j.usable)
            usable.push_back(&j);
    std::stable_sort(usable.begin(), usable.end(),
                     [](const Judgement* a, const Judgement* b) { return a->score > b->score; });
    d.policy = "the best box by status";
    for (const Judgement* j : usable)
        d.order.push_back(j->box);
    // Boxes whose status is missing but whose tie works come last: less harm than turning the caller away.
    for (const Judgement& j : d.candidates)
        if (j.lastResort)
            d.order.push_back(j.box);
    if (usable.empty() && !d.order.empty())
        d.policy = "no box is known to be good: the least harm";
    if (d.order.empty()) {
        d.refusal = depositRefusal(d);
        d.policy = "no box can take it";
    }
}

} // namespace

bool numberComplete(const CallFacts& call, const Numbering& numbering)
{
    if (!call.redirecting.empty())
        return true;
    const auto& access = numbering.access;
    const auto longer = [&](const auto& known) { return lines::mayBecome(call.to, known); };
    const bool begins = std::any_of(access.begin(), access.end(), longer) ||
                        std::any_of(numbering.linkPools.begin(), numbering.linkPools.end(), [&](const auto& of) {
                            return std::any_of(of.second.begin(), of.second.end(), longer);
                        });
    return !begins &&
           (std::find(access.begin(), access.end(), call.to) != access.end() || !ownersOf(call.to, numbering).empty());
}

Decision decide(const CallFacts& call, std::span<const BoxFacts> facts, const Numbering& numbering,
                const Policy& policy, TimePoint now)
{
    Decision d;
    const std::vector<std::string> owners = ownersOf(call.to, numbering);
    if (!owners.empty() && call.redirecting.empty()) {
        d.purpose = Purpose::retrieval;
        judgeAll(facts, policy, now, d);
        decideRetrieval(owners, d);
        return d;
    }
    judgeAll(facts, policy, now, d);
    if (call.to.empty() && call.redirecting.empty()) {
        d.policy = "the called number is missing or is none";
        d.refusal = hal::Cause::invalidNumberFormat;
        return d;
    }
    const bool access = std::find(numbering.access.begin(), numbering.access.end(), call.to) != numbering.access.end();
    if (!access && call.redirecting.empty()) {
        d.policy = "neither an access nor a link number";
        d.refusal = hal::Cause::unallocatedNumber;
        return d;
    }
    decideDeposit(d);
    return d;
}

} // namespace callbox::switching
