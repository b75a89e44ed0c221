// SPDX-License-Identifier: GPL-2.0-or-later
#include "telephone_script.h"
#include <callbox/base/async.h>
#include <callbox/hal/dtmf.h>
#include <cmath>
#include <numbers>

namespace callbox::lab {

namespace {

constexpr Duration ringsLongest = 180s; // EN 300 403-1 table 9-1, T301
constexpr Duration beforeKeys = 500ms;  // from the answer
constexpr Duration longestTalk = 2h;
constexpr Duration machineListens = 60s;
constexpr Duration clearing = 10s;

struct Named {
    Answers value;
    std::string_view text;
};
constexpr Named names[] = {{Answers::yes, "yes"},
                           {Answers::busy, "busy"},
                           {Answers::noAnswer, "no-answer"},
                           {Answers::reject, "reject"},
                           {Answers::machine, "machine"}};

} // namespace

std::string_view name(Answers a)
{
    for (const Named& n : names)
        if (n.value == a)
            return n.text;
    return "yes";
}

Result<Answers> parseAnswers(std::string_view text)
{
    for (const Named& n : names)
        if (n.text == text)
            return n.value;
    return Error{Errc::invalid,
                 "\"" + std::string(text) + "\": a phone answers yes, busy, no-answer, reject or machine"};
}

// Harmonics of 140 Hz, four syllables a second.
hal::SoundPtr machineGreeting()
{
    constexpr std::size_t length = 20000; // 2.5 s
    constexpr double pitch = 140, loudest = 2500;
    auto sound = std::make_shared<hal::Sound>();
    sound->law = hal::Law::alaw;
    sound->samples.reserve(length);
    for (std::size_t i = 0; i < length; ++i) {
        const double t = double(i) / hal::samplesPerSecond;
        double v = 0;
        for (int h = 1; h <= 12; ++h)
            v += std::sin(2 * std::numbers::pi * pitch * h * t) / h;
        const double syllable = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * 4 * t);
        sound->samples.push_back(hal::fromLinear(static_cast<std::int16_t>(loudest * syllable * v), sound->law));
    }
    return sound;
}

TelephoneScript::TelephoneScript(Edges edges, TelephoneBehaviour behaviour, hal::SoundPtr greeting, hal::Call& call,
                                 TelephoneCall had)
    : edges_(std::move(edges)), behaviour_(std::move(behaviour)), greeting_(std::move(greeting)), call_(call),
      had_(std::move(had)),
      ear_(call.law(), {.keep = behaviour_.keepHeard || !behaviour_.record.empty(), .everyBeep = false}, {}),
      released_(edges_.loop)
{
    had_.answers = behaviour_.answers;
    had_.call = call.id();
    call_.setDetecting(false);
    call_.setObserver([this](hal::CallStage s) { onStage(s); });
}

TelephoneScript::~TelephoneScript()
{
    call_.setObserver({});
    call_.setTap(nullptr);
}

void TelephoneScript::onStage(hal::CallStage stage)
{
    if (stage == hal::CallStage::connected) {
        had_.answered = true;
        answeredAt_ = edges_.loop.now();
        call_.setTap(&ear_);
    } else if (stage == hal::CallStage::released) {
        released_.set(true);
    }
}

Task<bool> TelephoneScript::waited(Duration limit)
{
    if (released_.isSet())
        co_return false;
    const std::optional<bool> gone = co_await released_.waitFor(limit);
    co_return !gone;
}

// From the answer on.
Task<> TelephoneScript::converse()
{
    Speech speech(ear_, samplesIn(beforeKeys), {});
    const bool machine = behaviour_.answers == Answers::machine;
    if (machine) {
        const hal::SoundPtr beep = hal::makeSine(1000, -13, 400ms, call_.law());
        speech.say(hal::makeSoundSource({greeting_, beep}), "", "");
    }
    speech.key(behaviour_.press);
    if (machine || !behaviour_.press.empty())
        co_await call_.play(speech, {});
    had_.pressedAll = !behaviour_.press.empty();
    co_await waited(machine ? Duration(machineListens) : Duration(longestTalk));
}

Task<> TelephoneScript::live()
{
    if (behaviour_.answers == Answers::busy) {
        call_.hangup(hal::Cause::userBusy);
        co_return;
    }
    co_await call_.proceeding();
    co_await call_.alerting();
    const bool forEver = behaviour_.answers == Answers::noAnswer;
    const bool there = co_await waited(forEver ? Duration(ringsLongest) : behaviour_.rings);
    if (!there)
        co_return;
    if (forEver || behaviour_.answers == Answers::reject) {
        call_.hangup(forEver ? hal::Cause::noAnswer : hal::Cause::callRejected);
        co_return;
    }
    co_await call_.answer();
    co_await converse();
    call_.hangup(hal::Cause::normalClearing);
}

Task<TelephoneCall> TelephoneScript::run()
{
    const Result<void> lived = co_await check(live());
    if (!lived && lived.error().code != Errc::gone) {
        edges_.log.warning("a telephone failed", {{"call", had_.call}, {"error", lived.error()}});
        call_.hangup(hal::Cause::temporaryFailure);
    }
    co_await waited(clearing);
    if (had_.answered)
        had_.duration = edges_.loop.now() - answeredAt_;
    had_.cause = call_.cause();
    had_.heard = ear_.takeHeard();
    co_return std::move(had_);
}

} // namespace callbox::lab
