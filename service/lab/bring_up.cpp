// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/bring_up.h"
#include "lab/readiness.h"
#include "lab/small_file.h"
#include "lab/started.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <callbox/base/whole_file.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

namespace callbox::lab {

namespace {

using nlohmann::json;

constexpr Duration askEvery = 100ms;
constexpr Duration askLimit = 5s;
constexpr Duration lockLimit = 10s;

std::string describePath(const std::string& dir)
{
    return dir + "/lab.json";
}

Task<json> ask(LabWorld& world, std::string control, std::string path)
{
    control::Request request{"GET", std::move(path)};
    control::Response r = co_await world.http.call("unix:" + control, std::move(request), askLimit);
    if (r.status != 200)
        co_await fail(Errc::io, "answers with HTTP status " + std::to_string(r.status));
    json j = json::parse(r.body, nullptr, false);
    if (j.is_discarded())
        co_await fail(Errc::io, "answers with what is no JSON");
    co_return std::move(j);
}

// One question and what its answer must be for calls to be placed.
struct Check {
    std::string who; // "box1"
    std::string control, path;
    std::function<std::string(const json&)> trouble; // why not; empty: fine
};

// Asks until every answer is right. A process that ends meanwhile ends the waiting.
Task<> waitUntil(LabWorld& world, const std::vector<Process>& all, std::vector<Check> checks, TimePoint until)
{
    for (Check& c : checks) {
        while (true) {
            co_await allAlive(all);
            Result<json> answer = co_await check(ask(world, c.control, c.path));
            const std::string why = answer ? c.trouble(*answer) : answer.error().what;
            if (why.empty())
                break;
            if (world.loop.now() >= until)
                co_await Result<void>(tooLate(all, c.who, why, world.limit));
            if (world.progress)
                world.progress(c.who + ": " + why);
            co_await sleepFor(world.loop, askEvery);
        }
    }
}

Check answers(std::string who, std::string control, std::string path)
{
    return {std::move(who), std::move(control), std::move(path), [](const json&) { return std::string(); }};
}

std::vector<Check> readyChecks(const Fleet& f)
{
    std::vector<Check> checks{{"exchange", f.exchangeControl(), "/v1/spans", spansTrouble}};
    for (const FleetBox& b : f.boxes)
        checks.push_back({b.id, b.control, "/v1/status", [](const json& status) { return boxTrouble(status, true); }});
    if (!f.options.standalone) {
        checks.push_back({"switch", f.switchControl(), "/v1/spans", spansTrouble});
        checks.push_back({"switch", f.switchControl(), "/v1/boxes",
                          [n = f.boxes.size()](const json& boxes) { return switchTrouble(boxes, n); }});
    }
    return checks;
}

Result<void> refuseLab(const std::string& dir)
{
    if (auto r = refuseRunning(dir, "a lab runs"); !r)
        return Error{r.error().code, r.error().what + "; stop it with: callbox lab down --dir " + dir};
    return {};
}

Result<void> writeDescription(const std::string& dir, const json& j)
{
    return replaceFile(describePath(dir), j.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

// The parts of lab.json that change when one process is started anew.
void putProcess(json& lab, const Process& p, const std::vector<Process>& all)
{
    json pids = json::array();
    for (const Process& other : all)
        pids.push_back(other.pid);
    lab["pids"] = std::move(pids);
    const auto put = [&](json& row, const std::string& addressFolder) {
        row["pid"] = p.pid;
        if (auto text = readToEnd(addressFolder + "/http.address"))
            row["http"] = text->substr(0, text->find('\n'));
    };
    if (p.name == "switch" && lab["switch"].is_object())
        put(lab["switch"], std::filesystem::path(lab["switch"].value("control", "")).parent_path().string());
    for (json& row : lab["boxes"])
        if (row.value("id", "") == p.name)
            put(row, row.value("state_dir", ""));
}

// What one process of a running lab must answer before a restart is over.
std::vector<Check> restartChecks(const json& lab, const std::string& name)
{
    const json& switching = lab.at("switch");
    const std::string switchControl = switching.is_object() ? switching.value("control", "") : "";
    if (name == "switch")
        return {{"switch", switchControl, "/v1/spans", spansTrouble}};
    std::vector<Check> checks;
    for (const json& row : lab.at("boxes"))
        if (row.value("id", "") == name)
            checks.push_back({name, row.value("control", ""), "/v1/status",
                              [](const json& status) { return boxTrouble(status, false); }});
    if (!switchControl.empty())
        checks.push_back(
            {name, switchControl, "/v1/boxes", [name](const json& boxes) { return boxAtSwitchTrouble(boxes, name); }});
    return checks;
}

} // namespace

Result<std::unique_ptr<FolderLock>> lockLab(const std::string& dir)
{
    const auto until = std::chrono::steady_clock::now() + lockLimit;
    while (true) {
        auto lock = FolderLock::take(dir);
        if (lock || lock.error().code != Errc::busy || std::chrono::steady_clock::now() >= until)
            return lock;
        std::this_thread::sleep_for(50ms);
    }
}

Task<> bringUp(LabWorld world, FleetOptions options)
{
    const Fleet fleet = co_await planFleet(options);
    const std::string dir = options.dir;
    std::error_code ec;
    std::filesystem::create_directories(dir, ec);
    if (ec)
        co_await Result<void>(systemError(ec.value(), "making the folder " + dir));
    const std::unique_ptr<FolderLock> lock = co_await lockLab(dir);
    co_await refuseLab(dir);
    std::filesystem::remove(describePath(dir), ec); // it comes back when it is true again
    co_await writeFleet(fleet);

    Started guard(dir);
    const TimePoint until = world.loop.now() + world.limit;
    for (Process& p : fleetProcesses(fleet)) {
        const bool first = p.name == "exchange" || p.name == "switch";
        const std::string name = p.name;
        co_await guard.start(std::move(p));
        if (!first)
            continue;
        // The next ones look for its sockets: with nobody there they would wait before they look again.
        std::vector<Check> checks;
        checks.push_back(
            answers(name, name == "switch" ? fleet.switchControl() : fleet.exchangeControl(), "/v1/spans"));
        co_await waitUntil(world, guard.processes(), std::move(checks), until);
    }
    std::vector<Check> ready = readyChecks(fleet);
    co_await waitUntil(world, guard.processes(), std::move(ready), until);
    const json description = describeFleet(fleet, guard.processes());
    co_await writeDescription(dir, description);
    guard.keep();
}

Task<json> startExchange(LabWorld world, ExchangeOptions options)
{
    const std::string ini = co_await exchangeIni(options);
    const std::string dir = options.dir;
    std::error_code ec;
    std::filesystem::create_directories(dir + "/exchange", ec);
    if (ec)
        co_await Result<void>(systemError(ec.value(), "making the folder " + dir + "/exchange"));
    const std::unique_ptr<FolderLock> lock = co_await lockLab(dir);
    co_await refuseLab(dir);
    std::filesystem::remove(describePath(dir), ec);
    co_await replaceFile(dir + "/exchange/exchange.ini", ini);
    Started guard(dir);
    const TimePoint until = world.loop.now() + world.limit;
    Process p = exchangeProcess(options);
    co_await guard.start(std::move(p));
    std::vector<Check> checks;
    checks.push_back(answers("exchange", exchangeControl(dir), "/v1/spans"));
    co_await waitUntil(world, guard.processes(), std::move(checks), until);
    const json description = describeExchange(options, guard.processes().front());
    co_await writeDescription(dir, description);
    guard.keep();
    co_return description;
}

Result<std::size_t> takeDown(const std::string& dir)
{
    auto lock = std::filesystem::is_directory(dir)
                    ? lockLab(dir)
                    : Result<std::unique_ptr<FolderLock>>(Error{Errc::not_found, dir + " is no folder"});
    if (!lock)
        return lock.error();
    auto all = loadProcesses(dir);
    if (!all && all.error().code != Errc::not_found)
        return all.error();
    if (!all)
        all = std::vector<Process>();
    const auto alive = static_cast<std::size_t>(std::count_if(all->begin(), all->end(), isAlive));
    // The exchange last: a daemon that ends hangs up its calls, and somebody should be there to hear it.
    const auto others =
        std::stable_partition(all->begin(), all->end(), [](const Process& p) { return p.name != "exchange"; });
    const auto split = static_cast<std::size_t>(others - all->begin());
    const std::span<const Process> processes(*all);
    if (auto r = end(processes.first(split), patience); !r)
        return r.error();
    if (auto r = end(processes.subspan(split), patience); !r)
        return r.error();
    forgetProcesses(dir);
    if (auto text = readToEnd(describePath(dir))) {
        json lab = json::parse(*text, nullptr, false);
        if (lab.is_object()) {
            lab["pids"] = json::array();
            if (auto r = writeDescription(dir, lab); !r)
                return r.error();
        }
    }
    return alive;
}

Task<> restart(LabWorld world, std::string dir, std::string name)
{
    const std::unique_ptr<FolderLock> lock = co_await lockLab(dir);
    std::vector<Process> all = co_await loadProcesses(dir);
    const std::string text = co_await readToEnd(describePath(dir));
    json lab = json::parse(text, nullptr, false);
    const auto it = std::find_if(all.begin(), all.end(), [&](const Process& p) { return p.name == name; });
    if (it == all.end() || !lab.is_object())
        co_await fail(Errc::not_found, "the lab in " + dir + " has started no process called " + name);
    Process& p = *it;
    co_await end({&p, 1}, patience);
    co_await start(p);
    co_await saveProcesses(dir, all);
    std::vector<Process> watched{p};
    std::vector<Check> checks = restartChecks(lab, name);
    co_await waitUntil(world, watched, std::move(checks), world.loop.now() + world.limit);
    putProcess(lab, p, all);
    co_await writeDescription(dir, lab);
}

} // namespace callbox::lab
