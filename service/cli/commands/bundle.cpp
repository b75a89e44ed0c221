// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bundle.h"
#include "cli/daemon_logs.h"
#include "cli/findings.h"
#include "cli/program_output.h"
#include "cli/survey.h"
#include "cli/table.h"
#include <callbox/base/async.h>
#include <filesystem>
#include <ostream>

namespace callbox::cli {

namespace {

namespace fs = std::filesystem;

constexpr Duration oneAnswer = 5s, oneProgram = 10s;
constexpr std::size_t mostOfALog = 1 << 20;
constexpr std::size_t mostSysfsFiles = 2000;

std::string folderOf(const Daemon& d)
{
    if (!d.box.empty())
        return d.box + "/";
    return d.who == "the switch" ? "switch/" : "daemon/";
}

struct Wanted {
    std::string path, name; // GET path as NAME.json
};

// One answer into the bundle, given back too. Null: there is none.
Task<json> collect(Context& c, Bundle& b, Daemon d, Wanted w)
{
    const std::string name = folderOf(d) + w.name;
    if (!b.mayCollect(name))
        co_return json();
    control::Request request{"GET", w.path};
    Result<json> answer = co_await check(ask(c, d, std::move(request), std::min(oneAnswer, b.timeLeft())));
    if (answer) {
        b.addJson(name + ".json", "GET " + w.path + " of " + d.who, *answer);
        co_return std::move(*answer);
    }
    if (answer.error().code != Errc::not_found) // a switch has no status, a box no boxes
        b.failed(name, answer.error().what);
    co_return json();
}

Task<> collectTraces(Context& c, Bundle& b, Daemon d, json spans, json modems)
{
    for (const json& s : listOf(spans, "spans")) {
        const std::string span = textOf(s, "name");
        if (!b.mayCollect("the D channel of " + span))
            continue;
        control::Request request{"GET", "/v1/trace/dchannel/" + control::percentEncode(span)};
        Result<control::Response> r =
            co_await check(askRaw(c, d, std::move(request), std::min(2 * oneAnswer, b.timeLeft())));
        if (r)
            b.addOctets(folderOf(d) + "trace/" + span + ".pcap", "the D channel of " + span + ", numbers masked",
                        std::move(r->body));
        else
            b.failed("the D channel of " + span, r.error().what);
    }
    for (const json& m : listOf(modems, "modems")) {
        const std::string modem = textOf(m, "name");
        Wanted w{"/v1/trace/at/" + control::percentEncode(modem), "trace/at-" + modem};
        co_await collect(c, b, d, std::move(w));
    }
}

// The configuration in force, else what lies in the file; and the daemon's log.
Task<> collectConfig(Context& c, Bundle& b, Daemon d, bool running)
{
    const std::string path = configPathOf(c.values, d);
    std::string config;
    if (running && b.mayCollect("the configuration of " + d.who)) {
        control::Request request{"GET", "/v1/config"};
        Result<control::Response> r = co_await check(askRaw(c, d, std::move(request), oneAnswer));
        if (r) {
            config = r->body;
            b.addText(folderOf(d) + "config-in-force.ini", "GET /v1/config of " + d.who, std::move(r->body));
        } else {
            b.failed("the configuration of " + d.who, r.error().what);
        }
    }
    if (auto file = endOfFile(path, mostOfALog)) {
        if (config.empty())
            config = *file;
        b.addText(folderOf(d) + "config-file.ini", path, std::move(*file));
    } else {
        b.failed("the configuration's file of " + d.who, file.error().what);
    }
    for (WrittenLog& log : logsOf(c.values, d, config, mostOfALog)) {
        if (log.text)
            b.addText(folderOf(d) + log.name, log.place, std::move(*log.text));
        else
            b.failed("the log of " + d.who, log.text.error().what);
    }
}

Task<> collectDaemon(Context& c, Bundle& b, Daemon d)
{
    json spans;
    if (ofAnotherMachine(c.values)) {
        b.failed("what " + d.who + " answers", "it is this machine's, the files below --root are another's");
    } else {
        Wanted first{"/v1/spans", "spans"};
        spans = co_await collect(c, b, d, std::move(first));
    }
    const bool running = !spans.is_null();
    json modems;
    if (running)
        for (const char* what : {"status", "calls", "modems", "boxes", "alarms", "cards"}) {
            Wanted w{std::string("/v1/") + what, what};
            json answer = co_await collect(c, b, d, std::move(w));
            if (what == std::string_view("modems"))
                modems = std::move(answer);
        }
    co_await collectConfig(c, b, d, running);
    if (running)
        co_await collectTraces(c, b, d, spans, std::move(modems));
}

void collectFile(Bundle& b, const std::string& root, const std::string& path)
{
    if (!b.mayCollect(path))
        return;
    if (auto text = endOfFile(root + path, mostOfALog))
        b.addText("machine" + path, root + path, std::move(*text));
    else
        b.failed(path, text.error().what);
}

// Every small file of a folder of sysfs or /proc, links to devices followed once.
void collectFolder(Bundle& b, const std::string& root, const std::string& path)
{
    std::error_code ec;
    if (!fs::exists(root + path, ec))
        return b.failed(path, "is not there");
    std::string text;
    std::size_t files = 0;
    const auto look = [&](const fs::path& file) {
        std::error_code none;
        if (!fs::is_regular_file(file, none) || ++files > mostSysfsFiles)
            return;
        if (const auto content = endOfFile(file.string(), 65536))
            text += file.string().substr(root.size()) + ":\n" + *content + "\n";
    };
    for (fs::directory_iterator it(root + path, ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code none;
        look(it->path());
        if (!fs::is_directory(it->path(), none))
            continue;
        for (fs::directory_iterator in(it->path(), none), last; !none && in != last; in.increment(none))
            look(in->path());
    }
    b.addText("machine" + path + ".txt", root + path, std::move(text));
}

Task<> collectProgram(Context& c, Bundle& b, std::string name, std::vector<std::string> argv)
{
    if (!b.mayCollect(name))
        co_return;
    const std::string words = argv[0];
    Result<std::string> out =
        co_await check(outputOf(c.loop, std::move(argv), std::min(oneProgram, b.timeLeft()), mostOfALog));
    if (out)
        b.addText("machine/" + name + ".txt", words, std::move(*out));
    else
        b.failed(name, out.error().what);
}

Task<> collectMachine(Context& c, Bundle& b)
{
    const std::string root = absolutePath(c.values.text("root"));
    for (const char* path :
         {"/proc/version", "/proc/cmdline", "/proc/uptime", "/proc/loadavg", "/proc/meminfo", "/proc/interrupts",
          "/proc/modules", "/proc/mounts", "/etc/os-release", "/etc/debian_version", "/sys/module/dahdi/version",
          "/etc/dahdi/system.conf", "/etc/modprobe.d/dahdi.conf"})
        collectFile(b, root, path);
    for (const char* path : {"/proc/dahdi", "/sys/bus/dahdi_devices/devices", "/sys/bus/dahdi_spans/devices"})
        collectFolder(b, root, path);
    if (!root.empty()) {
        b.failed("journal and the kernel's log", "only the machine itself has them (--root)");
        co_return;
    }
    co_await collectProgram(c, b, "journal", journalOfDaemons());
    std::vector<std::string> dmesg{"dmesg"};
    co_await collectProgram(c, b, "dmesg", std::move(dmesg));
}

Task<Exit> run(Context& c)
{
    const std::vector<Daemon> daemons = co_await switchAndBoxes(c.values);
    const std::string path = absolutePath(c.values.text("out"));
    Bundle b(c.loop, std::chrono::seconds(c.values.number("limit")));
    // In front: there must be time for what explains the rest.
    const diagnosis::Facts facts = co_await survey(c);
    b.addJson("doctor.json", "callbox doctor", findingsJson(diagnosis::diagnose(facts), facts.notLooked));
    b.addJson("versions.json", "callbox", {{"callbox", CALLBOX_VERSION}});
    for (const Daemon& d : daemons) {
        Daemon one = d;
        co_await collectDaemon(c, b, std::move(one));
    }
    co_await collectMachine(c, b);
    const std::size_t files = b.files();
    const json failures = b.failures();
    const std::string tar = b.take();
    co_await writePrivately(path, tar);
    if (c.json()) {
        c.print({{"out", path}, {"files", files}, {"failed", failures}});
        co_return Exit::ok;
    }
    c.out() << path << ": " << files << " files; numbers masked, secrets and audio left out\n";
    for (const json& f : failures)
        c.out() << "not in it: " << printable(textOf(f, "what")) << ": " << printable(textOf(f, "why")) << '\n';
    co_return Exit::ok;
}

} // namespace

Command bundle()
{
    return {
        .path = {"bundle"},
        .summary = "one file for whoever helps: status, traces, configuration, logs, redacted",
        .options = {{.name = "out",
                     .value = "F.tar",
                     .help = "the file to write, readable by you only",
                     .required = true,
                     .completes = Completes::file},
                    {.name = "limit",
                     .value = "S",
                     .help = "seconds until nothing more is collected",
                     .preset = "60",
                     .range = {{1, 3600}}},
                    fileOption(),
                    rootOption()},
        .address = Address::boxesOrSwitch,
        .more =
            "Works with the daemon down: then it has what the machine and the files tell. Its manifest.json says what\n"
            "is in it and what could not be had. Telephone numbers are masked; PINs, tokens, URLs' paths, messages\n"
            "and audio are not in it. Nothing is changed.",
        .run = run};
}

} // namespace callbox::cli
