// SPDX-License-Identifier: GPL-2.0-or-later
// The tests that run on a daemon's lines: begun by an order, asked for by id, ended by themselves. Loop thread only.
#pragma once
#include "control/http.h"
#include "lines/call_table.h"
#include "lines/lines.h"
#include "linetest/orders.h"
#include "linetest/reservations.h"
#include <callbox/base/async.h>
#include <callbox/hal/hardware_bert.h>
#include <nlohmann/json.hpp>

namespace callbox::linetest {

// One test, as GET /v1/test/ID shows it.
struct Test {
    Test(Loop& loop, std::string testId, std::string testKind, std::string on)
        : id(std::move(testId)), kind(std::move(testKind)), span(std::move(on)), stop(loop)
    {
    }
    std::string id, kind, span;
    std::string call; // that is listened to
    WallTime at{};
    std::string state = "running"; // done, stopped, failed
    std::string error;             // why it failed
    nlohmann::json result = nlohmann::json::object();
    Event<bool> stop;                 // set: it ends before its time
    std::optional<TimePoint> asked{}; // over HTTP, for how it stands; empty: begun by somebody else
};

class LineTests {
public:
    // What is handed in outlives it.
    LineTests(const Edges& edges, lines::Lines& lines, lines::CallTable& calls);
    ~LineTests(); // ends all; loops are taken away
    LineTests(const LineTests&) = delete;
    LineTests& operator=(const LineTests&) = delete;

    // Errc::busy names what is in use, Errc::not_found the span or call that is not there. The test then runs by
    // itself.
    Result<const Test*> beginBert(const BertOrder&);
    Result<const Test*> beginAudio(const AudioOrder&);
    // Ends the calls of the span and makes the loop; with kind none takes it away. {"span","kind","until","calls"}
    Task<nlohmann::json> loop(LoopOrder order);

    [[nodiscard]] nlohmann::json toJson(const Test&) const;
    [[nodiscard]] nlohmann::json toJson() const; // all that are known, and the loops
    Test* find(const std::string& id);
    std::vector<control::Route> routes(); // they refer to this object

private:
    using HeldChannels = std::vector<std::unique_ptr<Reservations::Held>>;
    Result<lines::Line*> lineOf(const std::string& span) const;
    Result<HeldChannels> take(lines::Line& line, std::optional<hal::Timeslot> slot, bool all);
    Test& add(const std::string& kind, const std::string& span);
    void run(Test& test, Task<> script);
    Task<> bert(BertOrder order, HeldChannels held, Test& test);
    // One channel, by the card's own tester.
    Task<> bertOfCard(BertOrder order, HeldChannels held, hal::HardwareBert& card, Test& test);
    Task<> listen(AudioOrder order, HeldChannels held, Test& test);
    void unloop(lines::Line& line);
    Task<nlohmann::json> makeLoop(control::Request request);

    Edges edges_;
    lines::Lines& lines_;
    lines::CallTable& calls_;
    Reservations reservations_;
    std::map<lines::Line*, std::unique_ptr<Timer>> loops_; // that stand (Line::loop()), with what ends them
    std::vector<std::unique_ptr<Test>> tests_;
    std::uint64_t nextId_ = 1;
    TaskGroup scripts_; // last: its scripts use all of the above
};

} // namespace callbox::linetest
