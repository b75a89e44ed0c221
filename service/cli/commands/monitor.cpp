// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line_test.h"
#include "cli/listening.h"
#include "cli/table.h"
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration answerLimit = 15s; // measuring takes up to 5 s

bool inUse(const json& channel)
{
    return !fieldOf(channel, "call").is_null() || !fieldOf(channel, "rx_dbm0").is_null();
}

std::string channelName(const json& channel)
{
    const std::string box = textOf(channel, "box");
    return (box.empty() ? "" : box + " ") + textOf(channel, "span") + ":" + cell(fieldOf(channel, "slot"));
}

// "1-6, 8"
std::string ranges(const std::vector<std::int64_t>& slots)
{
    std::string out;
    for (std::size_t i = 0; i < slots.size();) {
        std::size_t last = i;
        while (last + 1 < slots.size() && slots[last + 1] == slots[last] + 1)
            ++last;
        out += (out.empty() ? "" : ", ") + std::to_string(slots[i]);
        if (last > i)
            out += "-" + std::to_string(slots[last]);
        i = last + 1;
    }
    return out;
}

// What carries nothing, in a line a span: all channels have their place on one screen.
void tellQuiet(Context& c, const json& document)
{
    for (const json& span : listOf(document, "spans")) {
        std::map<std::string, std::vector<std::int64_t>> byState;
        for (const json& ch : listOf(document, "channels"))
            if (textOf(ch, "span") == textOf(span, "name") && textOf(ch, "box") == textOf(span, "box") && !inUse(ch))
                byState[textOf(ch, "state")].push_back(numberOf(ch, "slot"));
        const std::string box = textOf(span, "box");
        std::string line = (box.empty() ? "" : box + " ") + textOf(span, "name") + " " + textOf(span, "state");
        for (const auto& [state, slots] : byState)
            line += "; " + state + ": " + ranges(slots);
        c.out() << printable(line) << '\n';
    }
}

void draw(Context& c, const json& document)
{
    Table table({{"CHANNEL"},
                 {"STATE"},
                 {"RX DBM0", true},
                 {"LOUDEST", true},
                 {"TX DBM0", true},
                 {"LOUDEST", true},
                 {"LOST", true},
                 {"CALL"},
                 {"KIND"},
                 {"FROM"},
                 {"TO"},
                 {"S", true}});
    for (const json& ch : listOf(document, "channels"))
        if (inUse(ch))
            table.add({channelName(ch), textOf(ch, "stage", textOf(ch, "state")), decimals(fieldOf(ch, "rx_dbm0"), 1),
                       decimals(fieldOf(ch, "rx_loudest_dbm0"), 1), decimals(fieldOf(ch, "tx_dbm0"), 1),
                       decimals(fieldOf(ch, "tx_loudest_dbm0"), 1), cell(fieldOf(ch, "lost_samples")),
                       cell(fieldOf(ch, "call")), cell(fieldOf(ch, "kind")), callerOf(ch), cell(fieldOf(ch, "to")),
                       cell(fieldOf(ch, "seconds"))});
    if (!table.empty())
        table.print(c.out(), c.terminal.width);
    else
        c.out() << "No channel is in use.\n";
    c.out() << '\n';
    tellQuiet(c, document);
}

// For a pipe: who is in use, a line each.
void tellLines(Context& c, const json& document)
{
    for (const json& ch : listOf(document, "channels")) {
        if (!inUse(ch))
            continue;
        c.out() << printable(fmt::format("{} {} {} rx {} tx {} lost {} call {} from {} to {}",
                                         shortTime(textOf(document, "at")), channelName(ch),
                                         textOf(ch, "stage", textOf(ch, "state")), decimals(fieldOf(ch, "rx_dbm0"), 1),
                                         decimals(fieldOf(ch, "tx_dbm0"), 1), cell(fieldOf(ch, "lost_samples")),
                                         cell(fieldOf(ch, "call")), callerOf(ch), cell(fieldOf(ch, "to"))))
                << '\n';
    }
}

json documentOf(const Gathered& g)
{
    json document = merged(g, "channels");
    document["spans"] = merged(g, "spans")["spans"];
    document["at"] = g.answers.empty() ? json(nullptr) : fieldOf(g.answers.front().second, "at");
    document["ms"] = g.answers.empty() ? json(nullptr) : fieldOf(g.answers.front().second, "ms");
    return document;
}

