// SPDX-License-Identifier: GPL-2.0-or-later
// The processes of a lab: started so that they outlive the caller and keep nothing of it, known again by the time they
// started (a number alone may be another process by now), ended with patience first.
#pragma once
#include <callbox/base/result.h>
#include <callbox/base/time.h>
#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace callbox::lab {

struct Process {
    std::string name; // "exchange", "switch", "box1"
    std::vector<std::string> argv;
    std::string folder; // where it runs
    std::string log;    // its standard output and error are appended here
    pid_t pid = 0;
    std::uint64_t started = 0; // /proc/PID/stat's start time, in ticks since the machine's start
};

// Starts argv in a session of its own, with no descriptor of the caller, and fills in pid and start time.
Result<void> start(Process&);
// The very same process, and not a dead one that nobody has buried.
bool isAlive(const Process&);
// Errc::gone: it does not live any more.
Result<void> sendSignal(const Process&, int signal);
// Frozen ones are woken, all are asked to end, and killed after `patience`. Returns when none lives any more;
// Errc::timeout names those that even SIGKILL did not end within some seconds.
Result<void> end(std::span<const Process> all, Duration patience);
// Until it ends; Errc::timeout.
Result<void> waitForEnd(const Process&, Duration limit);

// The last lines of a log, for an error message; what cannot be read is said instead.
std::string endOfLog(const std::string& path, std::size_t lines);

// DIR/processes.json: written while a lab comes up, so that whatever happens `lab down` knows what was started. After
// a restart of the machine nothing in it lives.
Result<void> saveProcesses(const std::string& dir, std::span<const Process> all);
// Errc::not_found: nothing was started there, or all of it was taken down.
Result<std::vector<Process>> loadProcesses(const std::string& dir);
void forgetProcesses(const std::string& dir);

} // namespace callbox::lab
