// SPDX-License-Identifier: GPL-2.0-or-later
#include "fxo_port.h"
#include <algorithm>

namespace callbox::hal::analog {

namespace {

constexpr Duration shortestRing = 300ms; // less is a pulse that alerts (EN 300 659-1 6.1.2 c: 200 to 300 ms)
constexpr Duration pauseForNumber = 1s;  // a shorter one is between the two bursts of one ring
constexpr Duration callerStays = 6s;     // a caller's number that came before the ring
constexpr Duration longestBurst = 6s;    // of one ring
constexpr Duration ringsLate = 2s;       // later than the cadence says: the caller has given up
constexpr Duration dialToneWithin = 5s;
constexpr Duration dialToneLasts = 400ms; // to be believed
constexpr Duration perDigit = 2s;         // a digit takes at most
constexpr Duration answerWithin = 60s;
constexpr Duration voiceToAnswer = 240ms; // within a second
constexpr Duration guardTime = 1s;        // on hook before the line is used again
constexpr Duration lineCut = 3s;          // no battery for so long is no signal of the exchange
constexpr Duration settles = 1s;          // polarity after connecting

// Of what an exchange plays before anybody answers.
enum { dialTone, ringback, busy, congestion };

Duration longestPause(const CountryProfile& c)
{
    return std::chrono::milliseconds(std::max(c.ring[1], c.ring[3]));
}

Duration ringbackPause(const CountryProfile& c)
{
    Duration longest{};
    for (const ToneStep& s : c.ringback.used())
        if (s.first == 0)
            longest = std::max(longest, Duration(std::chrono::milliseconds(s.ms)));
    return longest;
}

} // namespace

FxoPort::FxoPort(Bank& bank, AnalogLine line)
    : Port(bank, std::move(line)), callerIds_(bank.config.country.callerId, bank.span.config().law),
      deadSince_(bank.edges.loop.now() - lineCut), ringTimer_(bank.edges.loop), offerTimer_(bank.edges.loop),
      ringsOver_(bank.edges.loop), limit_(bank.edges.loop), guard_(bank.edges.loop), drop_(bank.edges.loop)
{
}

ChannelState FxoPort::state() const
{
    switch (state_) {
    case FxoState::idle:
        return inService_ && hasChannel() ? ChannelState::idle : ChannelState::outOfService;
    case FxoState::dead:
        return dead() ? ChannelState::outOfService : ChannelState::restarting;
    case FxoState::clearing:
    case FxoState::clearingDead:
        return ChannelState::restarting;
    default:
        return ChannelState::inUse;
    }
}

// An exchange opens the loop for a moment when it clears.
bool FxoPort::dead() const
{
    return state_ == FxoState::dead && (!bankUp_ || bank_.edges.loop.now() - deadSince_ >= lineCut);
}

void FxoPort::apply(FxoInput input, Cause cause)
{
    const FxoRow* row = find(state_, input);
    if (!row)
        return;
    const FxoState before = std::exchange(state_, row->next);
    if (row->next == FxoState::dead)
        deadSince_ = loop().now();
    act(row->action, cause);
    bank_.edges.log.debug(
        "line",
        {{"span", bank_.span.name()}, {"port", index(line_.port)}, {"from", name(before)}, {"to", name(row->next)}});
    bank_.changed();
}

void FxoPort::act(FxoAction action, Cause cause)
{
    switch (action) {
    case FxoAction::none:
        break;
    case FxoAction::listen:
        rang_ = false;
        if (caller_ && loop().now() - callerAt_ > callerStays)
            caller_.reset();
        break;
    case FxoAction::offer:
        offerCall();
        break;
    case FxoAction::forget:
        forgetCaller();
        break;
    case FxoAction::end:
        if (state_ != FxoState::ignored)
            forgetCaller();
        endCall(cause);
        break;
    case FxoAction::seize:
        seize();
        break;
    case FxoAction::dial:
        dial();
        break;
    case FxoAction::await:
        awaitAnswer();
        break;
    case FxoAction::connect:
        connect();
        break;
    case FxoAction::clear:
        clear(cause);
        break;
    }
}

// ---- what the line does

void FxoPort::onBank(bool usable)
{
    bankUp_ = usable;
    if (!usable)
        apply(FxoInput::bankGone, Cause::networkOutOfOrder);
    else if (battery_)
        apply(FxoInput::batteryBack);
}

void FxoPort::forgetLine()
{
    battery_ = false;
    drop_.cancel();
}

void FxoPort::onLine(const LineEvent& e)
{
    switch (e.kind) {
    case LineEvent::Kind::batteryLost:
        batteryLost();
        break;
    case LineEvent::Kind::batteryBack:
        battery_ = true;
        drop_.cancel();
        if (bankUp_)
            apply(FxoInput::batteryBack);
        break;
    case LineEvent::Kind::ringBegin:
        ringBegin();
        break;
    case LineEvent::Kind::ringEnd:
        ringEnd(e.burst);
        break;
    case LineEvent::Kind::reversed:
    case LineEvent::Kind::normal:
        if (state_ == FxoState::calling && country().reverses)
            apply(FxoInput::answered);
        else if (state_ == FxoState::talking && bank_.config.release.polarity && loop().now() - connectedAt_ >= settles)
            apply(FxoInput::farEnded);
        break;
    case LineEvent::Kind::dialled:
        apply(FxoInput::dialled);
        break;
    default:
        break; // what a port towards a telephone tells
    }
}

void FxoPort::batteryLost()
{
    battery_ = false;
    ++lost_;
    const bool talks = state_ == FxoState::talking;
    if (!talks || bank_.config.release.openLoop)
        apply(FxoInput::batteryLost, talks ? Cause::normalClearing : Cause::destinationOutOfOrder);
    else if (!drop_.armed())
        drop_.after(lineCut, [this] { apply(FxoInput::batteryLost, Cause::destinationOutOfOrder); });
}

void FxoPort::ringBegin()
{
    if (refusesCalls())
        return;
    apply(FxoInput::ringBegin);
    const bool again = rang_ && loop().now() - ringEnded_ >= pauseForNumber;
    ringsOver_.after(longestBurst + longestPause(country()) + ringsLate, [this] { apply(FxoInput::ringsOver); });
    ringTimer_.after(shortestRing, [this, again] {
        validRing();
        if (again) // the pause was where a number would have been told
            apply(FxoInput::callerKnown);
    });
}

void FxoPort::ringEnd(Duration burst)
{
    ringTimer_.cancel();
    ringEnded_ = loop().now();
    if (refusesCalls())
        return;
    ringsOver_.after(longestPause(country()) + ringsLate, [this] { apply(FxoInput::ringsOver); });
    if (burst >= shortestRing && !rang_)
        validRing();
    if (rang_ && state_ == FxoState::ringing)
        offerTimer_.after(longestPause(country()), [this] { apply(FxoInput::callerKnown); });
}

void FxoPort::validRing()
{
    rang_ = true;
    const bool comesLater =
        country().callerId != CallerIdKind::none && country().callerIdTime == CallerIdTime::betweenRings;
    if (caller_ || !comesLater)
        apply(FxoInput::callerKnown);
}

void FxoPort::knowCaller(const CallerId& id)
{
    caller_ = id;
    callerAt_ = loop().now();
    if (rang_)
        apply(FxoInput::callerKnown);
}

void FxoPort::forgetCaller()
{
    caller_.reset();
    rang_ = false;
    ringTimer_.cancel();
    offerTimer_.cancel();
    ringsOver_.cancel();
}

void FxoPort::offerCall()
{
    offerTimer_.cancel();
    ++rings_;
    CallSetup setup;
    setup.called.digits = line_.number.digits();
    setup.called.type = TypeOfNumber::international;
    const CallerId id = caller_.value_or(CallerId());
    setup.calling.digits = id.number;
    setup.calling.presentation = id.presentation;
    if (!id.number.empty())
        setup.calling.screening = Screening::network; // what an exchange sends a subscriber is its own word
    setup.callingName = id.name;
    if (!id.redirecting.empty()) {
        setup.redirecting.emplace();
        setup.redirecting->number.digits = id.redirecting;
        setup.redirecting->number.screening = Screening::network;
        setup.diversions = 1;
    }
    bank_.offer(makeCall(true, std::move(setup)));
}

Result<void> FxoPort::answer()
{
    if (auto r = bearerForAnswer(); !r)
        return r;
    apply(FxoInput::answer);
    if (state_ == FxoState::talking)
        return {};
    return Error{Errc::gone, "the caller has given up"};
}

// ---- a call of ours

Result<std::unique_ptr<Call>> FxoPort::place(const CallSetup& setup)
{
    number_ = dialled(setup.called, bank_.config.plan);
    const std::string_view allowed = bank_.config.pulses ? "0123456789" : "0123456789*#";
    if (number_.empty() || number_.find_first_not_of(allowed) != std::string::npos)
        return Error{Errc::invalid, "a number to be dialled has digits only"};
    auto call = makeCall(false, setup);
    blind_ = false;
    apply(FxoInput::place);
    return call;
}

Result<std::unique_ptr<Call>> FxoPort::placeBlind(const CallSetup& setup)
{
    auto call = place(setup);
    if (!call)
        return call;
    blind_ = true;
    tones_.reset();
    limit_.after(dialToneWithin, [this] { apply(FxoInput::dialTone); });
    return call;
}

void FxoPort::limit(Duration d, Cause cause)
{
    limit_.after(d, [this, cause] { apply(FxoInput::tooLate, cause); });
}

void FxoPort::seize()
{
    order(bank_.io.setHook(line_.port, true), "off-hook");
    tones_.emplace(law(), std::vector<ToneWatch>{
                              {.id = dialTone, .pattern = country().dial, .bursts = 2, .endless = dialToneLasts}});
    limit(dialToneWithin, Cause::networkOutOfOrder);
}

void FxoPort::dial()
{
    tones_.reset();
    limit((std::int64_t(number_.size()) + 2) * perDigit, Cause::networkOutOfOrder);
    if (bank_.config.pulses)
        order(bank_.io.dialPulses(line_.port, number_), "dial");
    else
        play(makeDtmfSource(number_), [this] { apply(FxoInput::dialled); });
}

void FxoPort::awaitAnswer()
{
    limit(answerWithin, Cause::noAnswer);
    tellStage(CallStage::proceeding);
    if (blind_)
        return;
    const CountryProfile& c = country();
    tones_.emplace(law(), std::vector<ToneWatch>{{.id = ringback, .pattern = c.ringback, .bursts = 1},
                                                 {.id = busy, .pattern = c.busy, .bursts = 2},
                                                 {.id = congestion, .pattern = c.congestion, .bursts = 3}});
    keys_.emplace(law());
    ringback_ = false;
}

// N75: an exchange that does not reverse the polarity says only by its tones that somebody has answered.
void FxoPort::hearProgress(Octets rx)
{
    ToneListener& tones = *tones_;
    tones.feed(rx);
    const auto heard = tones.heard();
    if (heard == dialTone)
        post([this] { apply(FxoInput::dialTone); });
    if (state_ != FxoState::calling)
        return;
    bool key = false;
    keys_->feed(rx, [&key](const DtmfDetector::Digit&) { key = true; });
    sinceRingback_ += std::chrono::microseconds(rx.size() * 1'000'000 / samplesPerSecond);
    if (tones.sound() == ToneListener::Sound::tone)
        sinceRingback_ = {};
    if (heard == ringback && !std::exchange(ringback_, true))
        tellStage(CallStage::alerting);
    if (heard == busy)
        post([this] { apply(FxoInput::farEnded, Cause::userBusy); });
    else if (heard == congestion)
        post([this] { apply(FxoInput::farEnded, Cause::switchCongestion); });
    else if (key || tones.voiceLately() >= voiceToAnswer ||
             (ringback_ && sinceRingback_ >= ringbackPause(country()) + settles))
        post([this] { apply(FxoInput::answered); });
}

// ---- connected, and the end

void FxoPort::connect()
{
    limit_.cancel();
    tones_.reset();
    keys_.reset();
    forgetCaller();
    order(bank_.io.setHook(line_.port, true), "off-hook");
    connectedAt_ = loop().now();
    supervision_.emplace(country(), bank_.config.release, law());
    giveBearer();
    tellStage(CallStage::connected);
}

void FxoPort::clear(Cause cause)
{
    limit_.cancel();
    drop_.cancel();
    tones_.reset();
    keys_.reset();
    stopPlaying();
    order(bank_.io.setHook(line_.port, false), "on-hook");
    if (supervision_ && !supervision_->suspects())
        tellTone({});
    supervision_.reset();
    callerIds_.reset();
    endCall(cause);
    guard_.after(guardTime, [this] {
        if (!battery_) // gone while we talked, and no reason then to hang up
            apply(FxoInput::batteryLost);
        apply(FxoInput::guardOver);
    });
}

void FxoPort::onPortAudio(Octets rx)
{
    if (tones_)
        hearProgress(rx);
    else if (state_ == FxoState::idle || state_ == FxoState::ringing)
        if (const auto id = callerIds_.feed(rx))
            post([this, id = *id] { knowCaller(id); });
}

void FxoPort::onCallAudio(const AudioBlock& block)
{
    if (!supervision_)
        return;
    const std::string_view why = supervision_->feed(block);
    if (const auto suspicion = supervision_->suspicion(); suspicion.changed)
        tellTone(suspicion.startedAgo);
    if (why.empty())
        return;
    post([this, why] {
        if (state_ != FxoState::talking)
            return;
        bank_.edges.log.info("the far side has gone", {{"call", callId()}, {"by", why}});
        apply(FxoInput::farEnded);
    });
}

} // namespace callbox::hal::analog
