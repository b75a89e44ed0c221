// SPDX-License-Identifier: GPL-2.0-or-later
// A bank of analog lines between an exchange and a box in one process, under simulated time.
#pragma once
#include <algorithm>
#include <callbox/hal/analog_trunk.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/virtual_span.h>
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace callbox::hal::tests {

constexpr unsigned portCount = 3;

inline PhoneNumber number(std::string_view e164)
{
    return PhoneNumber::parse(e164).value();
}
inline const PhoneNumber boxNumber = number("+12125559000"); // of all lines

inline SpanConfig bankOf(std::string name, PortKind kind, Law law)
{
    SpanConfig c{.name = std::move(name), .type = SpanType::analog, .law = law, .dChannel = Timeslot{0}};
    for (unsigned i = 1; i <= portCount; ++i)
        c.ports.push_back({Timeslot{static_cast<std::uint8_t>(i)}, kind, LineStart::kewl});
    return c;
}

struct Side {
    Side(const Edges& edges, PortKind kind, const CountryProfile& country, Law law, std::unique_ptr<SpanIo> made,
         const std::function<void(AnalogConfig&)>& change)
        : io(*made), span(edges, bankOf("line", kind, law), std::move(made))
    {
        AnalogConfig config;
        config.kind = kind;
        config.plan = dialPlanUs();
        config.country = country;
        for (const PortConfig& p : span.config().ports)
            config.lines.push_back({p.port, boxNumber});
        if (change)
            change(config);
        auto trunkMade = makeAnalogTrunk(edges, span, config);
        EXPECT_TRUE(trunkMade) << (trunkMade ? "" : trunkMade.error().what);
        trunk = std::move(*trunkMade);
        trunk->setIncoming([this](std::unique_ptr<Call> c) { calls.push_back(std::move(c)); });
        EXPECT_TRUE(span.start());
    }
    [[nodiscard]] unsigned idle() const { return trunk->status().idle; }
    [[nodiscard]] LineIo& lines() { return dynamic_cast<LineIo&>(io); }
    [[nodiscard]] FaultInjection& faults() { return dynamic_cast<FaultInjection&>(io); }
    SpanIo& io;
    Span span;
    std::unique_ptr<Trunk> trunk;
    std::vector<std::unique_ptr<Call>> calls;
};

struct Sink final : AudioSink {
    void append(Octets s, std::uint32_t) override { all.insert(all.end(), s.begin(), s.end()); }
    [[nodiscard]] bool failed() const override { return false; }
    OctetBuffer all;
};

struct Bench {
    using Change = std::function<void(AnalogConfig&)>;
    explicit Bench(std::string_view code = "us", const Change& atBox = {}, const Change& atExchange = {})
        : law(code == "us" ? Law::mulaw : Law::alaw),
          exchange(edges, PortKind::fxs, *findCountry(code), law, std::move(pair.first), atExchange),
          box(edges, PortKind::fxo, *findCountry(code), law, std::move(pair.second), atBox)
    {
        EXPECT_TRUE(until([&] { return allIdle(); }, 5s)) << "the lines do not come up";
    }
    [[nodiscard]] bool allIdle() const { return exchange.idle() == portCount && box.idle() == portCount; }
    bool until(const std::function<bool()>& done, Duration limit = 30s) { return loop.runUntil(done, limit); }
    template <class T> Result<T> run(Task<T> task, Duration limit = 60s)
    {
        std::optional<Result<T>> outcome;
        tasks.start(keep(std::move(task), outcome));
        until([&] { return outcome.has_value(); }, limit);
        return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "the task did not end"});
    }
    template <class T> static Task<> keep(Task<T> task, std::optional<Result<T>>& outcome)
    {
        Result<T> r = co_await check(std::move(task));
        outcome.emplace(std::move(r));
    }
    // Of the exchange, for the box.
    Result<std::unique_ptr<Call>> ring(std::string caller = "2125550199",
                                       Presentation presentation = Presentation::allowed)
    {
        CallSetup s;
        s.calling.digits = std::move(caller);
        s.calling.type = TypeOfNumber::national;
        s.calling.presentation = presentation;
        s.called = fromE164(boxNumber, dialPlanUs());
        return exchange.trunk->place(s);
    }
    // Of the box, through the exchange.
    Result<std::unique_ptr<Call>> dial(std::string_view e164 = "+12125550123")
    {
        CallSetup s;
        s.called = fromE164(number(e164), dialPlanUs());
        return box.trunk->place(s);
    }

    Law law;
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    std::unique_ptr<VirtualClock> clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    Side exchange;
    Side box;
    TaskGroup tasks{loop};
};

// A call that has come in and is answered.
struct Answered {
    explicit Answered(Bench& b)
    {
        auto placed = b.ring();
        EXPECT_TRUE(placed);
        out = std::move(*placed);
        EXPECT_TRUE(b.until([&] { return !b.box.calls.empty(); })) << "the call does not arrive";
        in = std::move(b.box.calls.back());
        b.box.calls.pop_back();
        EXPECT_TRUE(b.run(in->answer()));
        EXPECT_TRUE(b.until([&] { return out->stage() == CallStage::connected; }));
    }
    std::unique_ptr<Call> out, in;
};

// Syllables of a voice; neither silence nor a tone.
inline OctetBuffer speech(Law law, std::size_t samples)
{
    OctetBuffer out;
    for (std::size_t i = 0; i < samples; ++i) {
        const double t = double(i) / samplesPerSecond;
        double v = 0;
        for (int h = 1; h <= 20; ++h)
            v += std::sin(2 * std::numbers::pi * 137.0 * h * t + h * h) / (1 + 0.2 * h);
        const double syllable = 0.6 - 0.4 * std::cos(2 * std::numbers::pi * 4 * t);
        out.push_back(fromLinear(static_cast<std::int16_t>(1500 * syllable * v), law));
    }
    return out;
}
inline std::unique_ptr<AudioSource> saying(Law law, OctetBuffer samples)
{
    auto sound = std::make_shared<Sound>();
    sound->law = law;
    sound->samples = std::move(samples);
    return makeSoundSource({sound});
}

} // namespace callbox::hal::tests
