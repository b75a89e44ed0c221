// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/started.h"

namespace callbox::lab {

namespace {

constexpr std::size_t logLines = 15;

} // namespace

Started::~Started()
{
    if (kept_)
        return;
    if (end(processes_, patience))
        forgetProcesses(dir_);
}

Result<void> Started::start(Process p)
{
    if (auto r = lab::start(p); !r)
        return r;
    processes_.push_back(std::move(p));
    return saveProcesses(dir_, processes_);
}

Result<void> allAlive(const std::vector<Process>& all)
{
    for (const Process& p : all)
        if (!isAlive(p))
            return Error{Errc::io, p.name + " (" + p.argv[0] + ") ended at once; the end of " + p.log + ":\n" +
                                       endOfLog(p.log, logLines)};
    return {};
}

Error tooLate(const std::vector<Process>& all, const std::string& who, const std::string& why, Duration limit)
{
    std::string text = who + " was not ready within " + std::to_string(toMs(limit) / 1000) + " s: " + why;
    for (const Process& p : all)
        if (p.name == who)
            text += "\nThe end of " + p.log + ":\n" + endOfLog(p.log, logLines);
    return Error{Errc::io, text};
}

Result<void> refuseRunning(const std::string& dir, const std::string& what)
{
    const auto before = loadProcesses(dir);
    if (!before)
        return {}; // nothing there, or nothing readable: no process of ours is known
    std::string pids;
    for (const Process& p : *before)
        if (isAlive(p))
            pids += " " + std::to_string(p.pid);
    if (pids.empty())
        return {};
    return Error{Errc::busy, what + " in " + dir + " already (pids" + pids + ")"};
}

} // namespace callbox::lab
