// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/survey.h"
#include "box/config.h"
#include "cli/config_file.h"
#include "switching/config.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/timex.h>

namespace callbox::cli {

namespace {

namespace fs = std::filesystem;
using diagnosis::Facts;
using diagnosis::MachineFacts;

constexpr Duration surveyLimit = 5s; // of one answer

std::optional<std::vector<std::string>> loadedModules(const std::string& root)
{
    std::ifstream in(root + "/proc/modules");
    if (!in)
        return std::nullopt;
    std::vector<std::string> names;
    for (std::string line; std::getline(in, line);)
        names.push_back(line.substr(0, line.find(' ')));
    return names;
}

std::vector<diagnosis::ProbedSpan> probedSpans(std::vector<std::string>& notLooked)
{
    std::vector<diagnosis::ProbedSpan> out;
    for (const hal::Backend* b : hal::allBackends()) {
        const auto found = b->probe();
        if (!found) {
            notLooked.push_back("cards of " + std::string(b->name) + ": " + found.error().what);
            continue;
        }
        const auto withoutBackend = [](const std::string& id) { return id.substr(id.find(':') + 1); };
        for (const hal::SpanInfo& s : *found)
            out.push_back({std::string(b->name), withoutBackend(s.id), s.model, withoutBackend(s.byPlace)});
    }
    return out;
}

void addConfigured(MachineFacts& m, const ini::Document& doc)
{
    std::vector<ini::Problem> said; // the whole configuration's check tells them
    for (const lines::SpanSettings& s : lines::readLines(doc, said).spans) {
        const auto id = s.backendKeys.find("span");
        m.configured.push_back({s.name(), s.backend, id == s.backendKeys.end() ? "" : id->second});
    }
    for (const ini::Section& s : doc.sections)
        for (const ini::Entry& e : s.entries)
            if (e.key == "state" && (s.kind == "box" || s.kind == "switch"))
                m.disks.push_back({e.value, 0, 0});
}

void addConfiguration(Facts& f, const std::string& path)
{
    const auto report = readConfigFile(path);
    if (!report) {
        f.notLooked.push_back("configuration: " + report.error().what);
        return;
    }
    for (const ini::Problem& p : report->problems)
        f.machine.configProblems.push_back(p.message());
    std::vector<ini::Problem> said;
    if (const auto doc = ini::load(path, said))
        addConfigured(f.machine, *doc);
}

void measureDisks(Facts& f, const std::string& root)
{
    if (!root.empty()) {
        f.machine.disks.clear();
        return;
    }
    for (MachineFacts::Disk& d : f.machine.disks) {
        std::error_code ec;
        const fs::space_info space = fs::space(d.path, ec);
        if (ec) {
            f.notLooked.push_back("disk of " + d.path + ": " + ec.message());
            continue;
        }
        d.free = space.available;
        d.total = space.capacity;
    }
}

using Reader = void (*)(Facts&, const std::string&, const json&);
void readView(Facts& f, const std::string&, const json& answer)
{
    diagnosis::readSwitchView(f, answer);
}

struct Question {
    const char* path;
    const char* what; // for people, when it is not answered
    Reader read;
};
constexpr Question questions[] = {{"/v1/spans", "spans", diagnosis::readSpans},
                                  {"/v1/calls", "calls", diagnosis::readCalls},
                                  {"/v1/status", "status", diagnosis::readStatus},
                                  {"/v1/modems", "modems", diagnosis::readModems},
                                  {"/v1/boxes", "the switch's view", readView}};

Task<> askAll(Context& c, Daemon d, Facts& f)
{
    diagnosis::DaemonFacts about{d.who, false, true, ""};
    std::size_t asked = 0;
    for (const Question& q : questions) {
        control::Request request{"GET", q.path};
        Result<json> answer = co_await check(ask(c, d, std::move(request), surveyLimit));
        ++asked;
        if (answer) {
            about.reached = true;
            q.read(f, d.who, *answer);
            continue;
        }
        about.permitted = answer.error().code != Errc::denied;
        about.error = answer.error().what;
        if (answer.error().code == Errc::not_found) {
            about.reached = true; // a daemon of the other kind
            continue;
        }
        if (asked == 1)
            break; // nobody is there: asking on only takes time
        f.notLooked.push_back(std::string(q.what) + " of " + d.who + ": " + about.error);
    }
    if (!about.reached)
        f.notLooked.push_back("spans, calls, store and modems of " + d.who +
                              (about.permitted ? ": it does not answer" : ": not permitted"));
    f.daemons.push_back(std::move(about));
}

} // namespace

std::string configPathOf(const Values& v, const Daemon& d)
{
    if (v.has("file"))
        return absolutePath(v.text("file"));
    if (!v.has("dir"))
        return absolutePath(v.text("root")) + "/etc/callbox/box.ini";
    const auto lab = labDescription(v.text("dir"));
    if (!lab)
        return "";
    for (const json& b : listOf(*lab, "boxes"))
        if (textOf(b, "id") == d.box)
            return textOf(b, "config");
    return textOf(fieldOf(*lab, "switch"), "config");
}

bool ofAnotherMachine(const Values& v)
{
    return !absolutePath(v.text("root")).empty() && !v.has("dir") && !v.has("socket");
}

Option fileOption()
{
    return {.name = "file",
            .value = "F",
            .help = "the daemon's configuration; default /etc/callbox/box.ini, or the lab's",
            .completes = Completes::file};
}

Option rootOption()
{
    return {.name = "root",
            .value = "DIR",
            .help = "another machine's files below DIR (a rescued disk), without its cards, clock and disks",
            .completes = Completes::folder};
}

diagnosis::MachineFacts machineFacts(const std::string& root, std::vector<std::string>& notLooked)
{
    MachineFacts m;
    m.modules = loadedModules(root);
    if (!m.modules)
        notLooked.push_back("kernel modules: " + root + "/proc/modules cannot be read");
    std::error_code ec;
    m.dahdiDevices = fs::exists(root + "/dev/dahdi", ec);
    if (!root.empty()) {
        notLooked.emplace_back("cards, disks and clock: only the machine itself can tell (--root)");
        return m;
    }
    m.probed = probedSpans(notLooked);
    timex state{};
    if (::adjtimex(&state) >= 0)
        m.clockSynchronised = !(state.status & STA_UNSYNC);
    else
        notLooked.emplace_back("clock: the kernel does not tell");
    return m;
}

Task<diagnosis::Facts> survey(Context& c)
{
    const std::vector<Daemon> daemons = co_await switchAndBoxes(c.values);
    const std::string root = absolutePath(c.values.text("root"));
    Facts f;
    f.machine = machineFacts(root, f.notLooked);
    std::vector<std::string> read;
    for (const Daemon& d : daemons) {
        const std::string place = configPathOf(c.values, d);
        if (place.empty() || std::find(read.begin(), read.end(), place) != read.end())
            continue;
        read.push_back(place);
        addConfiguration(f, place);
    }
    measureDisks(f, root);
    if (ofAnotherMachine(c.values)) {
        f.notLooked.emplace_back("daemons: those of the machine whose files these are do not run here (--root)");
        co_return std::move(f);
    }
    for (const Daemon& d : daemons) {
        Daemon one = d;
        co_await askAll(c, std::move(one), f);
    }
    co_return std::move(f);
}

} // namespace callbox::cli
