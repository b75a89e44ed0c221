// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/line_fault.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace callbox::usbip {

namespace {

using Signal = BitPipe::Signal;
using Framing = BitPipe::Framing;

constexpr std::array<std::pair<Fault, std::string_view>, 11> names{{{Fault::los, "los"},
                                                                    {Fault::ais, "ais"},
                                                                    {Fault::lof, "lof"},
                                                                    {Fault::lomf, "lomf"},
                                                                    {Fault::rai, "rai"},
                                                                    {Fault::errors, "errors"},
                                                                    {Fault::slip, "slip"},
                                                                    {Fault::drift, "drift"},
                                                                    {Fault::unplug, "unplug"},
                                                                    {Fault::plug, "plug"},
                                                                    {Fault::ok, "ok"}}};
// Wrong bits so far apart are in different CRC-4 blocks of 2048.
constexpr unsigned blockApart = 3 * 2048;

bool ofTheLine(Fault f)
{
    return f != Fault::drift && f != Fault::unplug && f != Fault::plug;
}

Error wrong(const FaultOrder& o, const std::string& why)
{
    return Error{Errc::invalid, fmt::format("{}: {}", name(o.what), why)};
}

Result<void> checkPort(const VirtualCard& card, const FaultOrder& o, unsigned ports)
{
    if (o.port >= ports)
        return wrong(o, fmt::format("port {}: card {} has ports 0..{}", o.port, card.busId(), ports - 1));
    if (ofTheLine(o.what) && !card.wired(o.port))
        return wrong(o,
                     fmt::format("the line of card {}, port {}, leads nowhere: the cards' lines are plugged into each "
                                 "other in pairs, 1-1 and 1-2, 1-3 and 1-4",
                                 card.busId(), o.port));
    return {};
}

Result<void> checkNumbers(const FaultOrder& o)
{
    if (o.count && o.what != Fault::errors && o.what != Fault::slip)
        return wrong(o, "a count goes with errors and slip only");
    if (o.rate && o.what != Fault::errors)
        return wrong(o, "a rate goes with errors only");
    if (o.ppm.has_value() != (o.what == Fault::drift))
        return wrong(o, o.ppm ? "ppm goes with drift only" : fmt::format("by how many ppm? -{0}..{0}", ppmMax));
    if (o.count && o.rate)
        return wrong(o, "a count or a rate, not both");
    if (o.what == Fault::errors && o.count && (*o.count < 1 || *o.count > errorsMax))
        return wrong(o, fmt::format("count {}: 1..{} are allowed", *o.count, errorsMax));
    if (o.what == Fault::slip && o.count && (*o.count == 0 || *o.count < -slipsMax || *o.count > slipsMax))
        return wrong(o, fmt::format("count {}: 1..{}, or negative for frames said twice", *o.count, slipsMax));
    if (o.rate && !(*o.rate >= rateMin && *o.rate <= rateMax))
        return wrong(o, fmt::format("rate {}: {}..{} are allowed", *o.rate, rateMin, rateMax));
    if (o.ppm && (*o.ppm < -ppmMax || *o.ppm > ppmMax))
        return wrong(o, fmt::format("ppm {}: -{}..{} are allowed", *o.ppm, ppmMax, ppmMax));
    return {};
}

void mend(BitPipe& line)
{
    line.set(Signal::normal);
    line.set(Framing::normal);
    line.remoteAlarm(false);
    line.errorEvery(0);
    line.errors(0);
}

} // namespace

std::string_view name(Fault f)
{
    return std::find_if(names.begin(), names.end(), [f](const auto& n) { return n.first == f; })->second;
}

Result<Fault> faultNamed(std::string_view text)
{
    std::string all;
    for (const auto& [fault, known] : names) {
        if (known == text)
            return fault;
        all += (all.empty() ? "" : ", ") + std::string(known);
    }
    return Error{Errc::invalid, "no fault is called \"" + std::string(text) + "\"; there is " + all};
}

Result<void> inject(VirtualCard& card, const FaultOrder& o)
{
    if (auto r = checkPort(card, o, card.device().personality().e1Ports); !r)
        return r;
    if (auto r = checkNumbers(o); !r)
        return r;
    BitPipe& line = card.line(o.port).incoming();
    switch (o.what) {
    case Fault::los:
        line.set(Signal::none);
        break;
    case Fault::ais:
        line.set(Signal::ones);
        break;
    case Fault::lof:
        line.set(Framing::none);
        break;
    case Fault::lomf:
        line.set(Framing::noMultiframe);
        break;
    case Fault::rai:
        line.remoteAlarm(true);
        break;
    case Fault::errors:
        if (o.rate)
            line.errorEvery(static_cast<std::uint64_t>(std::llround(1 / *o.rate)));
        else
            line.errors(static_cast<unsigned>(o.count.value_or(1)), blockApart);
        break;
    case Fault::slip:
        card.line(o.port).slip(static_cast<int>(o.count.value_or(1)));
        break;
    case Fault::drift:
        card.drift(static_cast<int>(*o.ppm));
        break;
    case Fault::unplug:
    case Fault::plug:
        card.plugIn(o.what == Fault::plug);
        break;
    case Fault::ok:
        mend(line);
        break;
    }
    return {};
}

std::vector<Fault> faultsOf(VirtualCard& card, unsigned port)
{
    const BitPipe& line = card.line(port).incoming();
    std::vector<Fault> all;
    const auto add = [&](bool stands, Fault f) {
        if (stands)
            all.push_back(f);
    };
    add(line.signal() == Signal::none, Fault::los);
    add(line.signal() == Signal::ones, Fault::ais);
    add(line.framing() == Framing::none, Fault::lof);
    add(line.framing() == Framing::noMultiframe, Fault::lomf);
    add(line.remoteAlarm(), Fault::rai);
    add(line.errored(), Fault::errors);
    return all;
}

} // namespace callbox::usbip
