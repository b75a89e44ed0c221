// SPDX-License-Identifier: GPL-2.0-or-later
// Looking at a machine and at its daemons, for doctor and bundle: as far as it goes, with what could not be looked at
// said. Nothing is changed, nobody is asked twice.
#pragma once
#include "cli/daemons.h"
#include "diagnosis/facts.h"

namespace callbox::cli {

// Where a daemon's configuration lies: the lab's, --file, or /etc/callbox/box.ini (below --root) for the local one.
std::string configPathOf(const Values&, const Daemon&);
Option fileOption(); // --file F
Option rootOption(); // --root DIR: another machine's files instead of this one's

// Whether the daemon meant is that of the machine below --root: it cannot be asked; this machine's is another one.
bool ofAnotherMachine(const Values&);

// `root`: "" for this machine; else what the kernel alone tells (cards, clock, disks) is left out.
diagnosis::MachineFacts machineFacts(const std::string& root, std::vector<std::string>& notLooked);

Task<diagnosis::Facts> survey(Context&);

} // namespace callbox::cli
