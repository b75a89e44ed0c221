// SPDX-License-Identifier: GPL-2.0-or-later
// DIR/processes.json: what a lab has started.
#include "lab/processes.h"
#include "lab/small_file.h"
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace callbox::lab {

namespace {

using nlohmann::json;

std::string pathIn(const std::string& dir)
{
    return dir + "/processes.json";
}

// Another one after each start of the machine: process numbers and ticks begin anew with it.
std::string machineBoot()
{
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::string id;
    in >> id;
    return id;
}

Result<Process> processFrom(const json& j, const std::string& path)
{
    const bool good = j.is_object() && j.value("name", json()).is_string() && j.value("pid", json()).is_number() &&
                      j.value("started", json()).is_number() && j.value("argv", json()).is_array() &&
                      j.value("folder", json()).is_string() && j.value("log", json()).is_string();
    if (!good)
        return Error{Errc::invalid, path + ": not written by lab up"};
    Process p;
    p.name = j["name"].get<std::string>();
    p.pid = j["pid"].get<pid_t>();
    p.started = j["started"].get<std::uint64_t>();
    p.folder = j["folder"].get<std::string>();
    p.log = j["log"].get<std::string>();
    for (const json& a : j["argv"])
        if (a.is_string())
            p.argv.push_back(a.get<std::string>());
    return p;
}

} // namespace

Result<void> saveProcesses(const std::string& dir, std::span<const Process> all)
{
    json list = json::array();
    for (const Process& p : all)
        list.push_back({{"name", p.name},
                        {"argv", p.argv},
                        {"folder", p.folder},
                        {"log", p.log},
                        {"pid", p.pid},
                        {"started", p.started}});
    const json j{{"version", 1}, {"machine_boot", machineBoot()}, {"processes", list}};
    return replaceFile(pathIn(dir), j.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

Result<std::vector<Process>> loadProcesses(const std::string& dir)
{
    const std::string path = pathIn(dir);
    std::ifstream in(path);
    if (!in)
        return systemError(errno, "opening " + path);
    const json j = json::parse(in, nullptr, false);
    if (!j.is_object() || !j.value("processes", json()).is_array())
        return Error{Errc::invalid, path + ": not written by lab up"};
    std::vector<Process> all;
    if (j.value("machine_boot", json()) != machineBoot())
        return all;
    for (const json& row : j["processes"]) {
        auto p = processFrom(row, path);
        if (!p)
            return p.error();
        all.push_back(std::move(*p));
    }
    return all;
}

void forgetProcesses(const std::string& dir)
{
    ::unlink(pathIn(dir).c_str());
}

} // namespace callbox::lab
