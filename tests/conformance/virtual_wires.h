// SPDX-License-Identifier: GPL-2.0-or-later
// The two ways in which virtual spans are wired for a suite: inside one process under simulated time, and over a socket
// in real time. One end holds the clock (first), the other follows.
#pragma once
#include "../support/real_time.h"
#include "../support/scratch_folder.h"
#include <callbox/hal/virtual_span.h>

namespace callbox::tests {

class InOneProcess {
public:
    hal::VirtualPair wire() { return hal::makeVirtualPair(loop_, *clock_); }
    Loop& loop() { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) { return loop_.runUntil(done, limit); }

private:
    SimLoop loop_;
    std::unique_ptr<hal::VirtualClock> clock_ = hal::VirtualClock::paced(loop_);
};

class OverASocket {
public:
    hal::VirtualPair wire()
    {
        const std::string path = folder_.path() + "/line.sock";
        return {hal::makeVirtualListener(loop_, *clock_, path), hal::makeVirtualConnector(loop_, path)};
    }
    Loop& loop() { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) { return runUntil(loop_, done, limit); }

private:
    ScratchFolder folder_{"line"};
    RealLoop loop_;
    std::unique_ptr<hal::VirtualClock> clock_ = hal::VirtualClock::paced(loop_);
};

} // namespace callbox::tests
