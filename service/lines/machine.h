// SPDX-License-Identifier: GPL-2.0-or-later
// [machine]: what the system is asked for so that ticks come in time (N16), on a machine that has other work too.
#pragma once
#include <callbox/base/ini.h>
#include <callbox/base/log.h>
#include <memory>

namespace callbox::lines {

struct MachineSettings {
    int realtimePriority = 0; // SCHED_FIFO of the loop's thread; 0: none
    int cpuLatencyUs = -1;    // processors sleep no deeper than to wake within it; -1: as the system has it
};
std::vector<ini::Key> keys(MachineSettings& target);
MachineSettings readMachine(const ini::Document&, std::vector<ini::Problem>& problems);
// As `config show --effective` has it.
std::string renderMachine(const ini::Document&);

// What was asked for stands as long as this does.
class MachineHold {
public:
    virtual ~MachineHold() = default;

protected:
    MachineHold() = default;
};
// On the loop's thread, once; threads begun later are as they were. What the system refuses is a warning that says what
// right is missing: a service without it works as before.
std::unique_ptr<MachineHold> hold(const MachineSettings&, const Log&);

} // namespace callbox::lines
