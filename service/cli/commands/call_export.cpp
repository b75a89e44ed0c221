// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bundle.h"
#include "cli/call_frames.h"
#include "cli/daemon_logs.h"
#include "cli/frames.h"
#include "cli/line_test.h"
#include "cli/program_output.h"
#include "cli/survey.h"
#include "cli/table.h"
#include "cli/who.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <ostream>
#include <sstream>

namespace callbox::cli {

namespace {

constexpr Duration longest = 60s;
constexpr std::size_t mostOfALog = 4 << 20;

struct Export {
    Context& c;
    Bundle& bundle;
    std::optional<CallId> id; // empty: of an analog line, which has no D channel
    bool found = false;
    std::optional<std::pair<WallTime, WallTime>> lasted = {}; // by its frames
};

// References come round again: what was left long before or after was left in another call of this id.
bool wasLeftIn(const Export& e, const json& message)
{
    constexpr auto slack = std::chrono::minutes(2); // a message is made when its call is over
    const auto created = parseIsoUtc(textOf(message, "created_at"));
    return textOf(message, "call") == e.c.values.text("ID") &&
           (!e.lasted || (created && *created >= e.lasted->first && *created <= e.lasted->second + slack));
}

Task<> addFrames(Export& e, std::vector<Daemon> daemons, std::optional<WallTime> at)
{
    if (!e.id) {
        e.bundle.failed("the D channel", "an analog line has none");
        co_return;
    }
    const CallId id = *e.id;
    control::Request request{"GET", "/v1/trace/dchannel/" + control::percentEncode(id.span)};
    if (e.c.values.flag("with-numbers"))
        request.query["numbers"] = "1";
    const Result<Found> found = co_await check(findAmong(e.c, std::move(daemons), std::move(request), longest));
    if (!found) {
        if (found.error().code == Errc::gone || found.error().code == Errc::denied)
            co_await Result<void>(found.error());
        e.bundle.failed("the D channel of " + id.span, found.error().what);
        co_return;
    }
    CallFrames frames = co_await framesOfCall(found->response.body, id, at);
    if (frames.frames.empty()) {
        e.bundle.failed("the D channel", "no frame of this call is kept any more");
        co_return;
    }
    e.lasted.emplace(frames.frames.front().traced.at, frames.frames.back().traced.at);
    std::ostringstream words;
    json list = json::array();
    for (const hal::CapturedFrame& f : frames.frames) {
        tellFrame(words, f);
        list.push_back(frameJson(f));
    }
    const std::string from = "the D channel of " + id.span + ", as " + found->daemon.who + " saw it";
    e.bundle.addOctets("dchannel.pcap", from, std::move(frames.pcap));
    e.bundle.addText("dchannel.txt", from, words.str());
    e.bundle.addJson("dchannel.json", from, {{"version", 1}, {"frames", std::move(list)}});
    e.found = true;
}

bool begunBy(const json& call, const std::optional<WallTime>& at)
{
    const auto since = parseIsoUtc(textOf(call, "since"));
    return !at || (since && *since <= *at);
}

// The call as its daemon has it: while it lives, or as it ended, with the digits that were heard in it. Of a tie's two
// ends the box's hears them, the switch's is joined.
Task<> addRecord(Export& e, std::vector<Daemon> daemons, std::optional<WallTime> at)
{
    std::stable_partition(daemons.begin(), daemons.end(), [](const Daemon& d) { return !d.box.empty(); });
    for (const char* path : {"/v1/calls", "/v1/calls/ended"})
        for (const Daemon& d : daemons) {
            control::Request request{"GET", path};
            if (e.c.values.flag("with-numbers"))
                request.query["numbers"] = "1";
            const Result<json> answer = co_await check(ask(e.c, d, std::move(request)));
            const json rows = answer ? *answer : json();
            const json* last = nullptr;
            for (const json& call : listOf(rows, "calls"))
                if (textOf(call, "id") == e.c.values.text("ID") && begunBy(call, at))
                    last = &call;
            if (!last)
                continue;
            e.bundle.addJson("call.json", "GET " + std::string(path) + " of " + d.who,
                             {{"version", 1}, {"call", *last}});
            e.found = true;
            if (textOf(*last, "digits").empty())
                e.bundle.failed("digits keyed in the call", last->contains("digits")
                                                                ? d.who + " heard none, or it had joined the call"
                                                                : "the call lives; they are told when it is over");
            co_return;
        }
    e.bundle.failed("the call's record", "no daemon has it among its last calls");
}

// The configuration in force, else what lies in the file: where the log is.
Task<std::string> configOf(Context& c, Daemon d)
{
    control::Request request{"GET", "/v1/config"};
    const Result<control::Response> r = co_await check(askRaw(c, d, std::move(request)));
    if (r)
        co_return r->body;
    const auto file = endOfFile(configPathOf(c.values, d), mostOfALog);
    co_return file ? *file : "";
}

void addLines(Export& e, const std::string& name, const std::string& from, const std::string& all)
{
    std::string lines = linesOf(all, e.c.values.text("ID"));
    if (lines.empty())
        return e.bundle.failed("lines of the call in " + from, "none names it");
    e.bundle.addText(name, "the lines of " + from + " that name the call", std::move(lines));
    e.found = true;
}

// What the daemons wrote of it. References come round again: their times tell which lines are of another call.
Task<> addLogs(Export& e, std::vector<Daemon> daemons)
{
    for (const Daemon& d : daemons) {
        const std::string config = co_await configOf(e.c, d);
        for (const WrittenLog& log : logsOf(e.c.values, d, config, mostOfALog))
            if (log.text)
                addLines(e, "log/" + (d.box.empty() ? "" : d.box + "-") + log.name, log.place, *log.text);
            else
                e.bundle.failed("the log of " + d.who, log.text.error().what);
    }
    if (e.c.values.has("dir"))
        co_return;
    const Result<std::string> journal = co_await check(outputOf(e.c.loop, journalOfDaemons(), longest, mostOfALog));
    if (journal)
        addLines(e, "log/journal.txt", "the journal's last lines", *journal);
    else
        e.bundle.failed("the journal", journal.error().what);
}

Task<> addDecision(Export& e, std::vector<Daemon> daemons)
{
    const std::string path = "/v1/explain/" + control::percentEncode(e.c.values.text("ID"));
    for (const Daemon& d : daemons) {
        control::Request request{"GET", path};
        const Result<json> answer = co_await check(ask(e.c, d, std::move(request)));
        if (!answer)
            continue;
        e.bundle.addJson("decision.json", "GET " + path + " of " + d.who, *answer);
        e.found = true;
        co_return;
    }
    e.bundle.failed("the switch's decision", "no switch that was asked knows this call");
}

// What it left: its words only together with its audio.
Task<> addMessage(Export& e, std::vector<Daemon> daemons)
{
    const bool audio = e.c.values.flag("with-audio");
    for (const Daemon& d : daemons) {
        control::Request request{"GET", "/v1/messages"};
        const Result<json> answer = co_await check(ask(e.c, d, std::move(request), longest));
        const json rows = answer ? *answer : json();
        const json* last = nullptr;
        unsigned candidates = 0;
        for (const json& m : listOf(rows, "messages"))
            if (wasLeftIn(e, m)) {
                ++candidates;
                if (!last || textOf(m, "created_at") >= textOf(*last, "created_at"))
                    last = &m;
            }
        if (!last)
            continue;
        if (!e.lasted && candidates > 1) { // somebody else's message is not to go out as this call's
            e.bundle.failed("a message", "the call's frames are gone, and several calls of this id left a message");
            co_return;
        }
        json message = *last;
        if (!audio)
            message.erase("transcript");
        e.bundle.addJson("message.json", "GET /v1/messages of " + d.who, {{"version", 1}, {"message", message}});
        e.found = true;
        if (!audio)
            co_return;
        control::Request wav{"GET", "/v1/messages/" + control::percentEncode(textOf(message, "id")) + "/audio"};
        wav.query["by"] = who();
        Result<control::Response> r = co_await check(askRaw(e.c, d, std::move(wav), longest));
        if (r)
            e.bundle.addOctets("audio.wav", "message " + textOf(message, "id") + " of " + d.who, std::move(r->body));
        else
            e.bundle.failed("the message's audio", r.error().what);
        co_return;
    }
    e.bundle.failed("a message", "none that was left in this call is kept");
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const Result<SpanOfCall> of = co_await check(spanOfCall(c, v.text("ID")));
    const auto id = of && of->analog ? std::nullopt : parseCallId(v.text("ID"));
    if (!id && !(of && of->analog))
        co_return c.usage("call export: " + v.text("ID") + ": a call's id is SPAN-REFERENCE, as box1-tie1-7");
    std::optional<WallTime> at;
    if (v.has("at")) {
        const auto time = parseIsoUtc(v.text("at"));
        if (!time)
            co_return c.usage("call export: --at " + v.text("at") + ": a time as 2026-11-22T18:00:00Z");
        at = *time;
    }
    const std::string path = absolutePath(v.text("out"));
    const std::vector<Daemon> daemons = co_await everywhere(v);
    Bundle bundle(c.loop, 2 * longest, v.flag("with-numbers") ? Bundle::Numbers::whole : Bundle::Numbers::masked);
    Export e{c, bundle, id};
    co_await addFrames(e, daemons, at);
    co_await addRecord(e, daemons, at);
    co_await addDecision(e, daemons);
    co_await addMessage(e, daemons);
    const std::vector<Daemon> writers = co_await switchAndBoxes(v);
    co_await addLogs(e, writers);
    if (!e.found)
        co_await fail(Errc::not_found,
                      "call " + v.text("ID") +
                          ": nothing is known of it; call list names those of now, call list --ended the last before");
    const std::size_t files = bundle.files();
    const json failures = bundle.failures();
    const std::string tar = bundle.take();
    co_await writePrivately(path, tar);
    if (c.json()) {
        c.print({{"call", v.text("ID")}, {"out", path}, {"files", files}, {"failed", failures}});
        co_return Exit::ok;
    }
    c.out() << path << ": " << files << (files == 1 ? " file" : " files") << " of call " << v.text("ID") << '\n';
    for (const json& f : failures)
        c.out() << "not in it: " << printable(textOf(f, "what")) << ": " << printable(textOf(f, "why")) << '\n';
    co_return Exit::ok;
}

} // namespace

Command callExport()
{
    return {
        .path = {"call", "export"},
        .summary = "all that is known of one call, as one file",
        .arguments = {{"ID", "as call list shows it"}},
        .options = {{.name = "out",
                     .value = "F.tar",
                     .help = "the file to write, readable by you only",
                     .required = true,
                     .completes = Completes::file},
                    {.name = "at", .value = "TIME", .help = "of several calls of this id the last begun by then, UTC"},
                    {.name = "with-numbers",
                     .help =
                         "telephone numbers, keyed digits (a message's code) and log lines whole; masked otherwise"},
                    {.name = "with-audio", .help = "the audio and the words of the message that was left in it"}},
        .address = Address::boxesOrSwitch,
        .more =
            "Its D channel frames (pcap, in words, JSON), its record with the digits that were heard in it (a daemon\n"
            "keeps its last 500 calls), the switch's decision, its message, what the daemons logged of it, and a\n"
            "manifest that says what could not be had. Call references come round again: without --at it is the\n"
            "last call of that id.",
        .run = run};
}

} // namespace callbox::cli
