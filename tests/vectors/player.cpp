// SPDX-License-Identifier: GPL-2.0-or-later
#include "player.h"
#include <array>
#include <numeric>
#include <sstream>

namespace callbox::tests {

using namespace hal;

namespace {

constexpr Duration answerWithin = 200ms;
constexpr Duration referralLimit = 4s;

SpanConfig spanConfig(const std::string& profile)
{
    const bool us = northAmerican(findProfile(profile.substr(0, profile.find('+')))->switchType);
    const SpanType t = us ? SpanType::t1 : SpanType::e1;
    return {.name = "span", .type = t, .law = us ? Law::mulaw : Law::alaw, .dChannel = dChannelSlot(t)};
}

constexpr std::array typeNames{"unknown", "international", "national", "network", "subscriber", "5", "abbreviated"};
constexpr std::array planNames{"unknown", "isdn", "2", "data", "telex", "5", "6", "7", "nationalplan", "private"};
constexpr std::array presentationNames{"allowed", "restricted", "unavailable"};
constexpr std::array screeningNames{"notscreened", "passed", "failed", "network"};
constexpr std::array reasonNames{"unknown", "busy", "noreply", "unconditional", "deflection", "unreachable"};

template <class E, std::size_t n> E named(const std::array<const char*, n>& names, const std::string& word)
{
    for (std::size_t i = 0; i < n; ++i)
        if (word == names[i])
            return static_cast<E>(i);
    return E{};
}

std::string text(const PartyNumber& n, bool indicators)
{
    std::string s =
        (n.digits.empty() ? "-" : n.digits) + " " + typeNames[unsigned(n.type)] + " " + planNames[unsigned(n.plan)];
    if (indicators)
        s += std::string(" ") + presentationNames[unsigned(n.presentation)] + " " +
             screeningNames[unsigned(n.screening)];
    return s;
}

std::string text(const std::optional<Diversion>& d)
{
    return d ? text(d->number, true) + " " + reasonNames[unsigned(d->reason)] : "none";
}

// "2125550199,national,isdn,allowed,network,busy"
Diversion readParty(const std::string& words)
{
    std::array<std::string, 6> part;
    std::istringstream in(words);
    for (std::string& p : part)
        std::getline(in, p, ',');
    Diversion d;
    d.number.digits = part[0] == "-" ? "" : part[0];
    d.number.type = named<TypeOfNumber>(typeNames, part[1]);
    d.number.plan = named<NumberingPlan>(planNames, part[2]);
    d.number.presentation = named<Presentation>(presentationNames, part[3]);
    d.number.screening = named<Screening>(screeningNames, part[4]);
    d.reason = named<DiversionReason>(reasonNames, part[5]);
    return d;
}

} // namespace

Player::Player(const std::string& side, const std::string& type, PriConfig config)
    : ours_(edges_, spanConfig(type), std::move(pair_.first)),
      theirs_(edges_, spanConfig(type), std::move(pair_.second))
{
    (void)ours_.start();
    (void)theirs_.start();
    peer_ = std::make_unique<RawPeer>(theirs_, side == "user");
    config.role = side == "user" ? PriRole::user : PriRole::network;
    config.profile = findProfile(type.substr(0, type.find('+')));
    for (std::size_t at = type.find('+'); at != std::string::npos;) {
        const std::size_t end = type.find('+', at + 1);
        const std::string word = type.substr(at + 1, end - at - 1);
        if (word == "overlap")
            config.overlap = true;
        else
            config.accept.add(findQuirk(word).value());
        at = end;
    }
    config.switchType = config.profile->switchType;
    config.restartAtStart = false;
    auto made = makePriTrunk(edges_, ours_, config);
    if (!made)
        return;
    trunk_ = std::move(*made);
    trunk_->setIncoming([this](std::unique_ptr<Call> c) {
        if (call_)
            earlier_.push_back(std::move(call_));
        call_ = std::move(c);
    });
    // The only number that is known here.
    trunk_->setNumberComplete([](const CallSetup& s) { return s.called.digits == "2125559000"; });
    loop_.runUntil([this] { return linkUp(); }, 5s);
}

void Player::endCalls()
{
    tasks_.cancelAll(); // nobody waits in answer() any more
    earlier_.clear();
    call_.reset();
}

std::string Player::play(const Vector& v)
{
    if (!trunk_ || !linkUp())
        return v.file + ": the link does not come up";
    for (const Step& s : v.steps)
        if (const std::string wrong = step(s); !wrong.empty())
            return v.file + ":" + std::to_string(s.line) + ": " + wrong;
    loop_.runFor(answerWithin);
    if (!peer_->messages.empty())
        return v.file + ": " + v.name + ": left over: " + hex(peer_->messages.front());
    return {};
}

std::string Player::step(const Step& s)
{
    std::istringstream in(s.words);
    switch (s.kind) {
    case Step::Kind::send:
        peer_->send(s.octets);
        loop_.runFor(50ms);
        return {};
    case Step::Kind::expect:
        return expect(s);
    case Step::Kind::quiet:
        loop_.runFor(std::chrono::milliseconds(std::stol(s.words)));
        return peer_->messages.empty() ? "" : "not quiet: " + hex(peer_->messages.front());
    case Step::Kind::wait:
        loop_.runFor(std::chrono::milliseconds(std::stol(s.words)));
        return {};
    case Step::Kind::far:
        peer_->setSilent(s.words == "down");
        return {};
    case Step::Kind::act: {
        std::string verb, rest;
        in >> verb;
        std::getline(in >> std::ws, rest);
        std::string wrong = act(verb, rest);
        loop_.runFor(50ms);
        return wrong;
    }
    case Step::Kind::saw:
        return saw(s.words);
    }
    return {};
}

std::string Player::expect(const Step& s)
{
    if (!loop_.runUntil([this] { return !peer_->messages.empty(); }, answerWithin))
        return "no answer; expected " + hex(s.octets);
    const OctetBuffer got = peer_->messages.front();
    peer_->messages.pop_front();
    return got == s.octets ? "" : "\n     got " + hex(got) + "\nexpected " + hex(s.octets);
}

std::string Player::act(const std::string& verb, const std::string& rest)
{
    if (verb == "place")
        return place(rest);
    if (verb == "restart")
        return trunk_->restart(Timeslot{static_cast<std::uint8_t>(std::stoul(rest))}) ? "" : "restart refused";
    if (verb == "out" || verb == "in")
        return trunk_->setInService(Timeslot{static_cast<std::uint8_t>(std::stoul(rest))}, verb == "in") ? ""
                                                                                                         : "refused";
    if (verb == "establish") {
        peer_->establish();
        return "";
    }
    if (!call_)
        return "no call to do that with";
    Result<void> r;
    if (verb == "transfer") {
        if (earlier_.empty())
            return "one call alone is not transferred";
        tasks_.start(keep(earlier_.back()->transfer(*call_, referralLimit), referral_));
    } else if (verb == "deflect")
        tasks_.start(keep(call_->deflect(readParty(rest).number, DiversionReason::busy, referralLimit), referral_));
    else if (verb == "answer")
        tasks_.start(call_->answer());
    else if (verb == "alerting")
        r = call_->alerting();
    else if (verb == "proceeding")
        r = call_->proceeding();
    else if (verb == "progress")
        r = call_->progress();
    else if (verb == "hangup")
        call_->hangup(static_cast<Cause>(std::stoul(rest)));
    else
        return verb + ": not understood";
    return r ? "" : r.error().what;
}

Task<> Player::keep(Task<ReferralEnd> task, std::optional<Result<ReferralEnd>>& outcome)
{
    outcome.reset();
    Result<ReferralEnd> r = co_await check(std::move(task));
    outcome.emplace(std::move(r));
}

std::string Player::place(const std::string& words)
{
    CallSetup s;
    std::optional<Duration> between;
    std::istringstream in(words);
    for (std::string w; in >> w;) {
        const std::string key = w.substr(0, w.find('='));
        const std::string value = w.substr(key.size() + 1);
        if (key == "calling")
            s.calling = readParty(value).number;
        else if (key == "called")
            s.called = readParty(value).number;
        else if (key == "redirecting")
            s.redirecting = readParty(value);
        else if (key == "original")
            s.original = readParty(value);
        else if (key == "diversions")
            s.diversions = static_cast<unsigned>(std::stoul(value));
        else if (key == "form")
            s.form = value == "ie"     ? RedirectingForm::ie
                     : value == "both" ? RedirectingForm::both
                                       : RedirectingForm::facility;
        else if (key == "name")
            s.callingName = value;
        else if (key == "overlap")
            between = std::chrono::milliseconds(std::stoul(value));
        else if (key == "bearer")
            s.bearer = value == "audio" ? Bearer::audio3k1 : Bearer::speech;
        else
            return key + ": not understood";
    }
    auto placed = between ? dynamic_cast<OverlapSending&>(*trunk_).placeDigitByDigit(s, *between) : trunk_->place(s);
    if (!placed)
        return placed.error().what;
    if (call_)
        earlier_.push_back(std::move(call_));
    call_ = std::move(*placed);
    return {};
}

std::string Player::seen(const std::string& key)
{
    const TrunkStatus status = trunk_->status();
    if (key == "idle")
        return std::to_string(status.idle);
    if (key == "malformed")
        return std::to_string(status.malformed);
    if (key == "quirks")
        return std::to_string(std::accumulate(status.quirks.begin(), status.quirks.end(), std::uint64_t(0),
                                              [](std::uint64_t n, const auto& q) { return n + q.second; }));
    if (key == "referral")
        return !referral_ ? "none yet" : *referral_ ? std::string(name(**referral_)) : referral_->error().what;
    if (key == "offered")
        return call_ ? "yes" : "no";
    if (!call_)
        return "no call";
    const CallSetup& s = call_->setup();
    if (key == "called")
        return text(s.called, false);
    if (key == "calling")
        return text(s.calling, true);
    if (key == "redirecting")
        return text(s.redirecting);
    if (key == "original")
        return text(s.original);
    if (key == "diversions")
        return std::to_string(s.diversions);
    if (key == "form")
        return !s.form                           ? "none"
               : s.form == RedirectingForm::ie   ? "ie"
               : s.form == RedirectingForm::both ? "both"
                                                 : "facility";
    if (key == "name")
        return s.callingName;
    if (key == "id")
        return call_->id();
    if (key == "stage")
        return std::string(name(call_->stage()));
    if (key == "slot")
        return call_->slot() ? std::to_string(index(*call_->slot())) : "none";
    if (key == "cause")
        return std::to_string(unsigned(call_->cause()));
    return "no such thing";
}

std::string Player::saw(const std::string& words)
{
    const std::string key = words.substr(0, words.find(' '));
    const std::string value = words.size() > key.size() ? words.substr(key.size() + 1) : "";
    const std::string got = seen(key);
    return got == value ? "" : key + " is \"" + got + "\", not \"" + value + "\"";
}

} // namespace callbox::tests
