// SPDX-License-Identifier: GPL-2.0-or-later
#include "linetest/line_tests.h"
#include <algorithm>

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr std::size_t testsKept = 50;

// The card's own tester, if it can do what is ordered and is free; it knows no rate of wrong bits.
hal::HardwareBert* cardFor(lines::Line& line, const BertOrder& order)
{
    auto* card = dynamic_cast<hal::HardwareBert*>(&line.span().io());
    const bool can = card && !order.all && order.insertEvery == 0 && card->tests(order.pattern) && !card->bertCounts();
    return can ? card : nullptr;
}

} // namespace

LineTests::LineTests(const Edges& edges, lines::Lines& lines, lines::CallTable& calls)
    : edges_(edges), lines_(lines), calls_(calls), scripts_(edges_.loop)
{
}

LineTests::~LineTests()
{
    scripts_.cancelAll();
    while (!loops_.empty())
        unloop(*loops_.begin()->first);
}

Result<lines::Line*> LineTests::lineOf(const std::string& span) const
{
    if (lines::Line* line = lines_.find(span))
        return line;
    return Error{Errc::not_found, "span " + span + ": there is none of this name; span status names them"};
}

Result<LineTests::HeldChannels> LineTests::take(lines::Line& line, std::optional<hal::Timeslot> slot, bool all)
{
    std::vector<hal::Timeslot> slots = slot ? std::vector{*slot} : reservations_.idle(line);
    if (slots.empty())
        return Error{Errc::busy, "span " + line.name() + " has no idle channel; call list tells who has them"};
    if (!all)
        slots.resize(1);
    HeldChannels held;
    for (const hal::Timeslot s : slots) {
        auto one = reservations_.hold(line, s);
        if (!one)
            return one.error();
        held.push_back(std::move(*one));
    }
    return held;
}

Test& LineTests::add(const std::string& kind, const std::string& span)
{
    if (tests_.size() >= testsKept) {
        const auto over =
            std::find_if(tests_.begin(), tests_.end(), [](const auto& t) { return t->state != "running"; });
        if (over != tests_.end())
            tests_.erase(over);
    }
    tests_.push_back(std::make_unique<Test>(edges_.loop, std::to_string(nextId_++), kind, span));
    tests_.back()->at = edges_.loop.wallNow();
    return *tests_.back();
}

void LineTests::run(Test& test, Task<> script)
{
    edges_.log.info("line test", {{"test", test.id}, {"kind", test.kind}, {"span", test.span}});
    scripts_.start(std::move(script), [this, &test](const Result<void>& r) {
        test.state = !r ? "failed" : test.stop.isSet() ? "stopped" : "done";
        if (!r)
            test.error = r.error().what;
        edges_.log.info("line test over", {{"test", test.id}, {"state", test.state}, {"error", test.error}});
    });
}

Result<const Test*> LineTests::beginBert(const BertOrder& order)
{
    const auto line = lineOf(order.span);
    if (!line)
        return line.error();
    auto held = take(**line, order.slot, order.all);
    if (!held)
        return held.error();
    Test& test = add("bert", order.span);
    if (hal::HardwareBert* card = cardFor(**line, order))
        run(test, bertOfCard(order, std::move(*held), *card, test));
    else
        run(test, bert(order, std::move(*held), test));
    return &test;
}

Result<const Test*> LineTests::beginAudio(const AudioOrder& order)
{
    const std::string kind = order.hertz ? "tone" : "level";
    if (!order.call.empty()) {
        const hal::Call* call = calls_.find(order.call);
        if (!call)
            return Error{Errc::not_found, "call " + order.call + ": there is no such call now; call list names them"};
        for (const auto& t : tests_)
            if (t->state == "running" && t->call == order.call)
                return Error{Errc::busy, "call " + order.call + ": test " + t->id + " listens to it"};
        Test& test = add(kind, call->identity().span);
        test.call = order.call;
        run(test, listen(order, {}, test));
        return &test;
    }
    const auto line = lineOf(order.span);
    if (!line)
        return line.error();
    auto held = take(**line, order.slot, false);
    if (!held)
        return held.error();
    Test& test = add(kind, order.span);
    run(test, listen(order, std::move(*held), test));
    return &test;
}

Test* LineTests::find(const std::string& id)
{
    const auto it = std::find_if(tests_.begin(), tests_.end(), [&](const auto& t) { return t->id == id; });
    return it == tests_.end() ? nullptr : it->get();
}

json LineTests::toJson(const Test& t) const
{
    json j = t.result;
    j["version"] = 1;
    j["id"] = t.id;
    j["kind"] = t.kind;
    j["span"] = t.span;
    j["at"] = isoUtc(t.at);
    j["state"] = t.state;
    j["error"] = t.error.empty() ? json(nullptr) : json(t.error);
    return j;
}

json LineTests::toJson() const
{
    json tests = json::array();
    for (const auto& t : tests_)
        tests.push_back(toJson(*t));
    json loops = json::array();
    for (const auto& [line, end] : loops_)
        loops.push_back({{"span", line->name()},
                         {"kind", std::string(hal::name(line->loop()->kind))},
                         {"until", isoUtc(line->loop()->until)}});
    return {{"version", 1}, {"tests", std::move(tests)}, {"loops", std::move(loops)}};
}

} // namespace callbox::linetest
