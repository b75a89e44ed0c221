// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/port_kinds.h"

namespace callbox::cli {

namespace {

std::vector<std::optional<hal::PortKind>> bankOf(const hal::CardInfo& info)
{
    std::vector<std::optional<hal::PortKind>> out;
    for (const hal::CardPort& p : info.ports)
        if (p.type == "fxo" || p.type == "fxs")
            out.emplace_back(p.type == "fxo" ? hal::PortKind::fxo : hal::PortKind::fxs);
    return out;
}

} // namespace

Task<> askPortKinds(hal::Cards& cards, std::vector<hal::SpanInfo>& spans)
{
    for (hal::SpanInfo& s : spans) {
        if (s.type != hal::SpanType::analog || !s.ports.empty() || !s.id.starts_with("usb:"))
            continue;
        const Result<std::unique_ptr<hal::Card>> card = cards.open(s.id.substr(0, s.id.rfind('/')));
        if (!card)
            continue;
        const Result<hal::CardInfo> info = co_await check((*card)->info());
        if (info)
            s.ports = bankOf(*info);
    }
}

} // namespace callbox::cli
