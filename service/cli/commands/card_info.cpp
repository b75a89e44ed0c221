// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

json textOrNull(const std::string& text)
{
    return text.empty() ? json(nullptr) : json(text);
}

json toJson(const std::optional<hal::CardClock>& clock)
{
    if (!clock)
        return nullptr;
    return {{"state", clock->state},
            {"source", orNull(clock->source)},
            {"order", clock->order},
            {"offset_ppb", orNull(clock->offset)},
            {"antenna", orNull(clock->antenna)},
            {"fix", orNull(clock->fix)},
            {"frequency_hz", orNull(clock->hertz)}};
}

json toJson(const hal::CardFacts& f, const hal::CardInfo& info)
{
    json ports = json::array();
    for (const hal::CardPort& p : info.ports)
        ports.push_back({{"port", p.number},
                         {"type", p.type},
                         {"interface", p.interface},
                         {"state", orNull(p.state)},
                         {"hardware", orNull(p.hardware)},
                         {"alarms", orNull(p.alarms)},
                         {"loop", orNull(p.loop)}});
    return {{"location", f.location},
            {"usb", fmt::format("{:04x}:{:04x}", f.vendor, f.product)},
            {"release", fmt::format("{:x}.{:02x}", f.release >> 8, f.release & 0xff)},
            {"stock", info.stock},
            {"firmware", textOrNull(info.firmware)},
            {"protocol", textOrNull(info.protocol)},
            {"abilities", info.abilities},
            {"maintenance", orNull(info.maintenance)},
            {"clock", toJson(info.clock)},
            {"ports", std::move(ports)},
            {"unknown", textOrNull(info.unknown)}};
}

Task<json> ask(hal::Card& card)
{
    const hal::CardInfo info = co_await card.info();
    co_return toJson(card.facts(), info);
}

// "clear" is an answer, "-" is none.
std::string alarmsOf(const json& port)
{
    const json& alarms = fieldOf(port, "alarms");
    return alarms.is_string() && alarms.get<std::string>().empty() ? "clear" : cell(alarms);
}

// "free, by own, order own, own 50 ppb off"; of a GPS-DO "hold over, antenna open, no fix".
std::string clockOf(const json& card)
{
    const json& clock = fieldOf(card, "clock");
    if (!clock.is_object())
        return "-";
    std::string out = textOf(clock, "state");
    if (const json& source = fieldOf(clock, "source"); source.is_string())
        out += ", by " + source.get<std::string>() + ", order " + joined(fieldOf(clock, "order"), " ");
    if (const json& offset = fieldOf(clock, "offset_ppb"); offset.is_number())
        out += fmt::format(", {} ppb off", offset.get<int>());
    if (const json& antenna = fieldOf(clock, "antenna"); antenna.is_string())
        out += ", antenna " + antenna.get<std::string>() + (flagOf(clock, "fix") ? ", with a fix" : ", no fix");
    if (const json& hertz = fieldOf(clock, "frequency_hz"); hertz.is_number())
        out += fmt::format(", {} Hz", hertz.get<std::uint32_t>());
    return out;
}

void tell(Context& c, const json& card)
{
    c.out() << "at " << textOf(card, "location") << ", " << textOf(card, "usb") << ", release "
            << textOf(card, "release") << ", firmware " << printable(cell(fieldOf(card, "firmware"))) << ", "
            << (flagOf(card, "stock") ? "protocol of an icE1usb" : "protocol " + textOf(card, "protocol"))
            << (flagOf(card, "maintenance") ? ", in maintenance" : "")
            << "\ncan: " << joined(fieldOf(card, "abilities")) << "\nclock: " << clockOf(card) << '\n';
    Table table({{"PORT", true}, {"TYPE"}, {"INTERFACE", true}, {"STATE"}, {"HARDWARE", true}, {"ALARMS"}, {"LOOP"}});
    for (const json& p : listOf(card, "ports"))
        table.add({cell(fieldOf(p, "port")), textOf(p, "type"), cell(fieldOf(p, "interface")),
                   cell(fieldOf(p, "state")), cell(fieldOf(p, "hardware")), alarmsOf(p), cell(fieldOf(p, "loop"))});
    table.print(c.out(), c.terminal.width);
    tellUnknown(c, card);
}

Task<Exit> run(Context& c)
{
    co_return co_await askCards(c, ask, tell);
}

} // namespace

Command cardInfo()
{
    return {.path = {"card", "info"},
            .summary = "what a USB card is, what it can, and how its ports are",
            .arguments = {cardArgument()},
            .more = cardsNote(),
            .run = run};
}

} // namespace callbox::cli
