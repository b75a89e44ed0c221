// SPDX-License-Identifier: GPL-2.0-or-later
// The script of a test call (contract.md, lab call). Times that matter to the audio are counted in samples; the loop's
// clock only bounds the waits.
#include "caller.h"
#include <algorithm>
#include <callbox/base/async.h>

namespace callbox::lab {

namespace {

constexpr Duration patience = 180s;   // for an answer: EN 300 403-1 table 9-1, T301
constexpr Duration longestStay = 2h;  // for the far end to hang up
constexpr Duration handToHook = 60ms; // a far end that takes whole blocks has the last words by then
constexpr Duration clearing = 10s;    // T305 and T308, one after the other

} // namespace

Caller::Caller(Edges edges, const CallOrder& order, hal::Call& call, TimePoint start)
    : edges_(std::move(edges)), order_(order), call_(call), start_(start),
      ear_(call.law(), {.keep = order.keepHeard || !order.record.empty(), .everyBeep = order.everyBeep},
           [this](std::uint64_t end) { onBeep(end); }),
      answered_(edges_.loop), beep_(edges_.loop), released_(edges_.loop)
{
    report_.call = call.id();
    report_.trunk = call.identity().span;
    report_.law = call.law();
    report_.events.push_back({{}, "setup"});
    call_.setDetecting(false);
    call_.setObserver([this](hal::CallStage s) { onStage(s); });
}

Caller::~Caller()
{
    call_.setObserver({});
    call_.setTap(nullptr);
}

void Caller::tell(std::string_view what, Duration later)
{
    report_.events.push_back({edges_.loop.now() + later - start_, what});
}

void Caller::onStage(hal::CallStage stage)
{
    switch (stage) {
    case hal::CallStage::proceeding: {
        // CALL PROCEEDING comes once at most; what repeats it is a PROGRESS.
        const bool again = std::any_of(report_.events.begin(), report_.events.end(),
                                       [](const CallEvent& e) { return e.what == "proceeding"; });
        tell(again ? "progress" : "proceeding");
        break;
    }
    case hal::CallStage::alerting:
        tell("alerting");
        break;
    case hal::CallStage::connected:
        tell("connect");
        connectedAt_ = edges_.loop.now();
        report_.connected = true;
        report_.setup = connectedAt_ - start_;
        call_.setTap(&ear_);
        answered_.set(true);
        break;
    case hal::CallStage::released:
        onReleased();
        break;
    default:
        break;
    }
}

void Caller::onReleased()
{
    if (!clearing_) {
        report_.farEndCleared = true;
        if (report_.connected)
            report_.duration = sinceConnect();
        tell("disconnect");
    }
    tell("release");
    answered_.set(false);
    beep_.set(std::nullopt);
    released_.set(true);
}

void Caller::onBeep(std::uint64_t end)
{
    tell("beep", -lengthOf(ear_.position() - end));
    beep_.set(end);
}

void Caller::hangUp(hal::Cause cause)
{
    if (released_.isSet())
        return;
    clearing_ = true;
    if (report_.connected)
        report_.duration = sinceConnect();
    tell("disconnect");
    call_.hangup(cause);
}

Task<std::uint64_t> Caller::whenToSpeak()
{
    if (!order_.play)
        co_return samplesIn(beforeDigits);
    switch (order_.playAt) {
    case PlayAt::connect:
        break;
    case PlayAt::after:
        co_return samplesIn(order_.playAfter);
    case PlayAt::beep: {
        const Duration limit = std::max(withoutBeep - sinceConnect(), Duration::zero());
        std::optional<std::optional<std::uint64_t>> beep = co_await beep_.waitFor(limit);
        if (!beep)
            co_return samplesIn(withoutBeep);
        if (!*beep)
            co_await fail(Errc::gone, "the far end hung up before it beeped");
        co_return **beep + samplesIn(afterBeep);
    }
    }
    co_return 0;
}

Task<> Caller::speak()
{
    if (!order_.keysFirst.empty()) {
        Speech keys(ear_, samplesIn(beforeDigits),
                    [this](std::string_view what, Duration later) { tell(what, later); });
        keys.key(order_.keysFirst);
        co_await call_.play(keys, {});
    }
    if (!order_.play && order_.digits.empty())
        co_return;
    const std::uint64_t begin = co_await whenToSpeak();
    Speech speech(ear_, begin, [this](std::string_view what, Duration later) { tell(what, later); });
    if (order_.play)
        speech.say(order_.play, "play-start", "play-end");
    speech.key(order_.digits);
    co_await call_.play(speech, {});
    report_.saidAll = true;
    co_await sleepFor(edges_.loop, handToHook);
}

// Until it is time to hang up, or the far end does.
Task<> Caller::stay()
{
    Duration limit = order_.play || !order_.digits.empty() ? Duration::zero() : Duration(longestStay);
    if (order_.hold)
        limit = *order_.hold - sinceConnect();
    if (limit > Duration::zero() && !released_.isSet())
        co_await released_.waitFor(limit);
}

Task<CallReport> Caller::run()
{
    const std::optional<bool> answered = co_await answered_.waitFor(patience);
    if (!answered) {
        hangUp(hal::Cause::recoveryOnTimerExpiry); // EN 300 403-1 5.2.5.3: to the called user
        report_.cause = hal::Cause::noAnswer;
    } else if (report_.connected) {
        const Result<void> spoken = co_await check(speak());
        if (!spoken && spoken.error().code != Errc::gone)
            edges_.log.warning("a test caller could not speak", {{"call", report_.call}, {"error", spoken.error()}});
        co_await stay();
        hangUp(hal::Cause::normalClearing);
    }
    if (!released_.isSet())
        co_await released_.waitFor(clearing);
    if (report_.cause == hal::Cause::none)
        report_.cause = clearing_ ? hal::Cause::normalClearing : call_.cause();
    std::stable_sort(report_.events.begin(), report_.events.end(),
                     [](const CallEvent& a, const CallEvent& b) { return a.at < b.at; });
    report_.heardSamples = ear_.position();
    report_.lostSamples = ear_.lost();
    report_.heard = ear_.takeHeard();
    co_return std::move(report_);
}

} // namespace callbox::lab
