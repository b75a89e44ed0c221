// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/own_call.h"
#include <algorithm>

namespace callbox::box {

namespace {

bool isAccess(const PhoneNumber& n, const BoxConfig& config)
{
    return std::any_of(config.access.begin(), config.access.end(),
                       [&](const AccessNumber& a) { return a.number == n; });
}

// What our own calls show, or a switch shows for us.
bool showsUs(const PhoneNumber& calling, const BoxConfig& config)
{
    return !calling.empty() && (calling == config.number || isAccess(calling, config) || isOwnNumber(calling, config));
}

} // namespace

bool isOwnNumber(const PhoneNumber& n, const BoxConfig& config)
{
    if (n.empty())
        return false;
    if (config.pool.contains(n))
        return true;
    const auto onLine = [&](const lines::SpanSettings& s) {
        return std::any_of(s.analog.lines.begin(), s.analog.lines.end(),
                           [&](const hal::AnalogLine& l) { return l.number == n; });
    };
    const auto& spans = config.lines.spans;
    const bool trunk = std::any_of(spans.begin(), spans.end(),
                                   [](const lines::SpanSettings& s) { return s.use == lines::Use::trunk; });
    return (trunk && (isAccess(n, config) || n == config.number)) || std::any_of(spans.begin(), spans.end(), onLine);
}

Result<void> OwnCall::expect(const PhoneNumber& called, Taker taker)
{
    if (taker_)
        return Error{Errc::busy, "a test call is under way"};
    called_ = called;
    taker_ = std::move(taker);
    anotherCame_ = false;
    return {};
}

void OwnCall::forget()
{
    taker_ = {};
}

bool OwnCall::take(std::unique_ptr<hal::Call>& call, const hal::CallSetup& s, const hal::DialPlan& plan)
{
    if (!holds(hal::toE164(s.called, plan)))
        return false;
    if (s.redirecting || s.original || !showsUs(hal::toE164(s.calling, plan), config_)) {
        anotherCame_ = true;
        return false;
    }
    const Taker taker = std::exchange(taker_, {});
    taker(std::move(call), plan);
    return true;
}

} // namespace callbox::box
