// SPDX-License-Identifier: GPL-2.0-or-later
// The exchange between its subscribers: calls from one to another, and calls that a subscriber hands back.
#include "exchange_live.h"
#include <algorithm>

namespace callbox::lab {

namespace {

constexpr Duration longestCall = 2h;
constexpr Duration clearing = 10s; // T305 and T308, one after the other

bool gone(const hal::Call& c)
{
    return c.released() || c.stage() == hal::CallStage::releasing;
}

} // namespace

void Exchange::setNumbers(const hal::Trunk& trunk, std::vector<NumberRange> numbers)
{
    for (const auto& row : trunks_)
        if (row->trunk == &trunk)
            row->numbers = std::move(numbers);
}

bool Exchange::served(const PhoneNumber& to) const
{
    return std::any_of(trunks_.begin(), trunks_.end(), [&](const auto& row) { return contains(row->numbers, to); });
}

// The same caller to another number. `plan`: of the trunk that the call is on.
Result<std::unique_ptr<hal::Call>> Exchange::forward(const hal::Call& call, const hal::DialPlan& plan,
                                                     const PhoneNumber& to,
                                                     std::optional<hal::DiversionReason> diverted, unsigned diversions)
{
    Error why{Errc::gone, "no trunk leads to " + to.e164()};
    for (const Row* row : byIdle(to)) {
        const auto written = [&](const hal::PartyNumber& n) {
            hal::PartyNumber out = n;
            if (const PhoneNumber e164 = hal::toE164(n, plan); !e164.empty()) {
                const hal::PartyNumber local = hal::fromE164(e164, row->plan);
                out.digits = local.digits;
                out.type = local.type;
                out.plan = local.plan;
            }
            return out;
        };
        hal::CallSetup s = call.setup();
        s.calling = written(s.calling);
        if (diverted)
            s.redirecting = hal::Diversion{s.called, *diverted};
        if (s.redirecting)
            s.redirecting->number = written(s.redirecting->number);
        if (s.original)
            s.original->number = written(s.original->number);
        if (diverted)
            s.diversions = std::max(s.diversions + 1, diversions);
        s.called = hal::fromE164(to, row->plan);
        s.form = row->form;
        auto placed = row->trunk->place(s);
        if (placed)
            return placed;
        why = placed.error();
    }
    return why;
}

Task<> Exchange::transit(Row& from, std::unique_ptr<hal::Call> in, PhoneNumber to)
{
    Transit t(*this, edges_.loop, *in);
    const Live live(*this, *in);
    auto placed = forward(*in, from.plan, to, {}, 0);
    if (!placed) {
        edges_.log.info("a call to another subscriber was not placed", {{"to", to}, {"error", placed.error()}});
        in->hangup(placed.error().code == Errc::no_space ? hal::Cause::noChannelAvailable
                                                         : hal::Cause::networkOutOfOrder);
        co_await in->ended();
        co_return;
    }
    t.out = std::move(*placed);
    const Live other(*this, *t.out);
    for (hal::Call* c : {in.get(), t.out.get()})
        c->setObserver([&t](hal::CallStage) { t.stages.push(true); });
    if (auto join = hal::Join::make(*in, *t.out))
        t.join = std::move(*join);
    hal::CallStage passed = hal::CallStage::placed;
    const TimePoint until = edges_.loop.now() + longestCall;
    while (!gone(*in) && !gone(*t.out) && edges_.loop.now() < until) {
        const hal::CallStage stage = t.out->stage();
        if (stage != std::exchange(passed, stage)) {
            Result<void> told;
            if (stage == hal::CallStage::connected)
                told = co_await check(in->answer());
            else
                told = stage == hal::CallStage::alerting ? in->alerting() : in->proceeding();
            if (!told)
                edges_.log.debug("not told to the calling subscriber", {{"call", in->id()}, {"why", told.error()}});
            continue;
        }
        co_await t.stages.next(1h);
    }
    const hal::Cause cause = gone(*in) ? in->cause() : t.out->cause();
    t.join.reset();
    in->hangup(cause == hal::Cause::none ? hal::Cause::normalClearing : cause);
    t.out->hangup(cause == hal::Cause::none ? hal::Cause::normalClearing : cause);
    const TimePoint cleared = edges_.loop.now() + clearing;
    while (!(in->released() && t.out->released()) && edges_.loop.now() < cleared)
        co_await t.stages.next(1s);
    in->setObserver({});
    t.out->setObserver({});
}

// ---- calls that a subscriber hands back

hal::Call* Exchange::callerOf(const std::string& call) const
{
    const bool between = std::any_of(transits_.begin(), transits_.end(),
                                     [&](const Transit* t) { return t->out && t->out->id() == call; });
    const auto it = std::find_if(live_.begin(), live_.end(), [&](const Live* l) {
        return l->call.id() == call && !l->call.identity().incoming && !gone(l->call);
    });
    return between || it == live_.end() ? nullptr : &(*it)->call;
}

void Exchange::refer(Row& row, const hal::ReferralRequest& request)
{
    if (referrals_ == Referrals::silent)
        return;
    const bool taken = request.to ? referrals_ == Referrals::yes && deflect(row, request)
                                  : referrals_ != Referrals::no && transfer(request);
    edges_.log.info("a subscriber hands a call back", {{"call", request.call}, {"taken", taken}});
    if (!taken)
        request.answer(false);
}

bool Exchange::deflect(Row& row, const hal::ReferralRequest& request)
{
    hal::Call* caller = callerOf(request.call);
    const PhoneNumber to = hal::toE164(*request.to, row.plan);
    if (!caller || !served(to))
        return false;
    auto placed = forward(*caller, row.plan, to, request.reason, request.diversions);
    if (!placed || (*placed)->law() != caller->law())
        return false;
    request.answer(true); // before the clearing
    return caller->moveTo(**placed, hal::Cause::normalClearing).has_value();
}

bool Exchange::transfer(const hal::ReferralRequest& request)
{
    for (const auto& [one, other] : {std::pair(request.call, request.other), std::pair(request.other, request.call)}) {
        hal::Call* caller = callerOf(one);
        const auto it = std::find_if(transits_.begin(), transits_.end(),
                                     [&, &id = other](const Transit* t) { return t->in.id() == id; });
        if (!caller || it == transits_.end() || !(*it)->out || (*it)->out->law() != caller->law() ||
            (*it)->out->stage() != hal::CallStage::connected || caller->stage() != hal::CallStage::connected)
            continue;
        request.answer(true);
        (*it)->join.reset();
        const bool moved = caller->moveTo(*(*it)->out, hal::Cause::normalClearing).has_value();
        (*it)->stages.push(true); // the subscriber's other leg is cleared
        return moved;
    }
    return false;
}

} // namespace callbox::lab
