// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/machine.h"
#include "lines/settings.h"
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace callbox::lines {

namespace {

constexpr int highestPriority = 98; // 99 is for threads of the kernel that watch over all others
constexpr int longestLatency = 100'000;
constexpr const char* latencyFile = "/dev/cpu_dma_latency"; // PM QoS: stands while the file is open

Result<void> takePriority(int priority)
{
    sched_param p{};
    p.sched_priority = priority;
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &p) == 0)
        return {};
    const std::string what = "real-time priority " + std::to_string(priority);
    if (errno == EPERM)
        return Error{Errc::denied, what + ": this service may not have it; LimitRTPRIO=" + std::to_string(priority) +
                                       " or CAP_SYS_NICE gives it the right"};
    return systemError(errno, what);
}

class Hold final : public MachineHold {
public:
    Hold() = default;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() override
    {
        if (latency_ >= 0)
            close(latency_);
        if (priority_) {
            const sched_param usual{};
            (void)sched_setscheduler(0, SCHED_OTHER, &usual);
        }
    }
    Result<void> priority(int wanted)
    {
        auto r = takePriority(wanted);
        priority_ = r.has_value();
        return r;
    }
    Result<void> latency(int us)
    {
        latency_ = open(latencyFile, O_WRONLY | O_CLOEXEC);
        const auto value = static_cast<std::int32_t>(us);
        if (latency_ >= 0 && write(latency_, &value, sizeof value) == ssize_t(sizeof value))
            return {};
        return systemError(errno, std::string("writing ") + latencyFile +
                                      ", for which this service needs the right (group and mode by a udev rule)");
    }

private:
    int latency_ = -1;
    bool priority_ = false;
};

} // namespace

std::vector<ini::Key> keys(MachineSettings& m)
{
    return {ini::integer("realtime_priority", m.realtimePriority, 0, highestPriority, 0,
                         "SCHED_FIFO priority of the thread that serves the lines; 0: none, as any other program"),
            ini::integer("cpu_latency_us", m.cpuLatencyUs, -1, longestLatency, -1,
                         "processors sleep no deeper than to wake within so many microseconds, which costs power; -1: "
                         "as the system has it")};
}

MachineSettings readMachine(const ini::Document& document, std::vector<ini::Problem>& problems)
{
    MachineSettings m;
    readSingle(document, "machine", keys(m), false, problems);
    return m;
}

std::string renderMachine(const ini::Document& document)
{
    MachineSettings scratch;
    return render(document, "machine", "", keys(scratch));
}

std::unique_ptr<MachineHold> hold(const MachineSettings& m, const Log& log)
{
    auto held = std::make_unique<Hold>();
    if (m.realtimePriority > 0)
        if (auto r = held->priority(m.realtimePriority); !r)
            log.warning("[machine] realtime_priority: not had", {{"error", r.error()}});
    if (m.cpuLatencyUs >= 0)
        if (auto r = held->latency(m.cpuLatencyUs); !r)
            log.warning("[machine] cpu_latency_us: not had", {{"error", r.error()}});
    return held;
}

} // namespace callbox::lines
