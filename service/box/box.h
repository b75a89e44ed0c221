// SPDX-License-Identifier: GPL-2.0-or-later
// A box: takes messages, tells recipients, plays what was left, and says how it is. Made of its edges, its
// configuration and what is handed in; the daemon wires real ones, a simulation its own. Loop thread only.
#pragma once
#include "alarms/line_watch.h"
#include "box/reception.h"
#include "box/self_test.h"
#include "notify/outbox.h"

namespace callbox::box {

// What a box stands on; all of it outlives the box.
struct BoxParts {
    lines::Lines& lines;
    messages::Store& store;
    const prompts::PromptSet& prompts;
};

// The store's part of a box's configuration.
messages::StoreConfig storeConfig(const BoxConfig&);

class Box {
public:
    Box(const Edges& edges, const BoxConfig& config, BoxParts parts);
    ~Box();
    Box(const Box&) = delete;
    Box& operator=(const Box&) = delete;

    // Lines, calls, notices, measuring. The mode kept at the last stop is in force again.
    void start();
    // Hangs up every call, waits for what their scripts still commit and for notices under way. The store stays open.
    Task<> stop();

    // A new record, from memory, in microseconds.
    [[nodiscard]] status::StatusRecord status();
    [[nodiscard]] const BoxConfig& config() const { return config_; }
    ModeKeeper& mode() { return mode_; }
    alarms::AlarmBook& alarms() { return alarms_; }
    Reception& reception() { return reception_; }
    SelfTest& selfTest() { return selfTest_; }
    notify::Outbox& outbox() { return *outbox_; }
    [[nodiscard]] const std::string& bootId() const { return bootId_; }

private:
    void eachSecond();
    void watchStore();
    void watchNotices();

    Edges edges_;
    const BoxConfig& config_;
    BoxParts parts_;
    std::string bootId_;
    std::uint64_t sequence_ = 0;
    TimePoint started_{};
    unsigned secondsToSweep_ = 0;
    std::vector<std::string> troubles_; // of the outbox, as they stood last
    alarms::AlarmBook alarms_;
    alarms::LineWatch lineWatch_;
    ModeKeeper mode_;
    Reception reception_;
    std::vector<std::unique_ptr<notify::Notifier>> notifiers_;
    std::unique_ptr<notify::Outbox> outbox_;
    SelfTest selfTest_;
    Timer second_;
    TaskGroup chores_;
};

} // namespace callbox::box
