// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/expected_calls.h"

namespace callbox::box {

void ExpectedCalls::dropOld()
{
    std::erase_if(held_, [now = loop_.now()](const auto& h) { return now >= h.second.until; });
}

Result<void> ExpectedCalls::add(const PhoneNumber& number, fleet::ExpectedCall call)
{
    dropOld();
    const auto [it, added] = held_.try_emplace(number, Held{std::move(call), loop_.now() + fleet::expectedFor});
    if (!added)
        return Error{Errc::busy, "the number stands for another call that has not come yet"};
    return {};
}

std::optional<fleet::ExpectedCall> ExpectedCalls::take(const PhoneNumber& called, const PhoneNumber& calling)
{
    dropOld();
    const auto it = held_.find(called);
    if (it == held_.end())
        return {};
    const fleet::ExpectedCall& expected = it->second.call;
    if (!calling.empty() && calling != expected.from && calling != expected.shown)
        return {};
    fleet::ExpectedCall call = std::move(it->second.call);
    held_.erase(it);
    return call;
}

bool ExpectedCalls::holds(const PhoneNumber& number) const
{
    const auto it = held_.find(number);
    return it != held_.end() && loop_.now() < it->second.until;
}

bool isThroughTheSwitch(const fleet::ExpectedCall& expected, const hal::CallSetup& arrived, const hal::DialPlan& plan)
{
    const PhoneNumber calling = hal::toE164(arrived.calling, plan);
    return !calling.empty() && calling == expected.shown && calling != expected.from;
}

hal::CallSetup setupOf(const fleet::ExpectedCall& expected, const hal::CallSetup& arrived, const hal::DialPlan& plan)
{
    hal::CallSetup s;
    s.bearer = arrived.bearer;
    if (!expected.from.empty())
        s.calling = hal::fromE164(expected.from, plan);
    s.calling.presentation = expected.presentation;
    // Whoever hides his number may have dialled ours by himself: then the code is asked for.
    const hal::PartyNumber& by = arrived.calling;
    const bool proven =
        !by.digits.empty() && (by.screening == hal::Screening::network || by.screening == hal::Screening::userPassed);
    s.calling.screening = expected.vouched && proven ? hal::Screening::network : hal::Screening::userNotScreened;
    s.called = hal::fromE164(expected.to, plan);
    if (!expected.redirecting.empty())
        s.redirecting = hal::Diversion{hal::fromE164(expected.redirecting, plan), hal::DiversionReason::unknown};
    if (!expected.original.empty())
        s.original = hal::Diversion{hal::fromE164(expected.original, plan), hal::DiversionReason::unknown};
    return s;
}

} // namespace callbox::box