// False: nobody reads it.
bool show(Context& c, const json& document, bool once)
{
    if (c.json() && once)
        c.print(document);
    else if (c.json())
        c.out() << document.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
    else if (once)
        draw(c, document);
    else if (c.terminal.outIsTerminal) {
        c.out() << "\033[H\033[2J";
        draw(c, document);
    } else
        tellLines(c, document);
    return bool(c.out() << std::flush);
}

Task<Exit> watchLevels(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    const bool once = c.values.flag("once");
    for (bool first = true;; first = false) {
        control::Request request{"GET", "/v1/monitor"};
        request.query["ms"] = std::to_string(std::int64_t(c.values.decimal("every") * 1000));
        if (c.values.flag("with-numbers"))
            request.query["numbers"] = "1";
        const Gathered g = co_await gather(c, to.daemons, std::move(request), answerLimit);
        if (g.answers.empty()) // of several, some may come back
            co_return g.exit();
        if (!show(c, documentOf(g), once) || once)
            co_return first ? g.exit() : Exit::ok;
    }
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const bool hears = v.has("record") || v.flag("listen");
    if (v.has("record") && v.flag("listen"))
        co_return c.usage("monitor: --record or --listen, not both");
    if (hears != v.has("channel"))
        co_return c.usage("monitor: --record F and --listen want --channel SPAN:N, and it goes with nothing else");
    if (v.has("record") && v.text("record").empty())
        co_return c.usage("monitor: --record wants the name of a file");
    if (!hears && (v.has("seconds") || v.has("side")))
        co_return c.usage("monitor: --seconds and --side go with --record or --listen");
    if (!hears)
        co_return co_await watchLevels(c);
    if (v.flag("listen") && c.json())
        co_return c.usage("monitor: --listen and --json both want standard output");
    if (v.flag("listen") && c.terminal.outIsTerminal)
        co_return c.usage("monitor: --listen gives samples, not text: callbox monitor --listen ... | aplay -f S16_LE");
    const auto channel = channelOf(v.text("channel"));
    if (!channel)
        co_return c.usage("monitor: " + channel.error().what);
    ListenOptions o{channel->first, channel->second, v.decimal("seconds"), v.text("side"), v.text("record")};
    Daemon daemon = co_await whoHasSpan(c, o.span);
    co_return co_await listenTo(c, std::move(daemon), std::move(o));
}

} // namespace

Command monitor()
{
    return {
        .path = {"monitor"},
        .summary = "levels, state and numbers of all channels, live; or record or hear one",
        .options =
            {{.name = "once", .help = "one look, then the end"},
             {.name = "every", .value = "S", .help = "measured for and shown", .preset = "1", .decimal = {{0.1, 5}}},
             {.name = "with-numbers", .help = "telephone numbers whole; masked otherwise"},
             {.name = "channel", .value = "SPAN:N", .help = "the one to be recorded or heard"},
             {.name = "record",
              .value = "F.wav",
              .help = "both directions: left what comes, right what goes",
              .completes = Completes::file},
             {.name = "listen", .help = "raw samples to standard output: 8000 Hz, 16 bit, little-endian"},
             {.name = "side",
              .value = "SIDE",
              .help = "what --listen gives: both together, what comes, what goes",
              .preset = "both",
              .choices = {"both", "rx", "tx"}},
             {.name = "seconds",
              .value = "S",
              .help = "recorded or heard at most",
              .preset = "60",
              .decimal = {{1, 3600}}}},
        .address = Address::boxesOrSwitch,
        .more =
            "A terminal is drawn anew with each look; a pipe gets a line for each channel in use, with --json one\n"
            "document a look. Nothing is measured while nobody watches. A channel that is idle has no level; of one\n"
            "that is joined in the kernel what goes out is what the other one brings. --record and --listen wait for "
            "a\n"
            "call where there is none yet, end with it, and the daemon's log keeps who took audio.\n\n"
            "Heard: callbox monitor --channel trunk1:7 --listen | aplay -f S16_LE -r 8000",
        .endless = [](const Values& v) { return !v.flag("once") && !v.has("channel"); },
        .run = run};
}

} // namespace callbox::cli
