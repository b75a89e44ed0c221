// SPDX-License-Identifier: GPL-2.0-or-later
// What a test call's outcome means, in words. Pure.
#include "box/test_call.h"
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using nlohmann::json;

constexpr double hertzApart = 1;
constexpr double quietMost = -45; // dBm0 on the quiet line; a good one is below -65 (ITU-T G.712)
constexpr double restBelow = 22;  // dB: all else than the tone; G.711's own distortion is 35 dB below it
constexpr double loopLoss = 6;    // a line echoes, but not that loud (ITU-T G.122)

std::string_view whatFor(hal::Cause c)
{
    switch (c) {
    case hal::Cause::unallocatedNumber:
    case hal::Cause::noRouteToDestination:
    case hal::Cause::invalidNumberFormat:
    case hal::Cause::destinationOutOfOrder:
        return "no-route";
    case hal::Cause::userBusy:
        return "busy";
    case hal::Cause::noUserResponding:
    case hal::Cause::noAnswer:
    case hal::Cause::recoveryOnTimerExpiry:
        return "not-answered";
    case hal::Cause::noChannelAvailable:
    case hal::Cause::networkOutOfOrder:
    case hal::Cause::temporaryFailure:
    case hal::Cause::switchCongestion:
    case hal::Cause::requestedChannelUnavailable:
    case hal::Cause::resourceUnavailable:
        return "congestion";
    case hal::Cause::outgoingBarred:
    case hal::Cause::bearerNotAuthorized:
        return "barred";
    default:
        return "refused";
    }
}

std::string inWords(std::string_view what, const PhoneNumber& to)
{
    if (what == "no-route")
        return "the exchange has no way to " + to.e164();
    if (what == "busy")
        return to.e164() + " is busy";
    if (what == "not-answered")
        return to.e164() + " does not answer";
    if (what == "congestion")
        return "the network cannot carry a call to " + to.e164() + " now";
    if (what == "barred")
        return "this line may not call " + to.e164();
    return "the call to " + to.e164() + " was refused";
}

std::string path(const TestPath& p)
{
    return "from " + p.from + " to " + p.to + ": ";
}

double hundredth(double v)
{
    return std::round(v * 100) / 100;
}

json toJson(const TestLeg& l)
{
    if (l.call.empty())
        return nullptr;
    return {{"call", l.call}, {"span", l.span}, {"slot", l.slot ? json(hal::index(*l.slot)) : json(nullptr)}};
}

json toJson(const std::optional<TestPath>& p)
{
    if (!p)
        return nullptr;
    json heard = nullptr;
    if (p->heard)
        heard = {{"hz", hundredth(p->heard->hertz)},
                 {"dbm0", hundredth(p->heard->dbm0)},
                 {"rest_dbm0", hundredth(p->heard->restDbm0)}};
    return {{"from", p->from},
            {"to", p->to},
            {"sent", {{"hz", p->hertz}, {"dbm0", p->dbm0}}},
            {"heard", heard},
            {"quiet_dbm0", hundredth(p->quietDbm0)},
            {"lost_samples", p->lost}};
}

} // namespace

void judgePath(const TestPath& p, double toleranceDb, std::vector<TestFinding>& findings)
{
    if (p.lost > 0)
        findings.push_back({"lost-samples", path(p) + std::to_string(p.lost) + " samples were lost"});
    if (p.quietDbm0 > quietMost)
        findings.push_back({"noise", path(p) + fmt::format("noise of {:.1f} dBm0 on the quiet line, at most {:.0f}",
                                                           p.quietDbm0, quietMost)});
    if (p.ownTone && std::abs(p.ownTone->hertz - p.hertz) <= hertzApart && p.ownTone->dbm0 > p.dbm0 - loopLoss)
        findings.push_back({"loop", fmt::format("what is sent on {} comes back there, at {:.1f} dBm0: a loop", p.from,
                                                p.ownTone->dbm0)});
    if (!p.heard) {
        findings.push_back({"no-tone", path(p) + "no tone arrives"});
        return;
    }
    if (std::abs(p.heard->hertz - p.hertz) > hertzApart) {
        findings.push_back(
            {"frequency", path(p) + fmt::format("{:.1f} Hz arrives, {:.1f} Hz was sent", p.heard->hertz, p.hertz)});
        return; // what is not our tone has no level to be compared
    }
    const double off = p.heard->dbm0 - p.dbm0;
    if (std::abs(off) > toleranceDb)
        findings.push_back(
            {"level", path(p) + fmt::format("the tone arrives {:.1f} dB too {}: {:.1f} dBm0 of {:.1f}", std::abs(off),
                                            off < 0 ? "quiet" : "loud", p.heard->dbm0, p.dbm0)});
    if (p.quietDbm0 <= quietMost && p.heard->restDbm0 > p.heard->dbm0 - restBelow)
        findings.push_back({"noise", path(p) + fmt::format("all else than the tone is only {:.1f} dB below it, "
                                                           "not {:.0f}",
                                                           p.heard->dbm0 - p.heard->restDbm0, restBelow)});
}

TestFinding whyNotThrough(const TestEnd& end, const PhoneNumber& to)
{
    const std::string showed = end.anotherCame ? "; a call to it came in that shows none of this box's numbers" : "";
    if (end.stage == hal::CallStage::connected && !end.cameBack)
        return {"elsewhere", to.e164() + " answered, but the call did not come back to this box" + showed};
    if (end.cause == hal::Cause::none) {
        const std::string so = end.cameBack                              ? " came back and was not put through"
                               : end.stage == hal::CallStage::alerting   ? " rings elsewhere and is not answered"
                               : end.stage == hal::CallStage::proceeding ? " goes nowhere: the exchange has it"
                                                                         : ": the exchange does not answer";
        return {"not-answered", "the call to " + to.e164() + so + showed};
    }
    const std::string cause = fmt::format(": cause {}, {}", static_cast<int>(end.cause), hal::text(end.cause));
    if (end.cameBack)
        return {"cut", "the call to " + to.e164() + " came back and then ended" + cause};
    const std::string_view what = whatFor(end.cause);
    return {std::string(what), inWords(what, to) + cause + showed};
}

json toJson(const TestCallResult& r, const std::string& box)
{
    json findings = json::array();
    for (const TestFinding& f : r.findings)
        findings.push_back({{"what", f.what}, {"text", f.text}});
    return {{"version", 1},
            {"box", box},
            {"at", isoUtc(r.at)},
            {"from", r.from.e164()},
            {"to", r.to.e164()},
            {"passed", r.passed()},
            {"findings", std::move(findings)},
            {"out", toJson(r.out)},
            {"in", toJson(r.in)},
            {"setup_ms", r.setup ? json(toMs(*r.setup)) : json(nullptr)},
            {"cause", r.cause == hal::Cause::none ? json(nullptr) : json(static_cast<int>(r.cause))},
            {"forward", toJson(r.forward)},
            {"back", toJson(r.back)}};
}

} // namespace callbox::box
