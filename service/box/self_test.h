// SPDX-License-Identifier: GPL-2.0-or-later
// A box's test calls: on demand and, where the installation wants it, every so often; one at a time. The last result is
// `self_test` of the status record and an alarm when it failed. It is not kept over a restart: the box is then another
// one. Loop thread only.
#pragma once
#include "alarms/book.h"
#include "box/test_call.h"

namespace callbox::box {

class SelfTest {
public:
    // All of it outlives this.
    SelfTest(TestDesk desk, const ModeKeeper& mode, alarms::AlarmBook& alarms);
    SelfTest(const SelfTest&) = delete;
    SelfTest& operator=(const SelfTest&) = delete;

    void start();
    // None begins any more; who closes the reception ends the one under way, which then has no result.
    void stop();
    // Now. Errc::busy: one is under way; others as testCall(). What was asked for otherwise than the configuration has
    // it, and what found the network full, says nothing about the box and is not kept.
    Task<TestCallResult> run(TestCallOrder order);
    [[nodiscard]] TestCallOrder usual() const; // as the configuration has it, on demand

    [[nodiscard]] std::optional<status::SelfTestRecord> record() const; // empty: none since start
    [[nodiscard]] bool running() const { return running_; }

private:
    void plan(Duration from);
    void due();
    Task<> scheduled();
    [[nodiscard]] bool isUsual(const TestCallOrder& order) const;
    [[nodiscard]] Duration countsFor() const;
    void keep(const TestCallResult& result);

    TestDesk desk_;
    const ModeKeeper& mode_;
    alarms::AlarmBook& alarms_;
    bool running_ = false;
    std::optional<TestCallResult> last_;
    TimePoint ended_{};
    bool toldNever_ = false; // that a line has too few channels for a test by itself
    Timer next_;
    Timer outdated_;    // what stood as failed has no say any more
    TaskGroup scripts_; // last: its scripts use all of the above
};

// POST /v1/test/call {to,span,tolerance_db}: when it is over, its result. `test` outlives the server.
control::Route testCallRoute(SelfTest& test, const std::string& box);

} // namespace callbox::box
