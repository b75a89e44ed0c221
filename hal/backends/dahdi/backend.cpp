// SPDX-License-Identifier: GPL-2.0-or-later
#include "dahdi_span.h"
#include "identity.h"
#include <callbox/hal/backend.h>

namespace callbox::hal {

namespace {

constexpr BackendKey keys[] = {
    {"span", "HARDWARE_ID/N or @LOCATION/N", "which span of which card, as `callbox card list` names it"},
};

Result<std::vector<SpanInfo>> probe()
{
    const auto all = dahdi::spans("/sys");
    if (!all)
        return all.error();
    std::vector<SpanInfo> out;
    for (const dahdi::SpanFacts& f : *all)
        out.push_back({"dahdi:" + f.id, f.model, f.type.value_or(SpanType::analog)});
    return out;
}

Result<std::unique_ptr<SpanIo>> open(const Edges& edges, const BackendKeys& given)
{
    const auto span = given.find("span");
    if (span == given.end() || span->second.empty())
        return Error{Errc::invalid, "backend dahdi: span = HARDWARE_ID/N is needed"};
    return dahdi::makeSpan(edges, span->second);
}

} // namespace

const Backend& dahdiBackend();
const Backend& dahdiBackend()
{
    static const Backend backend{"dahdi", "spans of any card that DAHDI drives", keys, &probe, &open};
    return backend;
}

} // namespace callbox::hal
