// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/self_test.h"
#include "lines/routes.h"
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

constexpr Duration again = 1min;     // when a test could not be done now
constexpr Duration onDemandFor = 1h; // a failure counts so long where no test follows by itself
constexpr Duration overdue = 2min;   // the next one may come so late, and takes its time
constexpr double mostTolerance = 30; // dB

std::string inOneLine(const std::vector<TestFinding>& findings)
{
    std::string text;
    for (const TestFinding& f : findings)
        text += (text.empty() ? "" : "; ") + f.text;
    return text;
}

// Says that a test runs as long as it lives.
class Running {
public:
    explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
    ~Running() { flag_ = false; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    bool& flag_;
};

Result<TestCallOrder> orderOf(const json& body, TestCallOrder order)
{
    if (const json to = body.value("to", json()); !to.is_null()) {
        const auto n = PhoneNumber::parse(to.is_string() ? to.get<std::string>() : std::string());
        if (!n || n->empty())
            return Error{Errc::invalid, "to: a number in E.164, as +12125559000"};
        order.to = *n;
    }
    if (const json span = body.value("span", json()); !span.is_null()) {
        if (!span.is_string())
            return Error{Errc::invalid, "span: a span's name, as a text"};
        order.span = span.get<std::string>();
    }
    if (const json db = body.value("tolerance_db", json()); !db.is_null()) {
        if (!db.is_number() || !(db.get<double>() > 0) || db.get<double>() > mostTolerance)
            return Error{Errc::invalid, "tolerance_db: a number above 0, at most " + json(mostTolerance).dump()};
        order.toleranceDb = db.get<double>();
    }
    return order;
}

Task<Response> ordered(SelfTest& test, const std::string& box, Request r)
{
    const json body = co_await lines::jsonBody(r);
    TestCallOrder order = co_await orderOf(body, test.usual());
    const TestCallResult result = co_await test.run(std::move(order));
    co_return lines::jsonResponse(toJson(result, box));
}

} // namespace

SelfTest::SelfTest(TestDesk desk, const ModeKeeper& mode, alarms::AlarmBook& alarms)
    : desk_(desk), mode_(mode), alarms_(alarms), next_(desk.edges.loop), outdated_(desk.edges.loop),
      scripts_(desk.edges.loop)
{
}

void SelfTest::start()
{
    // Boxes that were started together do not all call at the same moment.
    const Duration every = desk_.config.selfTestEvery;
    if (every > Duration::zero())
        plan(Duration(std::int64_t(desk_.edges.random.next() % std::uint64_t(every.count()))));
}

void SelfTest::stop()
{
    next_.cancel();
    outdated_.cancel();
}

void SelfTest::plan(Duration from)
{
    next_.after(from, [this] { due(); });
}

// While a technician has the box, or drains it, nothing is tried that nobody has asked for.
void SelfTest::due()
{
    if (running_ || mode_.current().state != status::Mode::active || !desk_.reception.isOpen()) {
        plan(again);
        return;
    }
    scripts_.start(scheduled());
}

Task<> SelfTest::scheduled()
{
    plan(desk_.config.selfTestEvery);
    TestCallOrder order = usual();
    order.onDemand = false;
    Result<TestCallResult> r = co_await check(run(std::move(order)));
    if (!r) {
        if (r.error().code == Errc::no_space && !std::exchange(toldNever_, true))
            desk_.edges.log.warning("no self test is made by itself", {{"why", r.error()}});
        else if (r.error().code != Errc::no_space)
            desk_.edges.log.info("no self test now; it is tried again", {{"in", again}, {"why", r.error()}});
        if (r.error().code == Errc::busy)
            plan(again);
    }
}

TestCallOrder SelfTest::usual() const
{
    TestCallOrder order;
    order.to = desk_.config.selfTestTo;
    order.toleranceDb = desk_.config.selfTestToleranceDb;
    return order;
}

Task<TestCallResult> SelfTest::run(TestCallOrder order)
{
    if (running_)
        co_await fail(Errc::busy, "a test call is under way; there is one at a time");
    const Running now(running_);
    const bool onDemand = order.onDemand, usualOne = isUsual(order);
    TestCallResult result = co_await testCall(desk_, std::move(order));
    const bool full = result.cause == hal::Cause::noChannelAvailable;
    if (full && !onDemand)
        co_await fail(Errc::busy, "no channel is idle beyond this box: they are left to calls");
    if (result.passed())
        desk_.edges.log.info("test call passed", {{"to", result.to}});
    else
        desk_.edges.log.warning("test call failed", {{"to", result.to}, {"why", inOneLine(result.findings)}});
    if (usualOne && !full)
        keep(result);
    co_return std::move(result);
}

bool SelfTest::isUsual(const TestCallOrder& order) const
{
    const PhoneNumber number = usualTestNumber(desk_.config);
    const auto called = [&](const TestCallOrder& o) { return o.to.empty() ? number : o.to; };
    const TestCallOrder as = usual();
    return order.span.empty() && called(order) == called(as) && order.toleranceDb == as.toleranceDb;
}

Duration SelfTest::countsFor() const
{
    const Duration every = desk_.config.selfTestEvery;
    return every > Duration::zero() ? every + overdue : onDemandFor;
}

void SelfTest::keep(const TestCallResult& result)
{
    last_ = result;
    ended_ = desk_.edges.loop.now();
    alarms_.set(!result.passed(), alarms::kinds::selfTest, {}, inOneLine(result.findings));
    outdated_.after(countsFor(), [this] { alarms_.clear(alarms::kinds::selfTest); });
}

std::optional<status::SelfTestRecord> SelfTest::record() const
{
    if (!last_)
        return std::nullopt;
    status::SelfTestRecord r;
    r.at = last_->at;
    r.passed = last_->passed();
    for (const TestFinding& f : last_->findings)
        r.why.push_back(f.text);
    r.counts = desk_.edges.loop.now() - ended_ < countsFor();
    return r;
}

control::Route testCallRoute(SelfTest& test, const std::string& box)
{
    return {"POST", "/v1/test/call", [&test, box](Request r) { return ordered(test, box, std::move(r)); }};
}

} // namespace callbox::box
