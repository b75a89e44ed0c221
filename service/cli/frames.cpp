// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/frames.h"
#include <callbox/hal/decode.h>
#include <ostream>

namespace callbox::cli {

namespace {

bool wasSent(const hal::CapturedFrame& f)
{
    return f.traced.direction == hal::Direction::sent;
}

hal::DecodedFrame decoded(const hal::CapturedFrame& f)
{
    hal::DecodedFrame d = hal::decodeFrame(f.traced.frame, wasSent(f) == f.networkSide);
    if (f.cut)
        d.damage.insert(d.damage.begin(), "the capture left out its last " + std::to_string(f.cut) + " octets");
    return d;
}

json messageJson(const hal::DecodedMessage& m)
{
    json elements = json::array();
    for (const hal::DecodedElement& e : m.elements)
        elements.push_back({{"id", e.id}, {"codeset", e.codeset}, {"name", e.name}, {"text", e.text}});
    return {{"protocol", m.protocol},
            {"type", m.type},
            {"call_reference", orNull(m.call)},
            {"from_destination", m.fromDestination},
            {"elements", std::move(elements)}};
}

} // namespace

json frameJson(const hal::CapturedFrame& f)
{
    const hal::DecodedFrame d = decoded(f);
    return {{"at", isoUtc(f.traced.at)},
            {"direction", wasSent(f) ? "sent" : "received"},
            {"layer2",
             {{"kind", d.kind},
              {"sapi", d.sapi},
              {"tei", d.tei},
              {"command", orNull(d.command)},
              {"poll_final", d.pollFinal},
              {"n_s", orNull(d.sendNumber)},
              {"n_r", orNull(d.receiveNumber)}}},
            {"message", d.message ? messageJson(*d.message) : json(nullptr)},
            {"damage", d.damage}};
}

void tellFrame(std::ostream& out, const hal::CapturedFrame& f)
{
    const std::string time = isoUtc(f.traced.at);
    std::string head = time.substr(0, 10) + " " + time.substr(11, 12) + (wasSent(f) ? " > " : " < ");
    for (const std::string& line : hal::linesOf(decoded(f))) {
        out << head << line << '\n';
        head.clear();
    }
}

bool carriesMessage(const hal::CapturedFrame& f)
{
    return hal::decodeFrame(f.traced.frame).message.has_value();
}

} // namespace callbox::cli
