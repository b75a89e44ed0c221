// SPDX-License-Identifier: GPL-2.0-or-later
#include "switching/judge.h"
#include <algorithm>

namespace callbox::switching {

std::string_view name(Freshness f)
{
    switch (f) {
    case Freshness::fresh:
        return "FRESH";
    case Freshness::stale:
        return "STALE";
    case Freshness::down:
        return "DOWN";
    case Freshness::unknown:
        return "UNKNOWN";
    }
    return "UNKNOWN";
}

Freshness freshness(const BoxFacts& box, const Policy& policy)
{
    if (!box.record)
        return Freshness::unknown;
    if (box.age < policy.freshUntil)
        return Freshness::fresh;
    return box.age <= policy.staleUntil ? Freshness::stale : Freshness::down;
}

unsigned reportsNeeded(const LocalView& local, const Policy& policy)
{
    unsigned needed = policy.goodReports;
    for (unsigned i = policy.flapsFree; i < local.flaps && needed < policy.goodReportsMost; ++i)
        needed *= 2;
    return std::min(needed, policy.goodReportsMost);
}

namespace {

Duration failureHold(const LocalView& local, const Policy& policy)
{
    Duration hold = policy.failureHold;
    for (unsigned i = 1; i < local.failuresInARow && hold < policy.failureHoldMost; ++i)
        hold *= 2;
    return std::min(hold, policy.failureHoldMost);
}

bool movesSamples(const status::StatusRecord& r)
{
    return std::any_of(r.spans.begin(), r.spans.end(),
                       [](const auto& s) { return s.framesMoving && s.dChannel == "up"; });
}

unsigned idleChannels(const status::StatusRecord& r)
{
    unsigned idle = 0;
    for (const auto& s : r.spans)
        if (s.framesMoving && s.dChannel == "up")
            idle += s.idle;
    return idle;
}

bool canNotify(const status::StatusRecord& r)
{
    // Without any modem configured the box tells its recipients by calling them.
    return r.modems.empty() ||
           std::any_of(r.modems.begin(), r.modems.end(), [](const auto& m) { return m.state == "ready"; });
}

// What it says to be down by itself is judged above; a call that failed all the same may have met a bad line, or one
// channel of many.
bool selfTestFailed(const status::StatusRecord& r)
{
    return r.selfTest && r.selfTest->counts && !r.selfTest->passed;
}

std::string firstOf(const std::vector<std::string>& why)
{
    return why.empty() ? "no reason given" : why.front();
}

// What the box says of itself that rules it out; the worse of this and the local view wins.
void judgeRecord(const status::StatusRecord& r, Purpose purpose, Judgement& j)
{
    if (r.mode.state == status::Mode::maintenance)
        j.why.push_back("in maintenance: " + r.mode.why);
    else if (r.mode.state == status::Mode::draining && purpose == Purpose::deposit)
        j.why.push_back("draining: " + r.mode.why);
    if (purpose == Purpose::deposit && !r.canRecord)
        j.why.emplace_back("cannot record");
    if (!movesSamples(r))
        j.why.emplace_back("moves no samples");
    j.degraded = !canNotify(r) || selfTestFailed(r);
}

void judgeLocal(const BoxFacts& box, const Policy& policy, TimePoint now, Judgement& j)
{
    if (!box.local.routeUsable)
        j.why.emplace_back("its tie is down");
    if (box.local.failuresInARow && box.local.lastFailure &&
        now - *box.local.lastFailure < failureHold(box.local, policy))
        j.why.push_back(std::to_string(box.local.failuresInARow) + " set-ups failed in a row");
}

unsigned freeChannels(const BoxFacts& box)
{
    unsigned free = box.local.routeIdle;
    if (box.record) {
        const unsigned told = idleChannels(*box.record);
        free = std::min(free, told > box.local.reserved ? told - box.local.reserved : 0U);
    }
    return free;
}

double rampFactor(const LocalView& local, const Policy& policy, TimePoint now)
{
    if (!local.recovered || policy.rampUp <= Duration::zero())
        return 1.0;
    const double share = double((now - *local.recovered).count()) / double(policy.rampUp.count());
    return std::clamp(share, 0.1, 1.0);
}

} // namespace

Judgement judge(const BoxFacts& box, Purpose purpose, const Policy& policy, TimePoint now)
{
    Judgement j;
    j.box = box.box;
    j.freshness = freshness(box, policy);
    if (j.freshness == Freshness::unknown)
        j.why.emplace_back("never heard");
    else if (j.freshness == Freshness::down)
        j.why.push_back("not heard for " + std::to_string(toMs(box.age)) + " ms");
    if (j.why.empty() && box.local.goodReports && *box.local.goodReports < reportsNeeded(box.local, policy))
        j.why.push_back(
            "back since " + std::to_string(*box.local.goodReports) + " good reports of the " +
            std::to_string(reportsNeeded(box.local, policy)) + " it takes" +
            (box.local.flaps > policy.flapsFree ? ": it went down " + std::to_string(box.local.flaps) + " times" : ""));
    const std::size_t silence = j.why.size();
    if (box.record)
        judgeRecord(*box.record, purpose, j);
    judgeLocal(box, policy, now, j);
    const bool onlySilent = j.why.size() == silence; // nothing against it but that it has not been heard for long

    const unsigned free = freeChannels(box);
    if (onlySilent && free == 0) {
        j.full = true;
        j.why.emplace_back("no idle channel");
    }
    j.usable = j.why.empty();
    j.lastResort = !j.usable && onlySilent && !j.full;
    if (!j.usable)
        return j;
    const double share = double(free) / double(std::max(1U, box.local.routeChannels));
    j.score = double(box.weight) * share * rampFactor(box.local, policy, now);
    if (j.freshness == Freshness::stale) {
        j.score *= 0.5;
        j.why.push_back("last heard " + std::to_string(toMs(box.age)) + " ms ago");
    }
    if (box.record && !canNotify(*box.record)) {
        j.score *= 0.5;
        j.why.emplace_back("cannot notify: no modem is ready");
    }
    if (box.record && selfTestFailed(*box.record)) {
        j.score *= 0.5;
        j.why.push_back("its self test failed: " + firstOf(box.record->selfTest->why));
    }
    return j;
}

} // namespace callbox::switching
