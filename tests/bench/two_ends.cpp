// SPDX-License-Identifier: GPL-2.0-or-later
#include "two_ends.h"
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callbox::bench {

namespace {

constexpr Duration lookAgain = 20ms;

[[noreturn]] void giveUp(const Error& e)
{
    std::cerr << e.what << "\n";
    std::exit(1);
}

hal::PriConfig configOf(hal::PriRole role)
{
    hal::PriConfig c;
    c.role = role;
    c.restartAtStart = false;
    c.highestChannelFirst = role == hal::PriRole::user;
    return c;
}

} // namespace

World::World()
    : random(makeSystemRandom()), files(makeSystemFiles()), disk(makeThreadExecutor(loop, "disk")),
      sink(makeStderrLog(Level::warning)), edges{loop, *random, *files, *disk, Log(*sink, "bench")}
{
}

Side::Side(World& w, const std::string& name, hal::PriRole role, std::unique_ptr<hal::SpanIo> io)
    : span(w.edges, {.name = name}, std::move(io))
{
    if (auto r = span.start(); !r)
        giveUp(r.error());
    auto made = hal::makePriTrunk(w.edges, span, configOf(role));
    if (!made)
        giveUp(made.error());
    trunk = std::move(*made);
}

void whenUp(World& w, Side& side, std::function<void()> then)
{
    if (side.trunk->status().usable) {
        then();
        return;
    }
    w.loop.startTimer(w.loop.now() + lookAgain,
                      [&w, &side, next = std::move(then)]() mutable { whenUp(w, side, std::move(next)); });
}

Child::Child(const std::function<void()>& body) : pid_(fork())
{
    if (pid_ < 0)
        giveUp(Error{Errc::io, "no second process"});
    if (pid_ > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGTERM); // it does not outlive a benchmark that was interrupted
    body();
    _exit(0);
}

Child::~Child()
{
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
}

hal::CallSetup divertedCall()
{
    hal::CallSetup s;
    s.calling.digits = "2125550199";
    s.calling.type = hal::TypeOfNumber::national;
    s.calling.screening = hal::Screening::network;
    s.called.digits = "2125559000";
    s.called.type = hal::TypeOfNumber::national;
    hal::Diversion d;
    d.number.digits = "2125550123";
    d.number.type = hal::TypeOfNumber::national;
    d.reason = hal::DiversionReason::noReply;
    s.redirecting = d;
    s.diversions = 1;
    return s;
}

} // namespace callbox::bench
