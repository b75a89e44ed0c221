// SPDX-License-Identifier: GPL-2.0-or-later
// A switch between an exchange and boxes, all in one process in simulated time: real PRI trunks on virtual pairs.
// The exchange and the boxes are simple users of Trunk; what they do is set per test.
#pragma once
#include "fleet/function_source.h"
#include "switching/switch.h"
#include <callbox/base/sim_files.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

namespace callbox::switching::tests {

struct Wire { // a pair, one end for the switch
    std::unique_ptr<hal::SpanIo> ours, switches;
};

// A party with a trunk of its own: exchange or box.
struct Party {
    Party(const Edges& edges, const hal::SpanConfig& span, const hal::PriConfig& pri, std::unique_ptr<hal::SpanIo> io);
    hal::Span span;
    std::unique_ptr<hal::Trunk> trunk;
};

struct Hears final : hal::AudioSink {
    void append(Octets samples, std::uint32_t lost) override;
    [[nodiscard]] bool failed() const override { return false; }
    OctetBuffer all;
    std::uint64_t lostSamples = 0;
};

// What a box or a called phone does with a call.
struct Manner {
    enum class Kind { answer, refuse, silent, ringThenAnswer } kind = Kind::answer;
    hal::Cause cause = hal::Cause::none;
};

class Taker { // takes the calls of one party's trunk
public:
    Taker(Loop& loop, hal::Trunk& trunk);
    Manner manner;
    std::vector<hal::CallSetup> setups;
    std::vector<std::unique_ptr<hal::Call>> calls;
    Hears hears;                      // the last call's audio
    hal::AudioSource* says = nullptr; // played when answered
    [[nodiscard]] std::size_t live() const;

private:
    Task<> take(hal::Call& call);
    Task<> say(hal::Call& call);
    Loop& loop_;
    TaskGroup tasks_;
};

struct Options {
    hal::SpanType type = hal::SpanType::e1;
    std::string_view profile = {}; // of the trunks; empty: as the type has it
    unsigned boxes = 2;
    unsigned trunks = 1;
    unsigned ties = 1; // per box
    int reserve = 0;
    std::map<std::string, int> timers = {}; // of all spans, at both ends
    bool far = false; // one box more, "far", that only its numbers lead to; the exchange's takers answer there
};

// What the far box was told of calls.
struct Told final : fleet::CallExpecter {
    struct Row {
        std::string box;
        PhoneNumber number;
        fleet::ExpectedCall call;
    };
    Task<> expect(std::string box, PhoneNumber number, fleet::ExpectedCall call, Duration limit) override;
    bool answers = true;
    std::string refuses;        // why it cannot take the call now
    std::set<PhoneNumber> busy; // a call announced for them has not come yet
    std::vector<Row> rows;
};

class World {
public:
    explicit World(Options options = {});
    ~World();

    // Until every D channel is up and every box has been heard of.
    void up();
    hal::CallSetup setup(const std::string& from, const std::string& to, const std::string& redirecting = "") const;
    std::unique_ptr<hal::Call> call(const hal::CallSetup& setup); // from the exchange
    bool until(const std::function<bool()>& done, Duration limit = 20s) { return loop.runUntil(done, limit); }
    // Every channel of every party and of the switch is idle, and the switch carries nothing.
    void expectAllIdle();
    nlohmann::json explained(const hal::Call& call) const;
    // For failure texts: each call's stage, cause and decision.
    std::string stages(const std::vector<std::unique_ptr<hal::Call>>& calls) const;
    void cut(hal::SpanIo& io, bool out);  // the cable
    void dChannel(unsigned tie, bool in); // of a tie: its frames are lost, layer 1 is good
    Taker& box(unsigned i) { return *boxTakers.at(i); }
    hal::Trunk& tie(unsigned box) { return boxes.at(box)->trunk ? *boxes.at(box)->trunk : *boxes.at(0)->trunk; }
    static hal::Cause endOf(const hal::Call& c) { return c.cause(); }

    Options options;
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(7);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    std::unique_ptr<hal::VirtualClock> tieClock = hal::VirtualClock::following(loop);
    std::map<std::string, std::unique_ptr<hal::SpanIo>> switchEnds; // by span name, taken when the lines open
    std::vector<std::unique_ptr<Party>> exchange;
    std::vector<std::unique_ptr<Party>> boxes; // one per tie, box by box
    std::vector<std::unique_ptr<Taker>> exchangeTakers, boxTakers;
    std::vector<hal::SpanIo*> tieIo;
    std::vector<status::StatusRecord> records; // what each box says of itself
    std::vector<bool> answers;                 // whether it answers when asked
    SwitchConfig config;
    std::unique_ptr<lines::Lines> lines;
    std::unique_ptr<fleet::StatusSource> source;
    Told told;
    std::unique_ptr<Switch> service;

private:
    void makeSpans();
    void makeBoxes();
};

} // namespace callbox::switching::tests
