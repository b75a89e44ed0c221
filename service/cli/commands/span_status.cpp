// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <algorithm>
#include <map>
#include <ostream>

namespace callbox::cli {

namespace {

// "28 idle, 2 call-active"
std::string channelsOf(const json& span)
{
    std::map<std::string, std::size_t> counts;
    for (const json& ch : listOf(span, "channels"))
        ++counts[textOf(ch, "state")];
    std::string out;
    for (const auto& [state, n] : counts)
        out += (out.empty() ? "" : ", ") + std::to_string(n) + " " + state;
    return out.empty() ? "-" : out;
}

void tellAll(Context& c, const json& document)
{
    Table table({{"SPAN"},
                 {"BOX"},
                 {"USE"},
                 {"TYPE"},
                 {"STATE"},
                 {"D CHANNEL"},
                 {"ALARMS"},
                 {"LOST", true},
                 {"SLIPS", true},
                 {"CHANNELS", false, true}});
    for (const json& s : listOf(document, "spans")) {
        const json& counters = fieldOf(s, "counters");
        table.add({textOf(s, "name"), textOf(s, "box"), textOf(s, "use"), textOf(s, "type"), textOf(s, "state"),
                   textOf(s, "d_channel"), joined(fieldOf(s, "alarms")), cell(fieldOf(counters, "lost_samples")),
                   cell(fieldOf(counters, "slips")), channelsOf(s)});
    }
    table.print(c.out(), c.terminal.width);
}

void tellOne(Context& c, const json& s)
{
    Table facts({{"SPAN"}, {textOf(s, "name"), false, true}});
    for (const char* key :
         {"box", "backend", "use", "type", "law", "switch_type", "profile", "state", "d_channel", "frames_moving"})
        if (s.contains(key))
            facts.add({key, cell(s[key])});
    facts.add({"alarms", joined(fieldOf(s, "alarms"))});
    for (const auto& [name, value] : fieldOf(s, "trunk").items())
        if (name != "quirks")
            facts.add({name, cell(value)});
    for (const auto& [name, value] : fieldOf(fieldOf(s, "trunk"), "quirks").items())
        facts.add({"quirk " + name, cell(value)});
    for (const auto& [name, value] : fieldOf(s, "counters").items())
        facts.add({name, cell(value)});
    facts.print(c.out(), c.terminal.width);
    Table channels({{"SLOT", true}, {"STATE"}, {"SECONDS", true}, {"CALL", false, true}});
    for (const json& ch : listOf(s, "channels"))
        channels.add(
            {cell(fieldOf(ch, "slot")), textOf(ch, "state"), cell(fieldOf(ch, "state_s")), cell(fieldOf(ch, "call"))});
    c.out() << '\n';
    channels.print(c.out(), c.terminal.width);
}

Task<Exit> run(Context& c)
{
    const std::string name = c.values.text("NAME");
    std::vector<Daemon> daemons;
    if (name.empty()) {
        Addressed to = co_await addressed(c.values);
        daemons = std::move(to.daemons);
    } else {
        daemons = co_await everywhere(c.values);
        // A tie is seen from both ends: the box's is the one that counts calls.
        std::stable_partition(daemons.begin(), daemons.end(), [](const Daemon& d) { return !d.box.empty(); });
    }
    control::Request request{"GET", "/v1/spans"};
    const Gathered g = co_await gather(c, daemons, std::move(request));
    json document = merged(g, "spans");
    if (!name.empty()) {
        json one = json::array();
        for (const json& s : listOf(document, "spans"))
            if (one.empty() && textOf(s, "name") == name)
                one.push_back(s);
        if (one.empty() && !g.failures.empty())
            co_return g.exit(); // it may be theirs
        if (one.empty())
            co_await fail(Errc::not_found, "span " + name + ": there is none of this name; span status lists them");
        document["spans"] = std::move(one);
    }
    if (c.json())
        c.print(document);
    else if (name.empty())
        tellAll(c, document);
    else
        tellOne(c, document["spans"].front());
    co_return name.empty() ? g.exit() : Exit::ok;
}

} // namespace

Command spanStatus()
{
    return {.path = {"span", "status"},
            .summary = "spans: alarms, D channel, channels, counters",
            .arguments = {{"NAME", "one span, with all its channels", false}},
            .address = Address::boxesOrSwitch,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
