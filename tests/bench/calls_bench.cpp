// SPDX-License-Identifier: GPL-2.0-or-later
// Calls set up, answered and cleared per second and core: two processes, one virtual span between them, a PRI trunk in
// each, scripts as the exchange's and a box's. The D channel is not paced to 64 kbit/s, so this is what the programs
// cost. Both processes are counted: "per core" is calls divided by the CPU seconds of the two together.
#include "measure.h"
#include "support/scratch_folder.h"
#include "two_ends.h"
#include <callbox/base/async.h>
#include <csignal>
#include <cstdio>

namespace callbox::bench {

namespace {

// The called end: answers whatever comes and waits for the caller to hang up.
Task<> serve(std::unique_ptr<hal::Call> call)
{
    co_await call->answer();
    co_await call->ended();
}

void called(const std::string& socket)
{
    World w;
    Side side(w, "trunk1", hal::PriRole::user, hal::makeVirtualConnector(w.loop, socket));
    TaskGroup calls(w.loop);
    side.trunk->setIncoming([&calls](std::unique_ptr<hal::Call> call) { calls.start(serve(std::move(call))); });
    w.loop.onSignals({SIGTERM}, [&w](int) { w.loop.stop(); });
    w.loop.run();
    calls.cancelAll();
}

struct Count {
    int wanted = 0;
    int begun = 0;
    int answered = 0;
    int failed = 0;
};

Task<> oneCall(hal::Trunk& trunk, Count& count)
{
    const hal::CallSetup setup = divertedCall();
    const std::unique_ptr<hal::Call> call = co_await trunk.place(setup);
    while (call->stage() != hal::CallStage::connected)
        co_await call->nextStage(10s);
    ++count.answered;
    call->hangup();
    co_await call->ended();
}

// One after another, until all are made.
Task<> caller(hal::Trunk& trunk, Count& count)
{
    while (count.begun < count.wanted) {
        ++count.begun;
        const Result<void> done = co_await check(oneCall(trunk, count));
        count.failed += !done;
    }
}

struct Rate {
    Count count;
    double seconds = 0;
    CpuTime caller, called;
};

// `callers` at once make `calls` calls.
Rate measure(World& w, Side& side, pid_t other, int callers, int calls)
{
    Rate r;
    r.count.wanted = calls;
    const CpuTime ours = *cpuOf(getpid()), theirs = *cpuOf(other);
    const TimePoint start = w.loop.now();
    TaskGroup group(w.loop);
    int over = 0;
    for (int i = 0; i < callers; ++i)
        group.start(caller(*side.trunk, r.count), [&](const Result<void>&) {
            if (++over == callers)
                w.loop.stop();
        });
    w.loop.run();
    r.seconds = double(toMs(w.loop.now() - start)) / 1000.0;
    r.caller = *cpuOf(getpid()) - ours;
    r.called = *cpuOf(other) - theirs;
    return r;
}

void tell(int callers, const Rate& r)
{
    const double cpu = r.caller.both() + r.called.both();
    const double n = r.count.answered;
    std::printf(
        "%2d at once: %d answered, %d failed, in %.2f s: %.0f calls/s; CPU caller %.2f+%.2f s, called %.2f+%.2f s "
        "(user+system)\n"
        "            %.0f calls per second and core (both ends together); %.0f us caller, %.0f us called per call\n",
        callers, r.count.answered, r.count.failed, r.seconds, n / r.seconds, r.caller.user, r.caller.system,
        r.called.user, r.called.system, n / cpu, r.caller.both() / n * 1e6, r.called.both() / n * 1e6);
}

int run(const Options& o)
{
    const bool quick = given(o, "quick");
    const int calls = quick ? 60 : number(o, "calls");
    const tests::ScratchFolder scratch("bench");
    const std::string socket = scratch.path() + "/trunk1";
    const Child child([&socket] { called(socket); });
    World w;
    const auto clock = hal::VirtualClock::paced(w.loop);
    Side side(w, "trunk1", hal::PriRole::network, hal::makeVirtualListener(w.loop, *clock, socket));
    whenUp(w, side, [&w] { w.loop.stop(); });
    w.loop.run();
    std::printf("%s\n", machine().c_str());
    bool well = true;
    for (const int callers : {1, 30}) {
        if (!quick)
            measure(w, side, child.pid(), callers, calls / 10); // warm
        const Rate r = measure(w, side, child.pid(), callers, calls);
        tell(callers, r);
        well = well && r.count.failed == 0 && r.count.answered == calls;
    }
    return well ? 0 : 1;
}

} // namespace

} // namespace callbox::bench

int main(int argc, char** argv)
{
    return callbox::bench::run(callbox::bench::readOptions(argc, argv, {{"calls", "20000"}, {"quick", "-"}}));
}
