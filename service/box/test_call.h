// SPDX-License-Identifier: GPL-2.0-or-later
// `test call`: box, line, box. The box calls a number of its own, the exchange brings the call back, the box answers
// itself (own_call.h); then it listens to the quiet line, sends a tone each way, one after the other, and measures what
// comes. What is wrong is named, first what the exchange said, then what was heard.
#pragma once
#include "box/reception.h"
#include <callbox/hal/measure.h>

namespace callbox::box {

struct TestCallOrder {
    PhoneNumber to;   // empty: usualTestNumber()
    std::string span; // it goes out there; empty: on a trunk of our own before a tie, where most channels are idle
    double toleranceDb = 3; // by which a level may be off
    bool onDemand = true;   // false: it leaves the channels alone that are kept for calls
};

// Where a leg of the call is.
struct TestLeg {
    std::string call, span;
    std::optional<hal::Timeslot> slot;
};

// One direction: what one leg said and the other heard.
struct TestPath {
    std::string from, to; // "trunk1/3"
    double hertz = 0, dbm0 = 0;
    std::optional<hal::ToneReading> heard;   // empty: nothing that is a tone
    std::optional<hal::ToneReading> ownTone; // what the leg that spoke heard meanwhile
    double quietDbm0 = -96;                  // before any tone; -96: nothing
    std::uint64_t lost = 0;                  // samples, while it was measured
};

struct TestFinding {
    std::string what; // for programs: no-line no-route busy barred congestion refused not-answered elsewhere cut
                      // no-tone loop level frequency noise lost-samples
    std::string text; // for people
};

struct TestCallResult {
    WallTime at{};
    PhoneNumber from, to;
    TestLeg out, in;                     // empty where there was none
    std::optional<Duration> setup;       // SETUP to CONNECT
    hal::Cause cause = hal::Cause::none; // why it ended before its time
    std::optional<TestPath> forward, back;
    std::vector<TestFinding> findings; // empty: passed
    [[nodiscard]] bool passed() const { return findings.empty(); }
};
nlohmann::json toJson(const TestCallResult&, const std::string& box); // POST /v1/test/call

// What it works with; all of it outlives the call.
struct TestDesk {
    const Edges& edges;
    const BoxConfig& config;
    lines::Lines& lines;
    Reception& reception;
};

// The number it calls unless told otherwise: on trunks of our own the first access number, else the first link number.
PhoneNumber usualTestNumber(const BoxConfig&);

// Errc::invalid: the number is not ours; Errc::not_found: no such span; Errc::busy: too few channels are idle;
// Errc::no_space, not on demand: a span has too few for one beside calls;
// Errc::gone: the box stops. Everything else is a result.
Task<TestCallResult> testCall(TestDesk desk, TestCallOrder order);

// Pure (test_verdict.cpp). What is wrong with one direction; why a call that was placed never came to that.
void judgePath(const TestPath& path, double toleranceDb, std::vector<TestFinding>& findings);
struct TestEnd {
    hal::Cause cause = hal::Cause::none;           // none: it did not end by itself
    hal::CallStage stage = hal::CallStage::placed; // the last it reached before the end
    bool cameBack = false;
    bool anotherCame = false; // a call to the number that showed none of ours
};
TestFinding whyNotThrough(const TestEnd& end, const PhoneNumber& to);

} // namespace callbox::box
