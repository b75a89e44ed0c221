// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/lines.h"
#include <algorithm>
#include <callbox/hal/card_arrival.h>
#include <callbox/hal/line_country.h>
#include <callbox/hal/media.h>
#include <sstream>

namespace callbox::lines {

namespace {

constexpr Duration firstPause = 1s; // before a span that is gone is tried again; doubles
constexpr Duration longestPause = 30s;

} // namespace

Line::Line(const Edges& edges, SpanSettings settings, std::unique_ptr<hal::Span> span,
           std::unique_ptr<hal::Trunk> trunk)
    : edges_(edges), settings_(std::move(settings)), span_(std::move(span)), trunk_(std::move(trunk)),
      history_(edges_.loop, *span_), again_(edges_.loop), pause_(firstPause)
{
    changeHandle_ = span_->onChange([this] {
        if (span_->framesMoving())
            pause_ = firstPause;
        else if (started_ && span_->state() == hal::Span::State::gone && !again_.armed())
            retry();
    });
}

Line::~Line()
{
    span_->removeChange(changeHandle_);
}

std::string_view Line::state() const
{
    if (span_->state() == hal::Span::State::gone)
        return "gone";
    if (span_->state() != hal::Span::State::running)
        return "down";
    if (!span_->alarms().usable())
        return "alarm";
    if (!span_->framesMoving())
        return "down";
    if (loop_)
        return "looped";
    if (trunk_->status().dChannelUp)
        return inService_ ? "up" : "out-of-service";
    return settings_.span.type == hal::SpanType::analog ? "no-battery" : "d-channel-down";
}

Result<void> Line::setService(bool in)
{
    for (const hal::ChannelRow& c : trunk_->channels())
        if (auto r = trunk_->setInService(c.slot, in); !r)
            return r;
    inService_ = in;
    return {};
}

void Line::start()
{
    started_ = true;
    tryStart();
    history_.start();
}

void Line::stop()
{
    started_ = false;
    again_.cancel();
    history_.stop();
    span_->stop();
    span_->io().stop(); // one that never started waits for its card
}

void Line::tryStart()
{
    if (auto r = span_->start(); !r) {
        edges_.log.warning("span does not start; it is tried again",
                           {{"span", name()}, {"error", r.error()}, {"in", pause_}});
        retry();
    }
}

void Line::retry()
{
    const auto startAgain = [this] {
        span_->io().stop();
        tryStart();
    };
    again_.after(pause_, startAgain);
    pause_ = std::min(2 * pause_, Duration(longestPause));
    auto* arrival = dynamic_cast<hal::CardArrival*>(&span_->io());
    if (!arrival)
        return;
    const auto heard = arrival->awaitCard([this, startAgain] {
        if (!started_)
            return;
        again_.cancel();
        pause_ = firstPause;
        startAgain();
    });
    if (!heard)
        edges_.log.debug("a card that is plugged in is not heard of", {{"span", name()}, {"error", heard.error()}});
}

Result<void> Line::setFaults(const hal::VirtualFaults& faults)
{
    auto* injection = dynamic_cast<hal::FaultInjection*>(&span_->io());
    if (!injection)
        return Error{Errc::unsupported, "span " + name() + ": backend " + settings_.backend + " injects no faults"};
    injection->setFaults(faults);
    return {};
}

Lines::~Lines()
{
    for (const auto& line : lines_)
        line->span().setTickFollower({});
}

Result<std::unique_ptr<Lines>> Lines::open(const Edges& edges, const LinesConfig& config, const LinesWorld& world)
{
    std::unique_ptr<Lines> lines(new Lines(edges));
    hal::VirtualClock* clock = world.clock;
    const bool listens = std::any_of(config.spans.begin(), config.spans.end(),
                                     [](const SpanSettings& s) { return s.backendKeys.contains("listen"); });
    if (!clock && listens) {
        lines->ownClock_ = hal::VirtualClock::following(edges.loop);
        clock = lines->ownClock_.get();
    }
    LinesWorld w = world;
    w.clock = clock;
    for (const SpanSettings& s : config.spans)
        if (auto r = lines->addLine(s, w); !r)
            return r.error().because("[span " + s.name() + "]");
    for (const ModemSettings& m : config.modems)
        if (auto r = lines->addModem(m, w); !r)
            return r.error().because("[modem " + m.modem.name + "]");
    if (clock)
        lines->leadClock(*clock);
    return lines;
}

Result<std::unique_ptr<hal::SpanIo>> Lines::openSpan(const SpanSettings& s, const LinesWorld& world)
{
    if (world.openSpan)
        return world.openSpan(s);
    if (const auto path = s.backendKeys.find("listen"); path != s.backendKeys.end())
        return hal::makeVirtualListener(edges_.loop, *world.clock, path->second);
    const hal::Backend* backend = hal::findBackend(s.backend);
    if (!backend)
        return Error{Errc::invalid, "backend = " + s.backend + ": this program has no such backend"};
    return backend->open(edges_, s.backendKeys);
}

Result<void> Lines::addLine(const SpanSettings& s, const LinesWorld& world)
{
    auto io = openSpan(s, world);
    if (!io)
        return io.error();
    if (auto* lines = dynamic_cast<hal::LineCountry*>(io->get()))
        lines->setLineCountry(s.analog.country.code);
    auto span = std::make_unique<hal::Span>(edges_, s.span, std::move(*io));
    if (s.rxGainDb != 0 || s.txGainDb != 0)
        span->setGains(hal::Gains{hal::gainTable(s.span.law, s.rxGainDb), hal::gainTable(s.span.law, s.txGainDb)});
    hal::AnalogConfig analog = s.analog;
    analog.plan = s.plan; // a daemon's own section may have changed it
    auto trunk = s.span.type == hal::SpanType::analog ? hal::makeAnalogTrunk(edges_, *span, analog)
                                                      : hal::makePriTrunk(edges_, *span, s.pri);
    if (!trunk)
        return trunk.error();
    lines_.push_back(std::make_unique<Line>(edges_, s, std::move(span), std::move(*trunk)));
    return {};
}

Result<void> Lines::addModem(const ModemSettings& m, const LinesWorld& world)
{
    auto io = world.openModem
                  ? world.openModem(m)
                  : Result<std::unique_ptr<hal::ModemIo>>(hal::makeSerialPort(edges_.loop, m.device, m.baud));
    if (!io)
        return io.error();
    modems_.push_back(hal::makeModem(edges_, m.modem, std::move(*io)));
    return {};
}

// Ties are clocked from a trunk: the first one whose samples move, another one when that stops.
void Lines::leadClock(hal::VirtualClock& clock)
{
    for (const auto& line : lines_) {
        if (line->settings().use != Use::trunk)
            continue;
        Line* me = line.get();
        me->span().setTickFollower([this, me, &clock](std::uint32_t samples) {
            if (!leader_ || (leader_ != me && !leader_->span().framesMoving()))
                leader_ = me;
            if (leader_ == me)
                clock.follow(samples);
        });
    }
}

void Lines::start()
{
    for (const auto& line : lines_)
        line->start();
    for (const auto& modem : modems_)
        modem->start();
}

void Lines::stop()
{
    for (const auto& modem : modems_)
        modem->stop();
    for (const auto& line : lines_)
        line->stop();
}

std::vector<Line*> Lines::used(Use use) const
{
    std::vector<Line*> out;
    for (const auto& line : lines_)
        if (line->settings().use == use)
            out.push_back(line.get());
    return out;
}

Line* Lines::find(std::string_view name) const
{
    for (const auto& line : lines_)
        if (line->name() == name)
            return line.get();
    return nullptr;
}

hal::Modem* Lines::findModem(std::string_view name) const
{
    for (const auto& modem : modems_)
        if (modem->name() == name)
            return modem.get();
    return nullptr;
}

Result<void> Lines::fault(std::string_view what)
{
    if (what != "span-los" && what != "span-ok")
        return Error{Errc::invalid, "fault " + std::string(what) + ": span-los or span-ok"};
    hal::VirtualFaults faults;
    faults.los = what == "span-los";
    for (const auto& line : lines_)
        if (auto r = line->setFaults(faults); !r)
            return r;
    return {};
}

status::SpanRecord record(const Line& line)
{
    const hal::TrunkStatus trunk = line.trunk().status();
    status::SpanRecord r;
    r.name = line.name();
    r.state = line.state();
    std::istringstream alarms(hal::toString(line.span().alarms()));
    for (std::string alarm; alarms >> alarm;)
        r.alarms.push_back(alarm);
    r.framesMoving = line.span().framesMoving();
    r.dChannel = trunk.dChannelUp ? "up" : "down";
    r.channels = trunk.channels;
    r.idle = trunk.idle;
    return r;
}

status::ModemRecord record(const hal::Modem& modem)
{
    return {modem.name(), std::string(hal::name(modem.status().state)), modem.status().signalDbm, modem.queued()};
}

} // namespace callbox::lines
