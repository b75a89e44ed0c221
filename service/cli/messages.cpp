// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/messages.h"
#include "cli/table.h"
#include "cli/who.h"
#include <ostream>

namespace callbox::cli {

namespace {

std::string caller(const json& m)
{
    const std::string from = textOf(m, "from");
    return from.empty() ? "(" + textOf(m, "from_presentation", "unknown") + ")" : from;
}

std::string notifications(const json& recipient)
{
    std::string out;
    for (const json& n : listOf(recipient, "notifications"))
        out += (out.empty() ? "" : ", ") + textOf(n, "protocol") + " " + textOf(n, "state");
    return out.empty() ? "-" : out;
}

} // namespace

Task<Found> findMessage(Context& c, std::string method, std::string rest)
{
    const std::string id = c.values.text("ID");
    const Addressed to = co_await addressed(c.values);
    const std::string path = "/v1/messages/" + control::percentEncode(id);
    if (to.all) {
        // Ids are unique in a fleet; should they not be, nothing is done to the wrong one.
        std::string owners;
        std::size_t count = 0;
        for (const Daemon& d : to.daemons) {
            control::Request probe{"GET", path};
            Result<json> r = co_await check(ask(c, d, std::move(probe)));
            if (!r)
                continue;
            owners += (count++ ? ", " : "") + d.box;
        }
        if (count > 1)
            co_await fail(Errc::invalid, "message " + id + " is on " + owners + "; --box ID says which is meant");
    }
    control::Request request{method, path + rest};
    if (rest == "/audio") // the box's log keeps who took it
        request.query["by"] = who();
    Found found = co_await findAmong(c, to.daemons, std::move(request), 60s);
    co_return std::move(found);
}

json withBox(const Daemon& d, json document)
{
    if (!d.box.empty() && document.contains("messages") && document["messages"].is_array())
        for (json& m : document["messages"])
            if (m.is_object())
                m["box"] = d.box;
    return document;
}

json withBox(const Found& found)
{
    json document = json::parse(found.response.body, nullptr, false);
    return withBox(found.daemon, document.is_object() ? std::move(document) : json::object());
}

void tellMessages(Context& c, const json& document)
{
    bool fleet = false;
    for (const json& m : listOf(document, "messages"))
        fleet = fleet || m.contains("box");
    std::vector<Column> columns{{"ID"},  {"STATE"}, {"FROM"},   {"CREATED"}, {"LENGTH", true},
                                {"CUT"}, {"TO"},    {"LISTEN"}, {"HEARD"},   {"TOLD", false, true}};
    if (fleet)
        columns.insert(columns.begin(), Column{"BOX"});
    Table table(columns);
    for (const json& m : listOf(document, "messages")) {
        std::vector<std::string> head{cell(fieldOf(m, "id")),
                                      textOf(m, "state"),
                                      caller(m),
                                      shortTime(textOf(m, "created_at")),
                                      minutes(numberOf(m, "duration_ms")),
                                      flagOf(m, "cut_short") ? "yes" : ""};
        if (fleet)
            head.insert(head.begin(), textOf(m, "box"));
        const json& recipients = listOf(m, "recipients");
        if (recipients.empty())
            table.add(head);
        for (const json& r : recipients) {
            std::vector<std::string> row = head;
            for (std::string more : {textOf(r, "number"), cell(fieldOf(r, "link_number")),
                                     shortTime(textOf(r, "heard_at")), notifications(r)})
                row.push_back(std::move(more));
            table.add(std::move(row));
            head.assign(head.size(), ""); // further recipients of the same message
        }
    }
    table.print(c.out(), c.terminal.width);
}

void tellMessage(Context& c, const json& document)
{
    const json& all = listOf(document, "messages");
    if (all.empty())
        return;
    const json& m = all.front();
    Table facts({{"MESSAGE"}, {cell(fieldOf(m, "id")), false, true}});
    if (m.contains("box"))
        facts.add({"box", textOf(m, "box")});
    facts.add({"state", textOf(m, "state") + (flagOf(m, "cut_short") ? ", cut short" : "")});
    facts.add({"from", caller(m)});
    facts.add({"created", shortTime(textOf(m, "created_at"))});
    facts.add({"length", minutes(numberOf(m, "duration_ms"))});
    facts.add({"call", cell(fieldOf(m, "call"))});
    if (const std::string by = textOf(m, "recipient_source"); !by.empty())
        facts.add({"recipient by", by});
    facts.add({"SHA-256", cell(fieldOf(m, "audio_sha256"))});
    facts.add(
        {"transcript", textOf(fieldOf(m, "transcript"), "state") + " " + textOf(fieldOf(m, "transcript"), "text")});
    facts.print(c.out(), c.terminal.width);
    Table told({{"RECIPIENT"},
                {"LISTEN"},
                {"STATE"},
                {"HEARD"},
                {"BY"},
                {"NOTICE"},
                {"TRIES", true},
                {"LAST ERROR", false, true}});
    for (const json& r : listOf(m, "recipients")) {
        std::vector<std::string> head{textOf(r, "number"), cell(fieldOf(r, "link_number")), textOf(r, "state"),
                                      shortTime(textOf(r, "heard_at"))};
        if (listOf(r, "notifications").empty())
            told.add(head);
        for (const json& n : listOf(r, "notifications")) {
            std::vector<std::string> row = head;
            for (std::string more : {textOf(n, "protocol"), textOf(n, "state"), cell(fieldOf(n, "attempts")),
                                     cell(fieldOf(n, "last_error"))})
                row.push_back(std::move(more));
            told.add(std::move(row));
            head.assign(head.size(), "");
        }
    }
    c.out() << '\n';
    told.print(c.out(), c.terminal.width);
}

} // namespace callbox::cli
