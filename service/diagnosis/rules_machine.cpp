// SPDX-License-Identifier: GPL-2.0-or-later
// The machine below the daemons: kernel modules, cards, configuration, disk, time.
#include "diagnosis/rules.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::diagnosis {

namespace {

using Findings = std::vector<Finding>;

bool usesDahdi(const Facts& f)
{
    return std::any_of(f.machine.configured.begin(), f.machine.configured.end(),
                       [](const ConfiguredSpan& s) { return s.backend == "dahdi"; }) ||
           std::any_of(f.spans.begin(), f.spans.end(), [](const SpanFacts& s) { return s.backend == "dahdi"; });
}

bool loaded(const Facts& f, std::string_view module)
{
    return std::find(f.machine.modules->begin(), f.machine.modules->end(), module) != f.machine.modules->end();
}

void noDahdi(const Facts& f, Findings& out)
{
    if (!usesDahdi(f) || !f.machine.modules || loaded(f, "dahdi"))
        return;
    out.push_back({.subject = "this machine",
                   .what = "the kernel module dahdi is not loaded",
                   .evidence = "a span has backend = dahdi, and /proc/modules has no dahdi",
                   .cause = "it was not built for the running kernel, or nothing loads it at start",
                   .action = "modprobe dahdi; if that finds no module, install dahdi-dkms and this kernel's headers"});
}

void noDevices(const Facts& f, Findings& out)
{
    if (!usesDahdi(f) || !f.machine.modules || !loaded(f, "dahdi") || f.machine.dahdiDevices.value_or(true))
        return;
    out.push_back({.subject = "this machine",
                   .what = "/dev/dahdi is missing though the module is loaded",
                   .evidence = "/proc/modules has dahdi, /dev/dahdi is not there",
                   .cause = "udev does not run, or in a container the devices were not handed in",
                   .action = "udevadm trigger --subsystem-match=dahdi, or hand /dev/dahdi into the container"});
}

bool isThat(const ConfiguredSpan& s, const ProbedSpan& p)
{
    return p.backend == s.backend && !s.id.empty() && (s.id == p.id || s.id == p.byPlace);
}

bool isProbed(const Facts& f, const ConfiguredSpan& s)
{
    return std::any_of(f.machine.probed->begin(), f.machine.probed->end(),
                       [&](const ProbedSpan& p) { return isThat(s, p); });
}

void cardMissing(const Facts& f, Findings& out)
{
    if (!f.machine.probed)
        return;
    for (const ConfiguredSpan& s : f.machine.configured) {
        if (s.id.empty() || isProbed(f, s))
            continue;
        std::string there;
        for (const ProbedSpan& p : *f.machine.probed)
            there += (there.empty() ? "" : ", ") + p.id;
        out.push_back({.subject = "span " + s.name,
                       .what = "its card is not there",
                       .evidence = "span = " + s.id + "; the machine has " + (there.empty() ? "no span" : there),
                       .cause = "the card is unplugged, its driver is not loaded, or its spans are not assigned",
                       .action = "look at lspci or lsusb, then at dmesg for its driver; "
                                 "`dahdi_span_assignments auto` assigns spans"});
    }
}

void cardNotConfigured(const Facts& f, Findings& out)
{
    if (!f.machine.probed || f.machine.configured.empty())
        return;
    for (const ProbedSpan& p : *f.machine.probed) {
        const bool used = std::any_of(f.machine.configured.begin(), f.machine.configured.end(),
                                      [&](const ConfiguredSpan& s) { return isThat(s, p); });
        if (!used)
            out.push_back({.severity = Severity::note,
                           .subject = "span " + p.id,
                           .what = "is there and not configured",
                           .evidence = p.backend + " finds it on " + (p.model.empty() ? "a card" : p.model) +
                                       ", no [span] section names it",
                           .cause = "the card has more spans than are needed",
                           .action = "nothing, or callbox config generate for a section of it"});
    }
}

void configWrong(const Facts& f, Findings& out)
{
    for (const std::string& p : f.machine.configProblems)
        out.push_back({.subject = "the configuration",
                       .what = p,
                       .evidence = "callbox config check says so",
                       .cause = "it was edited and not checked; the daemon will not start with it",
                       .action = "put the line right, then callbox config check"});
}

void diskFull(const Facts& f, Findings& out)
{
    constexpr std::uint64_t megabyte = 1'000'000;
    for (const MachineFacts::Disk& d : f.machine.disks) {
        if (d.total == 0 || (d.free >= d.total / 20 && d.free >= 200 * megabyte))
            continue;
        const bool full = d.free < 20 * megabyte;
        out.push_back({.severity = full ? Severity::problem : Severity::warning,
                       .subject = "disk of " + d.path,
                       .what = full ? "is full" : "is nearly full",
                       .evidence = fmt::format("{} MB of {} MB are free", d.free / megabyte, d.total / megabyte),
                       .cause = "messages that nobody hears are kept, or something else fills the disk",
                       .action = "callbox message list, then du -x on the disk; shorten retention_days"});
    }
}

void clockWrong(const Facts& f, Findings& out)
{
    if (f.machine.clockSynchronised.value_or(true))
        return;
    out.push_back({.severity = Severity::warning,
                   .subject = "this machine",
                   .what = "its clock is not synchronised",
                   .evidence = "the kernel says so (adjtimex: STA_UNSYNC)",
                   .cause = "no time server is reached, or no time service runs",
                   .action = "timedatectl; messages tell recipients the time of this clock"});
}

constexpr Rule rules[] = {
    {Layer::kernel, "kernel-no-dahdi", noDahdi},
    {Layer::kernel, "kernel-no-devices", noDevices},
    {Layer::card, "card-missing", cardMissing},
    {Layer::card, "card-not-configured", cardNotConfigured},
    {Layer::configuration, "configuration-wrong", configWrong},
    {Layer::disk, "disk-full", diskFull},
    {Layer::time, "time-not-synchronised", clockWrong},
};

} // namespace

std::span<const Rule> machineRules()
{
    return rules;
}

} // namespace callbox::diagnosis
