// SPDX-License-Identifier: GPL-2.0-or-later
// What a benchmark reads of processes, and how it says what it has found.
#pragma once
#include <callbox/base/result.h>
#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>

namespace callbox::bench {

// CPU seconds of all threads of a process since its start, from /proc/PID/stat: a hundredth of a second is its grain.
struct CpuTime {
    double user = 0, system = 0;
    [[nodiscard]] double both() const { return user + system; }
};
CpuTime operator-(const CpuTime& a, const CpuTime& b);
CpuTime operator+(const CpuTime& a, const CpuTime& b);
Result<CpuTime> cpuOf(pid_t);

// Seconds since the start of the machine in which a processor of it was not idle, all processors together. From
// /proc/uptime: idle time is measured there; what processors did is sampled by ticks, which falls in with programs that
// wake by them.
Result<double> busySeconds();

// What a process holds in memory now, in KiB: `resident` as ps and the incumbent's figures count it, `own` without
// pages of files (program, libraries), which do not grow with calls but are read in as they are first used.
struct Memory {
    std::int64_t resident = 0, own = 0;
};
Result<Memory> memoryOf(pid_t);

// The lines above all figures: processor, kernel, and how much else runs here.
std::string machine();

// `--name value` pairs and flags without value (empty). Exits with 2 and a usage line for one that is not in `known`
// (name -> default; a default of "-" is a flag).
using Options = std::map<std::string, std::string>;
Options readOptions(int argc, char** argv, Options known);
bool given(const Options&, const std::string& flag);
int number(const Options&, const std::string& name);

} // namespace callbox::bench
