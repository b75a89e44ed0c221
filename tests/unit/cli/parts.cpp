// SPDX-License-Identifier: GPL-2.0-or-later
#include "parts.h"
#include "box/test_call.h"
#include "box/test_sms.h"
#include "lab/order_json.h"
#include "lines/cards.h"
#include "lines/performance.h"
#include "lines/routes.h"
#include "linetest/line_tests.h"
#include <callbox/base/sim_files.h>
#include <callbox/hal/trace_ring.h>
#include <gtest/gtest.h>

namespace callbox::cli::tests {

namespace {

WallTime at(const std::string& time)
{
    return *parseIsoUtc("2026-11-22T" + time + "Z");
}

// A world that stands still: its clock shows 14:00:00.
struct Still {
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
};

class QuietLeg final : public hal::LegIo {
public:
    void setEvents(hal::LegEvents&) override {}
    Result<void> proceeding() override { return {}; }
    Result<void> alerting() override { return {}; }
    Result<void> progress() override { return {}; }
    Result<void> answer() override { return {}; }
    void hangup(hal::Cause) override {}
};

class ShownModem final : public hal::Modem {
public:
    explicit ShownModem(const std::string& box) : name_(box + "-modem1")
    {
        status_.state = box == "box1" ? hal::ModemState::ready : hal::ModemState::silent;
        status_.manufacturer = "Callbox";
        status_.model = "lab";
        status_.imei = "490154203237518";
        status_.network = "Lab GSM";
        status_.memoryUsed = 0;
        status_.memoryTotal = 30;
        if (box == "box1")
            status_.signalDbm = -71;
        else
            status_.lastError = "no answer to AT+CREG? within 5 s";
        trace_.push_back({at("14:05:01.000"), true, "AT+CMGS=22<CR>"});
        trace_.push_back({at("14:05:01.250"), true, "0001000B912121555510F30000A0C8329BFD06<SUB>"});
        trace_.push_back({at("14:05:03.001"), false, "+CMS ERROR: 27"});
        trace_.push_back({at("14:05:04.000"), false, "+CMTI: \"SM\",1,+12125550123"});
    }
    void start() override {}
    void stop() override {}
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const hal::ModemStatus& status() const override { return status_; }
    Task<hal::SmsResult> send(hal::SmsToSend) override { co_return hal::SmsResult(); }
    [[nodiscard]] std::size_t queued() const override { return status_.state == hal::ModemState::ready ? 0 : 1; }
    void onReport(std::function<void(const hal::SmsReport&)>) override {}
    void onReceived(std::function<void(const hal::SmsReceived&)>) override {}
    void onChange(std::function<void()>) override {}
    [[nodiscard]] const std::deque<hal::AtTraceLine>& trace() const override { return trace_; }

private:
    std::string name_;
    hal::ModemStatus status_;
    std::deque<hal::AtTraceLine> trace_;
};

// One end of a span, as a daemon has it.
std::unique_ptr<lines::Lines> lineOn(Still& world, hal::VirtualClock& clock, const std::string& span,
                                     std::unique_ptr<hal::SpanIo> io, hal::PriRole role)
{
    lines::SpanSettings s;
    s.span.name = span;
    s.use = span.starts_with("trunk") ? lines::Use::trunk : lines::Use::tie;
    s.plan = lines::dialPlan("eu");
    s.pri.role = role;
    s.pri.highestChannelFirst = role == hal::PriRole::network;
    lines::LinesConfig config;
    config.spans.push_back(s);
    lines::LinesWorld edge;
    edge.clock = &clock;
    auto held = std::make_shared<std::unique_ptr<hal::SpanIo>>(std::move(io));
    edge.openSpan = [held](const lines::SpanSettings&) -> Result<std::unique_ptr<hal::SpanIo>> {
        return std::move(*held);
    };
    return std::move(*lines::Lines::open(world.edges, config, edge));
}

hal::PartyNumber party(const std::string& digits)
{
    hal::PartyNumber n;
    n.digits = digits;
    n.type = hal::TypeOfNumber::international;
    return n;
}

} // namespace

namespace {

// Three quarters of an hour and a bit, with a bad minute in the second.
json shownPerformance(bool bins)
{
    hal::Performance p(hal::SpanType::e1, true);
    WallTime wall = at("13:15:00.000");
    const auto pass = [&](unsigned seconds, const hal::LineSecond& each) {
        for (unsigned i = 0; i < seconds; ++i) {
            wall += 1s;
            p.second(each, wall);
        }
    };
    pass(900, {});
    pass(40, {.errors = {.crc = 5, .farEnd = 1, .bipolar = 9}});
    pass(12, {.defect = true});
    pass(848, {});
    pass(900, {});
    pass(309, {.slips = 0, .lateMs = 1});
    pass(1, {.slips = 1, .lostSamples = 160});
    return lines::performanceJson(p, true, bins);
}

} // namespace

json spansJson(const std::string& span, bool bins)
{
    Still world;
    const auto clock = hal::VirtualClock::paced(world.loop);
    hal::VirtualPair pair = hal::makeVirtualPair(world.loop, *clock);
    const auto network = lineOn(world, *clock, span, std::move(pair.first), hal::PriRole::network);
    const auto user = lineOn(world, *clock, span, std::move(pair.second), hal::PriRole::user);
    network->start();
    user->start();
    const hal::Trunk& trunk = user->all()[0]->trunk();
    EXPECT_TRUE(world.loop.runUntil(
        [&] {
            const auto s = trunk.status();
            return s.usable && s.idle == s.channels;
        },
        20s));
    json one = lines::toJson(*user->all()[0]);
    // A day's counts: those of the span's first second say how the layers below come up, not what is shown here.
    std::uint64_t count = 0;
    for (auto& [name, value] : one["counters"].items())
        value = ++count;
    one["performance"] = shownPerformance(bins);
    // As a card of the kernel's has them; a virtual span has none.
    one["clock"] = {{"set", "line 2"}, {"from", "other"}, {"span", "dahdi:usb-0001/2"}};
    one["echo"] = {{"set", "mg2 128 on 1 2"},
                   {"channels",
                    {{{"slot", 1}, {"name", "MG2"}, {"kind", "software"}, {"on", true}, {"trouble", nullptr}},
                     {{"slot", 2}, {"name", "MG2"}, {"kind", "software"}, {"on", false}, {"trouble", nullptr}}}}};
    one["wake_ups"] = {{"wake_ups", 180000}, {"p50_us", 151}, {"p99_us", 1471}, {"max_us", 12903}};
    network->stop();
    user->stop();
    return {{"version", 1}, {"spans", json::array({std::move(one)})}};
}

json cardsJson(const std::string& span)
{
    Still world;
    const auto clock = hal::VirtualClock::paced(world.loop);
    hal::VirtualPair pair = hal::makeVirtualPair(world.loop, *clock);
    const auto user = lineOn(world, *clock, span, std::move(pair.second), hal::PriRole::user);
    const std::vector<hal::SpanInfo> found{{"dahdi:usb-0001/1", "E1 USB card", hal::SpanType::e1},
                                           {"dahdi:usb-0001/2", "E1 USB card", hal::SpanType::e1}};
    return lines::cardsJson({{"dahdi", found}, {"usb", Error{Errc::io, "reading /sys/bus/usb: no such folder"}}},
                            user.get());
}

json lineTestJson(const std::string& span, const std::string& kind)
{
    Still world;
    const auto clock = hal::VirtualClock::paced(world.loop);
    hal::VirtualPair pair = hal::makeVirtualPair(world.loop, *clock);
    const auto network = lineOn(world, *clock, span, std::move(pair.first), hal::PriRole::network);
    const auto user = lineOn(world, *clock, span, std::move(pair.second), hal::PriRole::user);
    network->start();
    user->start();
    world.loop.runFor(20s);
    lines::CallTable calls(world.loop);
    linetest::LineTests far(world.edges, *network, calls), tests(world.edges, *user, calls);
    TaskGroup tasks(world.loop);
    json looped;
    const auto keep = [](Task<json> loop, json& into) -> Task<> { into = co_await std::move(loop); };
    const auto way = kind == "no loop" ? hal::Loopback::none : hal::Loopback::payload;
    tasks.start(keep(far.loop({span, way, 900s}), looped));
    world.loop.runFor(1s);
    if (kind == "loop" || kind == "no loop")
        return looped;
    linetest::BertOrder bert;
    bert.span = span;
    bert.slot = hal::Timeslot{3};
    bert.length = 65s;
    bert.insert = 2;
    linetest::AudioOrder audio;
    audio.span = span;
    audio.slot = hal::Timeslot{3};
    if (kind == "tone")
        audio.hertz = 1004;
    const auto test = kind == "bert" ? tests.beginBert(bert) : tests.beginAudio(audio);
    EXPECT_TRUE(test && world.loop.runUntil([&] { return (*test)->state != "running"; }, 100s));
    return tests.toJson(**test);
}

json callsJson(const std::string& span)
{
    Still world;
    hal::CallSetup setup;
    setup.calling = party("12125550199");
    setup.called = party("12125559000");
    lines::CallTable table(world.loop);
    hal::Call call(world.edges, {span + "-7", span, true}, setup, hal::Law::alaw, std::make_unique<QuietLeg>());
    const auto entry = table.add(call, "deposit", lines::dialPlan("eu"));
    setup.calling.presentation = hal::Presentation::restricted;
    hal::Call other(world.edges, {span + "-8", span, true}, setup, hal::Law::alaw, std::make_unique<QuietLeg>());
    const auto withheld = table.add(other, "deposit", lines::dialPlan("eu"));
    world.loop.runFor(12s);
    return table.toJson();
}

json endedCallsJson(const std::string& span, bool withDigits)
{
    Still world;
    hal::CallSetup setup;
    setup.calling = party("12125550199");
    setup.called = party("12125559000");
    lines::CallTable table(world.loop);
    hal::Call call(world.edges, {span + "-u1", span, true}, setup, hal::Law::alaw, std::make_unique<QuietLeg>());
    {
        const auto entry = table.add(call, "deposit", lines::dialPlan("eu"));
        world.loop.runFor(31s);
        call.hangup(hal::Cause::normalClearing);
    }
    json document = table.endedJson();
    if (span.starts_with("trunk"))
        return document;
    document["calls"][0]["digits"] = withDigits ? "482913#1" : "xxxxxx#x"; // this leg is quiet: it hears none
    document["calls"][0]["digits_at_ms"] = {4100, 4300, 4500, 4700, 4900, 5100, 6100, 9000};
    return document;
}

json modemsJson(const std::string& box)
{
    return {{"version", 1}, {"modems", json::array({lines::toJson(ShownModem(box))})}};
}

json atTraceJson(const std::string& box, bool withNumbers)
{
    return lines::traceJson(ShownModem(box), withNumbers);
}

std::string pcapOf(bool withNumbers)
{
    const std::deque<hal::TracedFrame> frames{
        {at("14:05:01.000"), hal::Direction::sent,
         *fromHex("0001 0000 0802 0001 05 0403 8090a3 1803 a98381 6c0d 2183 31 32 31 32 35 35 35 30 31 39 39"
                  "700c a1 31 32 31 32 35 35 35 39 30 30 30")},
        {at("14:05:01.020"), hal::Direction::received, *fromHex("0201 0002 0802 8001 02 1803 a98381")},
        {at("14:05:01.021"), hal::Direction::sent, *fromHex("0201 0102")},
        {at("14:05:13.400"), hal::Direction::received, *fromHex("0201 0202 0802 8001 45 0802 8290")}};
    const OctetBuffer pcap = hal::toPcap(frames, WallTime{}, false, withNumbers);
    return std::string(asText(pcap));
}

json callReportJson(bool connected)
{
    lab::CallReport r;
    r.call = "trunk1-17";
    r.law = hal::Law::alaw;
    r.connected = connected;
    r.cause = connected ? hal::Cause::normalClearing : hal::Cause::unallocatedNumber;
    r.events.push_back({0ms, "setup"});
    r.events.push_back({31ms, "proceeding"});
    if (connected) {
        r.setup = 84ms;
        r.duration = 6100ms;
        r.events.push_back({84ms, "connect"});
        r.events.push_back({2900ms, "beep"});
    }
    r.events.push_back({connected ? 6184ms : 40ms, "release"});
    return lab::toJson(r, "", "");
}

json smsJson()
{
    lab::ReceivedSms s;
    s.to = "+12125550123";
    s.text = "Voice message from +12125550199, 22 Nov 14:05, 0:42. To listen call +12125559001, code 482913.";
    s.receivedAt = at("14:05:14.000");
    s.modem = "box1-modem1";
    s.pdus.push_back("0001");
    return {{"version", 1}, {"sms", json::array({lab::toJson(s)})}};
}

json loadJson()
{
    lab::LoadResult r;
    r.done = true;
    r.placed = 60;
    r.answered = 59;
    r.failed[34] = 1;
    r.setupMs = {80, 84, 90, 120};
    r.boxes = {{"box1", 30}, {"box2", 29}};
    r.messagesCompared = 59;
    r.samplesCompared = 2'360'000;
    return lab::toJson(r);
}

json testSmsJson(const std::string& box, const std::string& to)
{
    box::TestSmsResult r;
    r.modem = box + "-modem1";
    r.at = at("14:05:09.123");
    r.took = 2140ms;
    if (box == "box2")
        r.sent = {hal::SmsOutcome::refused, {}, 38, "network out of order"};
    else
        r.sent.outcome = hal::SmsOutcome::sent;
    return box::toJson(r, {*PhoneNumber::parse(to), ""}, box);
}

json testCallJson(const std::string& box, const std::string& to, double toleranceDb)
{
    const std::string span = box + "-tie1";
    box::TestCallResult r;
    r.at = at("14:05:09.123");
    r.from = r.to = *PhoneNumber::parse(to);
    if (box == "box2") {
        r.findings.push_back({"no-line", "no line is usable; span status says what is wrong with each"});
        return box::toJson(r, box);
    }
    r.out = {span + "-8", span, hal::Timeslot{8}};
    if (to == "+12125559002") {
        box::TestEnd end;
        end.cause = r.cause = hal::Cause::userBusy;
        r.findings.push_back(box::whyNotThrough(end, r.to));
        return box::toJson(r, box);
    }
    r.in = {span + "-u3", span, hal::Timeslot{9}};
    r.setup = 180ms;
    box::TestPath out;
    out.from = span + "/8";
    out.to = span + "/9";
    out.hertz = 1004;
    out.dbm0 = -10;
    out.heard = hal::ToneReading{1004.02, -10.04, -47.3};
    out.quietDbm0 = -72;
    box::TestPath back = out;
    std::swap(back.from, back.to);
    back.hertz = 804;
    back.heard->hertz = 803.98;
    if (to == "+12125559003") {
        out.heard->dbm0 = -12.1;
        back.heard.reset();
    }
    box::judgePath(out, toleranceDb, r.findings);
    box::judgePath(back, toleranceDb, r.findings);
    r.forward = out;
    r.back = back;
    return box::toJson(r, box);
}

} // namespace callbox::cli::tests
