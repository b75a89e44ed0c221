// SPDX-License-Identifier: GPL-2.0-or-later
#include "network.h"
#include <algorithm>

namespace callbox::lab::tests {

namespace {

hal::SpanConfig spanConfig(hal::SpanType type, const std::string& name)
{
    return {.name = name,
            .type = type,
            .law = type == hal::SpanType::e1 ? hal::Law::alaw : hal::Law::mulaw,
            .dChannel = hal::dChannelSlot(type)};
}

std::unique_ptr<hal::Trunk> trunkOn(const Edges& edges, hal::Span& span, hal::PriRole role, bool overlap,
                                    std::string_view profile)
{
    hal::PriConfig config;
    config.overlap = overlap;
    config.role = role;
    config.switchType =
        span.config().type == hal::SpanType::e1 ? hal::PriSwitchType::euroIsdn : hal::PriSwitchType::ni2;
    if (!profile.empty()) {
        config.profile = hal::findProfile(profile);
        config.switchType = config.profile->switchType;
    }
    config.highestChannelFirst = role == hal::PriRole::user;
    EXPECT_TRUE(span.start());
    return hal::makePriTrunk(edges, span, config).value();
}

} // namespace

Network::Ends::Ends(const Edges& edges, hal::VirtualClock& clock, hal::SpanType type, const std::string& name,
                    bool overlap, std::string_view profile)
    : pair(hal::makeVirtualPair(edges.loop, clock)), networkSpan(edges, spanConfig(type, name), std::move(pair.first)),
      subscriberSpan(edges, spanConfig(type, name), std::move(pair.second)),
      network(trunkOn(edges, networkSpan, hal::PriRole::network, overlap, profile)),
      subscriber(trunkOn(edges, subscriberSpan, hal::PriRole::user, overlap, profile))
{
}

Network::Network(hal::SpanType type, unsigned trunks, bool overlap, std::string_view profile) : type_(type)
{
    EXPECT_TRUE(files.makeDirectories("/rec"));
    const bool us = type == hal::SpanType::t1;
    for (unsigned i = 1; i <= trunks; ++i) {
        ends_.push_back(std::make_unique<Ends>(edges, *clock_, type, "trunk" + std::to_string(i), overlap, profile));
        ends_.back()->subscriber->setIncoming([this](std::unique_ptr<hal::Call> c) { take(std::move(c)); });
        exchange.addTrunk(*ends_.back()->network, us ? hal::dialPlanUs() : hal::dialPlanEu(),
                          us ? hal::RedirectingForm::ie : hal::RedirectingForm::facility);
    }
    const auto up = [this] {
        return std::all_of(ends_.begin(), ends_.end(), [](const auto& e) {
            const hal::TrunkStatus n = e->network->status(), s = e->subscriber->status();
            return n.usable && s.usable && n.idle == n.channels && s.idle == s.channels;
        });
    };
    EXPECT_TRUE(until(up, 10s)) << "the trunks do not come up";
}

Network::~Network()
{
    tasks.cancelAll();
    taken.clear();
}

CallReport Network::call(CallOrder order)
{
    auto report = run(exchange.call(std::move(order)));
    EXPECT_TRUE(report) << (report ? "" : report.error().what);
    return report ? std::move(*report) : CallReport();
}

CallOrder Network::order(const PhoneNumber& from, const PhoneNumber& to) const
{
    CallOrder o;
    o.from = from;
    o.to = to;
    return o;
}

hal::SoundPtr Network::sound(std::size_t samples) const
{
    auto s = std::make_shared<hal::Sound>();
    s->law = law();
    for (std::size_t i = 0; i < samples; ++i)
        s->samples.push_back(static_cast<std::uint8_t>(i * 167 + i / 256));
    return s;
}

void Network::expectAllIdle()
{
    EXPECT_TRUE(until([this] {
        return exchange.calls() == 0 && std::all_of(ends_.begin(), ends_.end(), [](const auto& e) {
                   return e->network->status().idle == e->network->status().channels &&
                          e->subscriber->status().idle == e->subscriber->status().channels;
               });
    })) << "a channel stays taken";
}

void Network::take(std::unique_ptr<hal::Call> call)
{
    taken.push_back(std::make_unique<Taken>());
    taken.back()->call = std::move(call);
    tasks.start(serve(*taken.back(), manner));
}

Task<> Network::serve(Taken& t, Manner m)
{
    hal::Call& call = *t.call;
    if (m.kind == Manner::Kind::silent)
        co_return;
    if (m.kind == Manner::Kind::refuse) {
        call.hangup(m.cause);
        co_return;
    }
    co_await call.proceeding();
    if (m.kind == Manner::Kind::ring) {
        co_await call.alerting();
        co_return;
    }
    co_await call.answer();
    call.setTap(&t.hears);
    if (!m.says.empty()) {
        const auto source = hal::makeSoundSource(m.says);
        co_await call.play(*source, {});
    }
    if (m.hangsUpAfter) {
        co_await sleepFor(loop, *m.hangsUpAfter);
        call.hangup();
    }
    hal::DigitOptions options;
    options.most = 50;
    options.terminators = "";
    options.first = options.between = 30s;
    while (!call.released()) {
        hal::DigitOptions one = options;
        one.most = 1;
        t.keys += co_await call.digits(one);
    }
}

std::int64_t at(const CallReport& report, std::string_view event)
{
    for (const CallEvent& e : report.events)
        if (e.what == event)
            return toMs(e.at);
    ADD_FAILURE() << "no " << event;
    return -1;
}

std::size_t count(const CallReport& report, std::string_view event)
{
    return static_cast<std::size_t>(
        std::count_if(report.events.begin(), report.events.end(), [&](const CallEvent& e) { return e.what == event; }));
}

std::size_t findRun(const OctetBuffer& hay, const OctetBuffer& needle)
{
    const auto it = std::search(hay.begin(), hay.end(), needle.begin(), needle.end());
    return it == hay.end() ? std::string::npos : static_cast<std::size_t>(it - hay.begin());
}

} // namespace callbox::lab::tests
