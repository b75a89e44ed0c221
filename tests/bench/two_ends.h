// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that meet on virtual spans: what each of them has, and how a benchmark starts and ends the others.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/trunk.h>
#include <callbox/hal/virtual_span.h>
#include <functional>
#include <sys/types.h>

namespace callbox::bench {

// A process's own loop, clock, chance and disk, all real.
struct World {
    World();
    RealLoop loop;
    std::unique_ptr<Random> random;
    std::unique_ptr<Files> files;
    std::unique_ptr<Executor> disk;
    std::unique_ptr<LogSink> sink;
    Edges edges;
};

// A span and the PRI trunk on it. E1, A-law, EuroISDN.
struct Side {
    Side(World&, const std::string& name, hal::PriRole role, std::unique_ptr<hal::SpanIo> io);
    hal::Span span;
    std::unique_ptr<hal::Trunk> trunk;
};

// Calls `then` once the D channel is up and no channel waits for a restart.
void whenUp(World&, Side&, std::function<void()> then);

// Another process of this program, running `body` until it returns or this is destroyed (SIGTERM, then reaped). Start
// it before this process has a loop or a thread.
class Child {
public:
    explicit Child(const std::function<void()>& body);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

// The SETUP of a diverted call, as a deposit's.
hal::CallSetup divertedCall();

} // namespace callbox::bench
