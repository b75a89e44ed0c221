// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/clock_words.h"
#include "cli/daemons.h"
#include "cli/table.h"
#include "lines/performance.h"
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

// "LOS (loss of signal)": the names of G.775 and G.704.
std::string alarmsInWords(const json& span)
{
    static const std::map<std::string, std::string> words{{"LOS", "loss of signal"},
                                                          {"LOF", "loss of frame alignment"},
                                                          {"LOMF", "loss of CRC-4 multiframe alignment"},
                                                          {"AIS", "alarm indication signal received"},
                                                          {"RAI", "remote alarm indication received"}};
    std::string out;
    for (const json& a : listOf(span, "alarms")) {
        const std::string name = a.is_string() ? a.get<std::string>() : "";
        const auto known = words.find(name);
        out += (out.empty() ? "" : ", ") + name + (known == words.end() ? "" : " (" + known->second + ")");
    }
    return out.empty() ? "-" : out;
}

// "MG2 (software) on 3 of 30 channels"
std::string echoInWords(const json& echo)
{
    std::map<std::string, std::pair<std::size_t, std::size_t>> counts; // at work, all
    std::string trouble;
    for (const json& e : listOf(echo, "channels")) {
        const std::string name = textOf(e, "name");
        auto& [on, all] = counts[name.empty() ? "" : name + " (" + textOf(e, "kind") + ")"];
        on += flagOf(e, "on");
        ++all;
        if (trouble.empty())
            trouble = textOf(e, "trouble");
    }
    std::string out;
    for (const auto& [name, n] : counts)
        if (!name.empty())
            out += (out.empty() ? "" : ", ") + name + " at work on " + std::to_string(n.first) + " of " +
                   std::to_string(n.second) + " channels";
    const std::string set = textOf(echo, "set");
    if (out.empty())
        out = trouble.empty() || set.empty() ? "none" : "none in place of " + set;
    return out + (trouble.empty() ? "" : ": " + trouble);
}

// Of the last hour: "0.2 ms usually, 1.4 ms at most in 99 of 100, 12.0 ms at worst"
std::string lateInWords(const json& late)
{
    const auto ms = [&](const char* key) {
        const std::int64_t us = numberOf(late, key);
        return std::to_string(us / 1000) + "." + std::to_string(us / 100 % 10) + " ms";
    };
    return ms("p50_us") + " usually, " + ms("p99_us") + " at most in 99 of 100, " + ms("max_us") +
           " at worst in the last hour";
}

void tellPerformance(Context& c, const json& performance)
{
    const json& now = fieldOf(performance, "now");
    const json& day = fieldOf(performance, "last_24h");
    if (!now.is_object())
        return;
    Table table({{"COUNT"}, {"NOW", true}, {"24 H", true}, {"MEANS", false, true}});
    table.add({"seconds", cell(fieldOf(now, "seconds")), cell(fieldOf(day, "seconds")),
               "counted, since " + shortTime(textOf(now, "from")) + " and " + shortTime(textOf(day, "from"))});
    for (const lines::CountMeaning& m : lines::countMeanings()) {
        const std::string key(m.name);
        table.add({key, cell(fieldOf(now, key.c_str())), cell(fieldOf(day, key.c_str())), std::string(m.means)});
    }
    c.out() << '\n';
    table.print(c.out(), c.terminal.width);
    if (!flagOf(performance, "available"))
        c.out() << "The line is unavailable: ten seconds in a row were severely errored.\n";
    if (!flagOf(performance, "counts_errors"))
        c.out() << "The card counts no errors of its line: cv, far_end, bipolar and framing say nothing.\n";
    for (const json& a : listOf(performance, "advice"))
        c.out() << "Try for " << textOf(a, "count") << ": " << textOf(a, "try") << ".\n";
}

void tellHistory(Context& c, const json& performance)
{
    Table table({{"FROM"},
                 {"SECONDS", true},
                 {"ES", true},
                 {"SES", true},
                 {"UAS", true},
                 {"CV", true},
                 {"SLIPS", true},
                 {"FAR END", true},
                 {"BIPOLAR", true},
                 {"FRAMING", true},
                 {"IRQ", true},
                 {"LOST", true}});
    json bins = listOf(performance, "bins");
    bins.push_back(fieldOf(performance, "now"));
    for (const json& b : bins) {
        std::vector<std::string> row{shortTime(textOf(b, "from"))};
        for (const char* key : {"seconds", "es", "ses", "uas", "cv", "slips", "far_end", "bipolar", "framing",
                                "irq_misses", "lost_samples"})
            row.push_back(cell(fieldOf(b, key)));
        table.add(std::move(row));
    }
    c.out() << '\n';
    table.print(c.out(), c.terminal.width);
}

void tellOne(Context& c, const json& s)
{
    Table facts({{"SPAN"}, {textOf(s, "name"), false, true}});
    for (const char* key :
         {"box", "backend", "use", "type", "law", "switch_type", "profile", "state", "d_channel", "frames_moving"})
        if (s.contains(key))
            facts.add({key, cell(s[key])});
    facts.add({"alarms", alarmsInWords(s)});
    facts.add({"clock", clockInWords(fieldOf(s, "clock"))});
    facts.add({"echo canceller", echoInWords(fieldOf(s, "echo"))});
    if (const json& late = fieldOf(s, "wake_ups"); late.is_object())
        facts.add({"woken late", lateInWords(late)});
    for (const auto& [name, value] : fieldOf(s, "trunk").items())
        if (name != "quirks")
            facts.add({name, cell(value)});
    for (const auto& [name, value] : fieldOf(fieldOf(s, "trunk"), "quirks").items())
        facts.add({"quirk " + name, cell(value)});
    for (const auto& [name, value] : fieldOf(s, "counters").items())
        facts.add({name, cell(value)});
    facts.print(c.out(), c.terminal.width);
    tellPerformance(c, fieldOf(s, "performance"));
    if (c.values.flag("history")) {
        tellHistory(c, fieldOf(s, "performance"));
        return;
    }
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
    if (name.empty() && c.values.flag("history"))
        co_return c.usage("span status: --history: of which span? span status NAME --history");
    std::vector<Daemon> daemons;
    if (name.empty()) {
        Addressed to = co_await addressed(c.values);
        daemons = to.daemons.empty() ? co_await everywhere(c.values) : std::move(to.daemons); // an exchange alone
    } else {
        daemons = co_await everywhere(c.values);
        // A tie is seen from both ends: the box's is the one that counts calls.
        std::stable_partition(daemons.begin(), daemons.end(), [](const Daemon& d) { return !d.box.empty(); });
    }
    control::Request request{"GET", "/v1/spans"};
    if (c.values.flag("history"))
        request.query["bins"] = "1";
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
    return {
        .path = {"span", "status"},
        .summary = "spans: alarms, D channel, channels, errors and what to try",
        .arguments = {{"NAME", "one span, with its performance and all its channels", false}},
        .options = {{.name = "history", .help = "of one span: its last 24 hours in quarters of an hour"}},
        .address = Address::boxesOrSwitch,
        .watch = true,
        .more =
            "Of one span the current quarter of an hour and the last 24 hours are counted as G.826 has it: errored,\n"
            "severely errored and unavailable seconds, with what each count means and what to try.",
        .run = run};
}

} // namespace callbox::cli
