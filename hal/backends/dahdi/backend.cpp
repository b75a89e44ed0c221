// SPDX-License-Identifier: GPL-2.0-or-later
#include "dahdi_span.h"
#include "identity.h"
#include <callbox/hal/backend.h>

namespace callbox::hal {

namespace {

constexpr BackendKey keys[] = {
    {"span", "HARDWARE_ID/N or @LOCATION/N", "which span of which card, as `callbox card list` names it"},
    {"clock", clockWords,
     "what it sends by; a trunk by its line, the exchange's clock; empty: as it was set up before"},
    {"echo_canceller", "none, or NAME [TAPS] [on SLOTS]",
     "cancels the echo of its channels while they are in calls, as mg2 128; where there is none recordings are exact"},
};

Result<std::vector<SpanInfo>> probe()
{
    const auto all = dahdi::spans("/sys");
    if (!all)
        return all.error();
    std::vector<SpanInfo> out;
    for (const dahdi::SpanFacts& f : *all) {
        out.push_back({"dahdi:" + f.id, f.model, f.type.value_or(SpanType::analog)});
        if (!f.type)
            out.back().ports = dahdi::portKinds("/sys", f);
    }
    return out;
}

Result<std::unique_ptr<SpanIo>> open(const Edges& edges, const BackendKeys& given)
{
    const auto span = given.find("span");
    if (span == given.end() || span->second.empty())
        return Error{Errc::invalid, "backend dahdi: span = HARDWARE_ID/N is needed"};
    dahdi::SpanKeys of{span->second, {}, {}};
    if (const auto clock = given.find("clock"); clock != given.end() && !clock->second.empty()) {
        of.clock = parseClock(clock->second);
        if (!of.clock)
            return Error{Errc::invalid, "backend dahdi: clock = " + clock->second + ": " + std::string(clockWords)};
    }
    if (const auto echo = given.find("echo_canceller"); echo != given.end()) {
        auto choice = parseEcho(echo->second);
        if (!choice)
            return choice.error().because("backend dahdi");
        of.echo = std::move(*choice);
    }
    return dahdi::makeSpan(edges, std::move(of));
}

} // namespace

const Backend& dahdiBackend();
const Backend& dahdiBackend()
{
    static const Backend backend{"dahdi", "spans of any card that DAHDI drives", keys, &probe, &open};
    return backend;
}

} // namespace callbox::hal
