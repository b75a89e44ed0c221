// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/line_fault.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace callbox::usbip {

namespace {

using Signal = BitPipe::Signal;
using Framing = BitPipe::Framing;

constexpr std::array<std::pair<Fault, std::string_view>, 16> names{{{Fault::los, "los"},
                                                                    {Fault::ais, "ais"},
                                                                    {Fault::lof, "lof"},
                                                                    {Fault::lomf, "lomf"},
                                                                    {Fault::rai, "rai"},
                                                                    {Fault::errors, "errors"},
                                                                    {Fault::slip, "slip"},
                                                                    {Fault::drift, "drift"},
                                                                    {Fault::unplug, "unplug"},
                                                                    {Fault::plug, "plug"},
                                                                    {Fault::ok, "ok"},
                                                                    {Fault::ring, "ring"},
                                                                    {Fault::battery, "battery"},
                                                                    {Fault::polarity, "polarity"},
                                                                    {Fault::hook, "hook"},
                                                                    {Fault::flash, "flash"}}};
// Wrong bits so far apart are in different CRC-4 blocks of 2048.
constexpr unsigned blockApart = 3 * 2048;

constexpr unsigned flashTakes = 300; // ms

bool ofTheLine(Fault f)
{
    return f != Fault::drift && f != Fault::unplug && f != Fault::plug;
}

bool ofAnAnalogLine(Fault f)
{
    return f >= Fault::ring;
}

Error wrong(const FaultOrder& o, const std::string& why)
{
    return Error{Errc::invalid, fmt::format("{}: {}", name(o.what), why)};
}

Result<void> checkPort(const VirtualCard& card, const FaultOrder& o, unsigned ports)
{
    if (ports == 0 && !ofTheLine(o.what))
        return {};
    if (ports == 0)
        return wrong(o, fmt::format("card {} has analog lines only: which line?", card.busId()));
    if (o.port >= ports)
        return wrong(o, fmt::format("port {}: card {} has ports 0..{}", o.port, card.busId(), ports - 1));
    if (ofTheLine(o.what) && !card.wired(o.port))
        return wrong(o,
                     fmt::format("the line of card {}, port {}, leads nowhere: the cards' lines are plugged into each "
                                 "other in pairs, 1-1 and 1-2, 1-3 and 1-4",
                                 card.busId(), o.port));
    return {};
}

Result<void> checkLine(VirtualCard& card, const FaultOrder& o)
{
    const unsigned lines = card.analogLines().ports();
    if (lines == 0)
        return wrong(o, fmt::format("card {} has no analog lines; they are made with --analog", card.busId()));
    if (!o.line)
        return wrong(o, fmt::format("on which line? card {} has lines 1..{}", card.busId(), lines));
    if (*o.line < 1 || *o.line > lines)
        return wrong(o, fmt::format("line {}: card {} has lines 1..{}", *o.line, card.busId(), lines));
    if (!card.wiredAnalog(*o.line - 1))
        return wrong(o, fmt::format("line {} of card {} leads nowhere: the cards' lines are wired to each other in "
                                    "pairs, 1-1 and 1-2, 1-3 and 1-4",
                                    *o.line, card.busId()));
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

Result<void> injectLine(VirtualCard& card, const FaultOrder& o)
{
    if (auto r = checkLine(card, o); !r)
        return r;
    if (auto r = checkNumbers(o); !r)
        return r;
    AnalogWire& wire = card.analog(*o.line - 1);
    switch (o.what) {
    case Fault::ring:
        wire.rung = true;
        break;
    case Fault::battery:
        wire.cut = true;
        break;
    case Fault::polarity:
        wire.crossed = true;
        break;
    case Fault::hook:
        wire.lifted = true;
        break;
    case Fault::flash:
        wire.opened = flashTakes;
        break;
    default: // ok
        wire.rung = wire.cut = wire.crossed = wire.lifted = false;
        wire.opened = 0;
        break;
    }
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
    if (ofAnAnalogLine(o.what) || (o.what == Fault::ok && o.line))
        return injectLine(card, o);
    if (o.line)
        return wrong(o, "that is none of an analog line; ring, battery, polarity, hook, flash and ok are");
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
    default: // ok
        mend(line);
        break;
    }
    return {};
}

std::vector<Fault> faultsOfLine(VirtualCard& card, unsigned line)
{
    const AnalogWire& wire = card.analog(line - 1);
    std::vector<Fault> all;
    for (const auto& [stands, fault] : {std::pair(wire.rung, Fault::ring), std::pair(wire.cut, Fault::battery),
                                        std::pair(wire.crossed, Fault::polarity), std::pair(wire.lifted, Fault::hook)})
        if (stands)
            all.push_back(fault);
    return all;
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
