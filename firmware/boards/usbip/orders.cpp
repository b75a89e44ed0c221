// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/orders.h"
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace callbox::usbip {

namespace {

using nlohmann::json;

json errorJson(const Error& e)
{
    return {{"version", 1}, {"error", {{"code", name(e.code)}, {"message", e.what}}}};
}

json alarmsJson(unsigned now)
{
    constexpr std::pair<unsigned, const char*> names[] = {{CARD_ALARM_LOS, "LOS"},         {CARD_ALARM_AIS, "AIS"},
                                                          {CARD_ALARM_LOF, "LOF"},         {CARD_ALARM_LOMF, "LOMF"},
                                                          {CARD_ALARM_LOCASMF, "LOCASMF"}, {CARD_ALARM_RAI, "RAI"},
                                                          {CARD_ALARM_NO_HOST, "NO_HOST"}};
    json all = json::array();
    for (const auto& [bit, text] : names)
        if (now & bit)
            all.push_back(text);
    return all;
}

// Of the analog bank.
json linesJson(VirtualCard& card)
{
    json lines = json::array();
    for (unsigned n = 1; n <= card.analogLines().ports(); ++n) {
        json faults = json::array();
        for (const Fault f : faultsOfLine(card, n))
            faults.push_back(name(f));
        lines.push_back({{"line", n},
                         {"faces", card.analogLines().facesExchange(n - 1) ? "exchange" : "telephone"},
                         {"wired", card.wiredAnalog(n - 1)},
                         {"faults", std::move(faults)}});
    }
    return lines;
}

json cardJson(VirtualCard& card, std::size_t number)
{
    json ports = json::array();
    for (unsigned p = 0; p < card.device().personality().e1Ports; ++p) {
        json faults = json::array();
        for (const Fault f : faultsOf(card, p))
            faults.push_back(name(f));
        ports.push_back({{"port", p},
                         {"wired", card.wired(p)},
                         {"faults", std::move(faults)},
                         {"alarms", alarmsJson(card.device().port(p).alarmsNow())}});
    }
    return {{"card", number},
            {"bus_id", card.busId()},
            {"plugged", card.exported().present},
            {"attached", card.exported().bus != nullptr},
            {"ppm", card.drift()},
            {"ports", std::move(ports)},
            {"lines", linesJson(card)}};
}

template <class T> Result<void> read(const json& from, const char* key, std::optional<T>& to)
{
    const auto it = from.find(key);
    if (it == from.end())
        return {};
    const bool huge =
        it->is_number_unsigned() && it->template get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
    const bool fits = std::is_integral_v<T> ? it->is_number_integer() && !huge : it->is_number();
    if (!fits)
        return Error{Errc::invalid, fmt::format("\"{}\" is {}: a {} is wanted", key, it->dump(),
                                                std::is_integral_v<T> ? "whole number" : "number")};
    to = it->template get<T>();
    return {};
}

struct Order {
    std::int64_t card = 0;
    FaultOrder fault;
};

Result<Order> orderFrom(const json& j)
{
    Order o;
    const auto what = j.find("what");
    if (what == j.end() || !what->is_string())
        return Error{Errc::invalid, "\"what\", the fault's name, is missing"};
    const auto fault = faultNamed(what->get<std::string>());
    if (!fault)
        return fault.error();
    o.fault.what = *fault;
    std::optional<std::int64_t> card, port, line;
    for (auto [key, to] : {std::pair("card", &card), std::pair("port", &port), std::pair("line", &line),
                           std::pair("count", &o.fault.count), std::pair("ppm", &o.fault.ppm)})
        if (auto r = read(j, key, *to); !r)
            return r.error();
    if (auto r = read(j, "rate", o.fault.rate); !r)
        return r.error();
    if (!card)
        return Error{Errc::invalid, "\"card\", a number from 1, is missing"};
    if (port && (*port < 0 || *port >= static_cast<std::int64_t>(firmware::e1PortsMax)))
        return Error{Errc::invalid, fmt::format("port {}: a card has ports 0..{}", *port, firmware::e1PortsMax - 1)};
    if (line && (*line < 1 || *line > CARD_BANK_PORTS_MAX))
        return Error{Errc::invalid, fmt::format("line {}: a card has lines 1..{}", *line, CARD_BANK_PORTS_MAX)};
    if (line && port)
        return Error{Errc::invalid, "a port or a line, not both"};
    o.card = *card;
    if (line)
        o.fault.line = static_cast<unsigned>(*line);
    o.fault.port = static_cast<unsigned>(port.value_or(0));
    return o;
}

Result<json> injected(const std::vector<VirtualCard*>& cards, const json& j)
{
    const auto o = orderFrom(j);
    if (!o)
        return o.error();
    if (o->card < 1 || o->card > static_cast<std::int64_t>(cards.size()))
        return Error{Errc::not_found, fmt::format("no card {}: there are 1..{}", o->card, cards.size())};
    if (auto r = inject(*cards[static_cast<std::size_t>(o->card - 1)], o->fault); !r)
        return r.error();
    json out{{"version", 1}, {"card", o->card}, {"what", name(o->fault.what)}};
    if (o->fault.line)
        out["line"] = *o->fault.line;
    else
        out["port"] = o->fault.port;
    for (const char* key : {"count", "rate", "ppm"})
        if (const auto it = j.find(key); it != j.end())
            out[key] = *it;
    return out;
}

} // namespace

std::string Orders::answer(std::string_view order) const
{
    const json j = json::parse(order, nullptr, false);
    const auto what = j.is_object() ? j.find("do") : j.end();
    json out;
    if (j.is_object() && what != j.end() && *what == "list") {
        out = {{"version", 1}, {"personality", personality_}, {"address", address_}, {"cards", json::array()}};
        for (std::size_t i = 0; i < cards_.size(); ++i)
            out["cards"].push_back(cardJson(*cards_[i], i + 1));
    } else if (j.is_object() && what != j.end() && *what == "inject") {
        const Result<json> r = injected(cards_, j);
        out = r ? *r : errorJson(r.error());
    } else {
        out = errorJson({Errc::invalid, "a JSON object with \"do\", list or inject, is wanted"});
    }
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace callbox::usbip
