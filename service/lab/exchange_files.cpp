// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/exchange_files.h"
#include "lines/settings.h"
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace callbox::lab {

namespace {

using nlohmann::json;

constexpr std::string_view spanName = "trunk1"; // of a span that is named by its id

// A bank faces what its signalling is named after: the exchange's side of a line is fxo_..., the subscriber's fxs_...
std::string facingTelephones(const ini::Entry& e)
{
    return e.key == "signalling" && e.value.starts_with("fxs_") ? "fxo_" + e.value.substr(4) : e.value;
}

// What the other end's daemon gives spans that name no country; empty: nothing.
std::string countryOf(const ini::Document& document)
{
    for (const ini::Section& s : document.sections)
        for (const ini::Entry& e : s.entries)
            if ((s.kind == "box" || s.kind == "switch") && e.key == "country")
                return e.value;
    return "";
}

// "key = value" lines of a span. The file may be the other end's: which side it is, and that it connects to a virtual
// span, is turned round.
Result<std::string> fromFile(const ExchangeOptions& o)
{
    std::vector<ini::Problem> problems;
    const auto document = ini::load(o.config, problems);
    if (!document)
        return document.error();
    if (!problems.empty())
        return Error{Errc::invalid, problems.front().message()};
    std::string known;
    for (const ini::Section& s : document->sections) {
        if (s.kind != "span")
            continue;
        known += (known.empty() ? "" : ", ") + s.name;
        if (s.name != o.span)
            continue;
        std::string out = fmt::format("[span {}]\n", s.name);
        for (const ini::Entry& e : s.entries)
            if (e.key != "role" && e.key != "use" && e.key != "restart_at_start" &&
                (e.key != "switch_type" || o.switchType.empty()))
                out += (e.key == "connect" ? "listen" : e.key) + " = " + facingTelephones(e) + "\n";
        const std::string country = countryOf(*document);
        if (!country.empty() && out.find("\ncountry = ") == std::string::npos)
            out += "country = " + country + "\n";
        return out;
    }
    return Error{Errc::not_found, "--span " + o.span + ": " + o.config + " has " +
                                      (known.empty() ? "no [span NAME]" : "the spans " + known)};
}

Result<std::string> fromId(const ExchangeOptions& o)
{
    const auto colon = o.span.find(':');
    const std::string name = o.span.substr(0, colon);
    const hal::Backend* backend = colon == std::string::npos ? nullptr : hal::findBackend(name);
    if (!backend || o.span.size() == colon + 1) {
        std::string known;
        for (const hal::Backend* b : hal::allBackends())
            known += (known.empty() ? "" : ", ") + std::string(b->name);
        return Error{Errc::invalid, "--span " + o.span + ": BACKEND:ID, as dahdi:ID/1, with a backend of " + known +
                                        "; or the name of a section of --config F"};
    }
    // The exchange paces a virtual span; the other end connects.
    const std::string key = name == "virtual" ? "listen" : std::string(backend->keys.front().name);
    const bool us = o.country == "us";
    // A subscriber may dial digit by digit where switches know that.
    return fmt::format("[span {}]\nbackend = {}\ntype = {}\nlaw = {}\n{} = {}\n{}", spanName, name, us ? "t1" : "e1",
                       us ? "mulaw" : "alaw", key, o.span.substr(colon + 1),
                       us || !o.switchType.empty() ? "" : "overlap = yes\n");
}

} // namespace

std::string exchangeControl(const std::string& dir)
{
    return dir + "/exchange/control.sock";
}

Result<std::string> exchangeIni(const ExchangeOptions& o)
{
    auto span = o.config.empty() ? fromId(o) : fromFile(o);
    if (!span)
        return span;
    std::string text = fmt::format("# Written by callbox lab exchange.\n[exchange]\ncountry = {}\ncontrol = {}\n"
                                   "access = {}\nnumbers = {}{}{}\n\n{}use = trunk\n",
                                   o.country, exchangeControl(o.dir), o.access, o.access, o.numbers.empty() ? "" : " ",
                                   o.numbers, *span);
    const bool analog = span->find("\ntype = analog\n") != std::string::npos;
    if (analog && !o.switchType.empty())
        return Error{Errc::invalid,
                     "--switch-type " + o.switchType + ": span " + o.span + " is a bank of analog lines"};
    if (!analog)
        text += "role = network\n";
    if (!o.switchType.empty())
        text += "switch_type = " + o.switchType + "\n";
    if (!analog && span->find("\ncountry = ") == std::string::npos) // a bank has that of its line_profile
        text += "country = " + o.country + "\n";
    std::vector<ini::Problem> problems;
    const ini::Document document = ini::parse(text, o.dir + "/exchange/exchange.ini", problems);
    lines::readLines(document, problems);
    if (!problems.empty())
        return Error{Errc::invalid, problems.front().message()};
    return text;
}

Process exchangeProcess(const ExchangeOptions& o)
{
    return {"exchange", {o.programs + "/callbox", "lab", "serve", "--dir", o.dir}, o.dir, o.dir + "/exchange/log"};
}

json describeExchange(const ExchangeOptions& o, const Process& p)
{
    json boxes = json::array();
    if (!o.boxControl.empty())
        boxes.push_back({{"id", o.boxId}, {"control", o.boxControl}});
    return {{"version", 1},
            {"country", o.country},
            {"access_number", o.access},
            {"exchange",
             {{"control", exchangeControl(o.dir)},
              {"pid", p.pid},
              {"config", o.dir + "/exchange/exchange.ini"},
              {"log", p.log}}},
            {"switch", nullptr},
            {"boxes", boxes},
            {"modems", json::array()},
            {"nats", json::array()},
            {"pids", json::array({p.pid})}};
}

} // namespace callbox::lab
