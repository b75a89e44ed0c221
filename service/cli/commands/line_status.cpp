// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

// What a state means to who stands before the line, where its name does not say it.
std::string_view meaning(std::string_view state)
{
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"dead", "no battery: is the line plugged in, and does a telephone work on it?"},
        {"looped", "its bank is looped for a test: no call comes or goes; span status says until when"},
        {"out-of-service", "somebody has taken its bank out: callbox span set BANK --service in"},
        {"offered", "a call waits for an answer"},
        {"ignored", "rings; the call was refused, which an analog line cannot tell the caller"},
        {"seizing", "off hook for a call of ours, waits for dial tone"},
        {"clearing", "just put down; usable in a second"},
        {"clearing-dead", "just put down; no battery now, as exchanges do it for a moment"},
        {"parked", "the other side has gone; the telephone is not put down"},
        {"silent", "the telephone has not been put down for long"},
    };
    for (const auto& [name, text] : known)
        if (name == state)
            return text;
    return "";
}

void tell(Context& c, const json& l)
{
    Table facts({{"LINE"}, {textOf(l, "name"), false, true}});
    for (const char* key : {"box", "span", "port", "number", "faces"})
        if (l.contains(key))
            facts.add({key, cell(l[key])});
    const std::string state = textOf(l, "state");
    const std::string_view means = meaning(state);
    facts.add({"state", means.empty() ? state : state + ": " + std::string(means)});
    for (const char* key : {"call", "calls_in", "battery_lost"})
        facts.add({key, cell(fieldOf(l, key))});
    if (const json& echo = fieldOf(l, "echo"); echo.is_object()) {
        const std::string trouble = textOf(echo, "trouble");
        facts.add({"echo canceller", !trouble.empty() ? "none: " + trouble
                                                      : textOf(echo, "name") + " (" + textOf(echo, "kind") + "), " +
                                                            (flagOf(echo, "on") ? "at work" : "not at work")});
    } else {
        facts.add({"echo canceller", "none"});
    }
    facts.print(c.out(), c.terminal.width);
}

Task<Exit> run(Context& c)
{
    const std::string name = c.values.text("NAME");
    std::vector<Daemon> daemons = co_await switchAndBoxes(c.values);
    control::Request request{"GET", "/v1/lines"};
    const Gathered g = co_await gather(c, std::move(daemons), std::move(request));
    json document = merged(g, "lines");
    json one = json::array();
    for (const json& l : listOf(document, "lines"))
        if (textOf(l, "name") == name)
            one.push_back(l);
    if (one.empty() && !g.failures.empty())
        co_return g.exit(); // it may be theirs
    if (one.empty())
        co_await fail(Errc::not_found, "line " + name + ": there is none of this name; line list names them");
    document["lines"] = one;
    if (c.json())
        c.print(document);
    else
        for (const json& l : one) // boxes may name their banks alike
            tell(c, l);
    co_return textOf(one.front(), "state") == "dead" ? Exit::problem : Exit::ok;
}

} // namespace

Command lineStatus()
{
    return {.path = {"line", "status"},
            .summary = "one analog line: what it does now, and what that means",
            .arguments = {{"NAME", "the line: its span and port, as lines1/3"}},
            .address = Address::boxesOrSwitch,
            .watch = true,
            .more = "Exit code 1: the line is dead.",
            .run = run};
}

} // namespace callbox::cli
