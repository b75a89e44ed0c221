// SPDX-License-Identifier: GPL-2.0-or-later
#include "measure.h"
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/utsname.h>
#include <unistd.h>

namespace callbox::bench {

namespace {

std::string proc(pid_t pid, const char* name)
{
    return "/proc/" + std::to_string(pid) + "/" + name;
}

std::string firstValue(const char* path, const std::string& key)
{
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
        if (line.rfind(key, 0) == 0 && line.find(':') != std::string::npos)
            return line.substr(line.find(':') + 2);
    return "?";
}

[[noreturn]] void usage(const char* program, const Options& known)
{
    std::string text = std::string("usage: ") + program;
    for (const auto& [name, preset] : known)
        text += " [--" + name + (preset == "-" ? "]" : " " + preset + "]");
    std::fprintf(stderr, "%s\n", text.c_str());
    std::exit(2);
}

} // namespace

CpuTime operator-(const CpuTime& a, const CpuTime& b)
{
    return {a.user - b.user, a.system - b.system};
}

CpuTime operator+(const CpuTime& a, const CpuTime& b)
{
    return {a.user + b.user, a.system + b.system};
}

Result<CpuTime> cpuOf(pid_t pid)
{
    std::ifstream in(proc(pid, "stat"));
    std::string line;
    if (!std::getline(in, line) || line.rfind(')') == std::string::npos)
        return Error{Errc::gone, "process " + std::to_string(pid) + " has ended"};
    // Behind the name, which may hold anything: state is field 3, utime field 14, stime field 15 (proc(5)).
    std::istringstream rest(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        rest >> skipped;
    const double tick = 1.0 / double(sysconf(_SC_CLK_TCK));
    double user = 0, system = 0;
    rest >> user >> system;
    return CpuTime{user * tick, system * tick};
}

Result<double> busySeconds()
{
    std::ifstream in("/proc/uptime");
    double up = 0, idle = 0;
    if (!(in >> up >> idle))
        return Error{Errc::invalid, "/proc/uptime: not two numbers"};
    return up * double(sysconf(_SC_NPROCESSORS_ONLN)) - idle;
}

Result<Memory> memoryOf(pid_t pid)
{
    std::ifstream in(proc(pid, "status"));
    Memory m;
    bool found = false;
    for (std::string key; in >> key;) {
        if (key == "VmRSS:")
            found = bool(in >> m.resident);
        else if (key == "RssAnon:")
            in >> m.own;
        in.ignore(1 << 16, '\n');
    }
    if (!found)
        return Error{Errc::gone, "process " + std::to_string(pid) + " has ended"};
    return m;
}

std::string machine()
{
    utsname name{};
    uname(&name);
    double load = 0;
    getloadavg(&load, 1);
    std::ostringstream out;
    out << firstValue("/proc/cpuinfo", "model name") << ", " << sysconf(_SC_NPROCESSORS_ONLN) << " processors, Linux "
        << name.release << ", load average " << load;
    return out.str();
}

Options readOptions(int argc, char** argv, Options known)
{
    Options out = known;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto it = word.rfind("--", 0) == 0 ? known.find(word.substr(2)) : known.end();
        if (it == known.end())
            usage(argv[0], known);
        if (it->second == "-")
            out[it->first] = "yes";
        else if (++i < argc)
            out[it->first] = argv[i];
        else
            usage(argv[0], known);
    }
    return out;
}

bool given(const Options& o, const std::string& flag)
{
    return o.at(flag) == "yes";
}

int number(const Options& o, const std::string& name)
{
    return std::atoi(o.at(name).c_str());
}

} // namespace callbox::bench
