// SPDX-License-Identifier: GPL-2.0-or-later
// What recording calls cost the shipped programs: a lab in real time with one box, N callers at once who speak into
// their messages, digits listened for. CPU from /proc/PID/stat over a stretch in which all of them record, memory
// before the first call and during that stretch, both of callboxd and of all processes together (the exchange, which
// plays the callers, among them).
#include "fleet.h"
#include "support/command.h"
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

namespace callbox::bench {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr int channelsOfSpan = 30;
constexpr auto greeting = 12s; // until the last caller's message has surely begun: greeting, beep, a pause
constexpr int margin = 6;      // seconds a caller speaks on after the measured stretch

struct Reading {
    std::vector<CpuTime> cpu; // in the order of Fleet::processes()
    double machine = 0;       // seconds in which a processor of this machine did anything
    std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
};

Reading read(const Fleet& fleet)
{
    Reading r;
    for (const auto& [name, pid] : fleet.processes()) {
        const auto cpu = cpuOf(pid);
        if (!cpu)
            giveUp(name + ": " + cpu.error().what);
        r.cpu.push_back(*cpu);
    }
    const auto busy = busySeconds();
    if (!busy)
        giveUp(busy.error().what);
    r.machine = *busy;
    return r;
}

// Over so long; nothing is asked of the processes meanwhile.
// The machine's busy share with no call is what its calls are counted from: the next reading needs `idleShare`.
double tellCpu(const Fleet& fleet, std::chrono::seconds length, int calls, double idleShare)
{
    const double audioBefore = fleet.audioSeconds();
    const Reading before = read(fleet);
    std::this_thread::sleep_for(length); // the stretch that is measured, in real time
    const Reading after = read(fleet);
    const double audio = fleet.audioSeconds() - audioBefore;
    const double seconds = std::chrono::duration<double>(after.at - before.at).count();
    double sum = 0;
    const auto processes = fleet.processes();
    for (std::size_t i = 0; i < processes.size(); ++i) {
        const CpuTime used = after.cpu[i] - before.cpu[i];
        sum += used.both();
        std::printf("  %-9s %6.2f s user %6.2f s system in %.1f s", processes[i].first.c_str(), used.user, used.system,
                    seconds);
        if (calls > 0)
            std::printf(" = %.4f CPU s per call-minute", used.both() / calls / audio * 60);
        std::printf("\n");
    }
    if (calls > 0)
        std::printf("  together  %.4f CPU s per call-minute; %.1f s of audio\n", sum / calls / audio * 60, audio);
    const double share = (after.machine - before.machine) / seconds;
    std::printf("  the whole machine was busy for %.2f %% of one processor", share * 100);
    if (calls > 0)
        std::printf(" = %.4f CPU s per call-minute more than with no call", (share - idleShare) * 60 / calls);
    std::printf("\n");
    return share;
}

Memory memoryOfBox(const Fleet& fleet)
{
    const auto m = memoryOf(fleet.box());
    if (!m)
        giveUp("callboxd: " + m.error().what);
    return *m;
}

// One load of `calls` callers at once; false when one of them failed or a sample was lost.
bool measure(const Fleet& fleet, int calls, int seconds, double idleShare)
{
    const Memory idle = memoryOfBox(fleet);
    const long hold = seconds + margin + std::chrono::seconds(greeting).count();
    tests::Background load(fleet.arguments(
        "load", {"--rate", "30", "--calls", std::to_string(calls), "--hold", std::to_string(hold), "--json"}));
    for (int i = 0; fleet.callsNow() < calls; ++i) {
        if (i == 30)
            giveUp("not all calls came up");
        std::this_thread::sleep_for(500ms); // each question costs the CPU that is measured
    }
    std::this_thread::sleep_for(greeting);
    const Memory busy = memoryOfBox(fleet);
    std::printf("%d calls recording:\n", calls);
    tellCpu(fleet, std::chrono::seconds(seconds), calls, idleShare);
    const Memory end = memoryOfBox(fleet);
    std::printf(
        "  callboxd's memory: %ld KB resident (%ld KB its own) before, %ld (%ld) during, %ld (%ld) at the end: %.1f "
        "(%.1f) KB per call\n",
        idle.resident, idle.own, busy.resident, busy.own, end.resident, end.own,
        double(end.resident - idle.resident) / calls, double(end.own - idle.own) / calls);
    const auto done = load.finish();
    const json result = json::parse(done.out, nullptr, false);
    if (done.exitCode == 0)
        return true;
    std::printf("  the load was not flawless: %s%s\n", result.is_object() ? result.dump().c_str() : done.out.c_str(),
                done.err.c_str());
    return false;
}

int run(const Options& o)
{
    const bool quick = given(o, "quick");
    const int spans = number(o, "spans");
    const int calls = quick ? 3 : spans * channelsOfSpan;
    const int seconds = quick ? 2 : number(o, "seconds");
    const Fleet fleet(labOptions(o));
    std::this_thread::sleep_for(3s); // starting up is not part of "no call"
    std::printf("%s\n%s, %d span%s\nno call:\n", machine().c_str(),
                given(o, "switch") ? "behind a switch" : "standalone", spans, spans == 1 ? "" : "s");
    const double idleShare = tellCpu(fleet, std::chrono::seconds(quick ? 1 : 10), 0, 0);
    bool well = true;
    for (int i = 0; i < (quick ? 1 : number(o, "rounds")); ++i)
        well = measure(fleet, calls, seconds, idleShare) && well;
    return well ? 0 : 1;
}

} // namespace

} // namespace callbox::bench

int main(int argc, char** argv)
{
    return callbox::bench::run(callbox::bench::readOptions(
        argc, argv,
        {{"spans", "1"}, {"seconds", "60"}, {"rounds", "1"}, {"wires", ""}, {"switch", "-"}, {"quick", "-"}}));
}
