// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/line_watch.h"
#include "alarms/performance_watch.h"
#include <algorithm>

namespace callbox::alarms {

namespace {

constexpr Duration stepIs = 2s; // more than what time synchronisation slews between two looks
constexpr Duration stepStands = std::chrono::minutes(15);

// The one alarm that a span's state is; null: none.
const Kind* kindOf(const lines::Line& line)
{
    const std::string_view state = line.state();
    const hal::Alarms& a = line.span().alarms();
    if (state == "gone")
        return &kinds::spanGone;
    if (line.span().state() != hal::Span::State::running)
        return &kinds::spanStopped;
    if (a.los)
        return &kinds::spanLos;
    if (a.lof)
        return &kinds::spanLof;
    if (a.lomf)
        return &kinds::spanLomf;
    if (a.ais)
        return &kinds::spanAis;
    if (!line.span().framesMoving())
        return &kinds::noSamples;
    if (a.rai)
        return &kinds::spanRai;
    if (line.loop())
        return &kinds::spanLooped;
    if (line.trunk().status().dChannelUp)
        return nullptr;
    return line.span().config().type == hal::SpanType::analog ? &kinds::noBattery : &kinds::dChannelDown;
}

const Kind* kindOf(hal::ModemState state)
{
    switch (state) {
    case hal::ModemState::absent:
        return &kinds::modemAbsent;
    case hal::ModemState::silent:
    case hal::ModemState::starting:
        return &kinds::modemSilent;
    case hal::ModemState::pinRequired:
        return &kinds::modemPin;
    case hal::ModemState::noSim:
        return &kinds::modemNoSim;
    case hal::ModemState::searching:
    case hal::ModemState::denied:
        return &kinds::modemNotRegistered;
    case hal::ModemState::ready:
        return nullptr;
    }
    return nullptr;
}

constexpr const Kind* ofSpan[] = {&kinds::spanLos,      &kinds::spanLof,   &kinds::spanLomf,    &kinds::spanAis,
                                  &kinds::spanRai,      &kinds::spanGone,  &kinds::spanStopped, &kinds::noSamples,
                                  &kinds::dChannelDown, &kinds::noBattery, &kinds::spanLooped};
constexpr const Kind* ofModem[] = {&kinds::modemSilent, &kinds::modemAbsent, &kinds::modemNoSim, &kinds::modemPin,
                                   &kinds::modemNotRegistered};

} // namespace

LineWatch::LineWatch(const Edges& edges, lines::Lines& lines, AlarmBook& book, WatchLimits limits)
    : edges_(edges), lines_(lines), book_(book), limits_(limits), started_(edges.loop.now()), lastModemReady_(started_)
{
}

void LineWatch::look()
{
    lookAtClock();
    for (const auto& line : lines_.all()) {
        watch(book_, line->name(), line->history().performance(), limits_.sesInQuarter);
        if (const auto* ticks = dynamic_cast<hal::WakeUpCounts*>(&line->span().io()))
            watch(book_, line->name(), ticks->wakeUps().lastHour(edges_.loop.now()));
    }
    if (edges_.loop.now() - started_ < limits_.grace)
        return;
    for (const auto& line : lines_.all())
        lookAtSpan(*line);
    const auto& spans = lines_.all();
    const auto meant = [](const auto& l) { // what somebody here has taken out is no surprise
        const std::string_view state = l->state();
        return state == "up" || state == "out-of-service" || state == "looped";
    };
    const bool noneUp = std::none_of(spans.begin(), spans.end(), meant);
    book_.set(!spans.empty() && noneUp, kinds::noSpan);
    for (const auto& modem : lines_.modems())
        lookAtModem(*modem);
    const auto& modems = lines_.modems();
    const bool ready = std::any_of(modems.begin(), modems.end(),
                                   [](const auto& m) { return m->status().state == hal::ModemState::ready; });
    if (ready || modems.empty())
        lastModemReady_ = edges_.loop.now();
    const bool none = edges_.loop.now() - lastModemReady_ >= limits_.modemAfter;
    if (none || ready || modems.empty()) // as with each of them
        book_.set(none, kinds::noModem);
}

void LineWatch::lookAtSpan(const lines::Line& line)
{
    const Kind* now = kindOf(line);
    for (const Kind* k : ofSpan)
        book_.set(k == now, *k, line.name());
    const auto* analog = dynamic_cast<const hal::AnalogLines*>(&line.trunk());
    for (const hal::LineRow& l : analog ? analog->lines() : std::vector<hal::LineRow>())
        // All of them together are the span's alarm: no new ones beside it, and none that stands is said to be over.
        if (!now || !l.dead)
            book_.set(l.dead, kinds::lineDead, line.name() + "-" + std::to_string(hal::index(l.line.port)),
                      l.line.number.masked());
    book_.set(!line.inService(), kinds::spanOutOfService, line.name());
    book_.set(line.trunk().status().restartTrouble, kinds::restartTrouble, line.name());
}

void LineWatch::lookAtModem(const hal::Modem& modem)
{
    const TimePoint now = edges_.loop.now();
    const hal::ModemState state = modem.status().state;
    auto& [kind, since] = modems_.try_emplace(modem.name(), nullptr, started_).first->second;
    if (state == hal::ModemState::ready)
        since = now;
    // One that is being talked to, over and over, lacks what it lacked before.
    if (state != hal::ModemState::starting || !kind)
        kind = kindOf(state);
    const bool lasts = now - since >= limits_.modemAfter;
    if (state != hal::ModemState::ready && !lasts)
        return; // what stood before a restart stands until it is known better
    for (const Kind* k : ofModem)
        book_.set(k == kind && lasts, *k, modem.name(), modem.status().lastError);
}

void LineWatch::lookAtClock()
{
    const TimePoint now = edges_.loop.now();
    const WallTime wall = edges_.loop.wallNow();
    if (clock_) {
        const auto by = (wall - clock_->second) - (now - clock_->first);
        if (by > stepIs || by < -stepIs) {
            stepped_ = now;
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(by).count();
            book_.raise(kinds::clockStepped, {}, "by " + std::to_string(seconds) + " s, to " + isoUtc(wall));
        }
    }
    clock_ = {now, wall};
    if (stepped_ && now - *stepped_ < stepStands)
        return;
    stepped_.reset();
    book_.clear(kinds::clockStepped);
}

} // namespace callbox::alarms
