// SPDX-License-Identifier: GPL-2.0-or-later
#include "fxs_port.h"
#include "caller_id.h"
#include <algorithm>

namespace callbox::hal::analog {

namespace {

constexpr Duration ringsAtMost = 180s;  // T301
constexpr Duration digitsWithin = 10s;  // the first
constexpr Duration digitAfter = 4s;     // of the last one: the number is whole
constexpr Duration toneStays = 60s;     // for who does not put down
constexpr Duration loopOpen = 500ms;    // kewlstart
constexpr Duration afterAlert = 200ms;  // reversal to caller id (EN 300 659-1 6.1.2)
constexpr Duration beforeRings = 500ms; // caller id to ring
constexpr Duration afterRing = 600ms;   // ring to caller id; GR-30: 500 to 1500 ms
constexpr unsigned longPause = 2000;    // ms between rings that hold a caller id
constexpr std::size_t longestNumber = 20;

} // namespace

FxsPort::FxsPort(Bank& bank, AnalogLine line)
    : Port(bank, std::move(line)), detector_(bank.span.config().law), ringTimer_(bank.edges.loop),
      tellTimer_(bank.edges.loop), limit_(bank.edges.loop)
{
}

ChannelState FxsPort::state() const
{
    switch (state_) {
    case FxsState::idle:
        return inService_ && hasChannel() ? ChannelState::idle : ChannelState::outOfService;
    case FxsState::dead:
        return ChannelState::outOfService;
    default:
        return ChannelState::inUse;
    }
}

void FxsPort::apply(FxsInput input, Cause cause)
{
    const FxsRow* row = find(state_, input);
    if (!row)
        return;
    const FxsState before = std::exchange(state_, row->next);
    act(row->action, cause, before);
    bank_.edges.log.debug(
        "line",
        {{"span", bank_.span.name()}, {"port", index(line_.port)}, {"from", name(before)}, {"to", name(row->next)}});
    bank_.changed();
}

void FxsPort::act(FxsAction action, Cause cause, FxsState before)
{
    if (action != FxsAction::none && action != FxsAction::offer)
        limit_.cancel();
    switch (action) {
    case FxsAction::none:
        break;
    case FxsAction::ring:
        ring();
        break;
    case FxsAction::dialTone:
        digits_.clear();
        detector_.reset();
        play(makeToneSource(country().dial));
        limit_.after(digitsWithin, [this] { apply(FxsInput::tooLate, Cause::temporaryFailure); });
        break;
    case FxsAction::offer:
        offerCall();
        break;
    case FxsAction::connect:
        stopRinging();
        if (country().reverses && call_->incoming) // the telephone hears that it was answered
            order(bank_.io.setReversed(line_.port, reversed_ = true), "reverse");
        giveBearer();
        tellStage(CallStage::connected);
        break;
    case FxsAction::end:
    case FxsAction::quiet:
        stopRinging();
        stopPlaying();
        normalPolarity();
        endCall(cause);
        break;
    case FxsAction::park:
        park(cause, before);
        break;
    }
}

void FxsPort::onBank(bool usable)
{
    bankUp_ = usable;
    apply(usable ? FxsInput::bankBack : FxsInput::bankGone, Cause::networkOutOfOrder);
    if (usable && hookOff_ && inService_)
        apply(FxsInput::offHook);
}

void FxsPort::onLine(const LineEvent& e)
{
    switch (e.kind) {
    case LineEvent::Kind::offHook:
        hookOff_ = true;
        if (inService_ || state_ != FxsState::idle)
            apply(FxsInput::offHook);
        break;
    case LineEvent::Kind::onHook:
        hookOff_ = false;
        apply(FxsInput::onHook);
        break;
    case LineEvent::Kind::pulseDigit:
        takeDigit(e.digit);
        break;
    default:
        break; // what a port towards an exchange tells; a flash asks for what we have not
    }
}

// ---- a call to the telephone

Result<std::unique_ptr<Call>> FxsPort::place(const CallSetup& setup)
{
    auto call = makeCall(false, setup);
    apply(FxsInput::place);
    return call;
}

void FxsPort::ring()
{
    told_ = false;
    limit_.after(ringsAtMost, [this] { apply(FxsInput::tooLate, Cause::noAnswer); });
    tellStage(CallStage::alerting);
    const bool before = country().callerId != CallerIdKind::none && country().callerIdTime == CallerIdTime::beforeRing;
    if (!before) {
        ringStep(0);
        return;
    }
    if (country().callerId != CallerIdKind::dtmf) { // DTMF comes without a warning
        order(bank_.io.setReversed(line_.port, true), "reverse");
        reversed_ = true;
    }
    ringTimer_.after(afterAlert, [this] { tellCaller(); });
}

void FxsPort::tellCaller()
{
    told_ = true;
    const CallSetup& setup = call_->setup;
    CallerId id;
    id.presentation = setup.calling.digits.empty() ? Presentation::unavailable : setup.calling.presentation;
    if (id.presentation == Presentation::allowed)
        id.number = dialled(setup.calling, bank_.config.plan);
    if (setup.redirecting && setup.redirecting->number.presentation == Presentation::allowed)
        id.redirecting = dialled(setup.redirecting->number, bank_.config.plan);
    id.name = id.presentation == Presentation::allowed ? setup.callingName : "";
    const bool before = country().callerIdTime == CallerIdTime::beforeRing;
    play(makeCallerIdSource(country().callerId, id, loop().wallNow(), law()), [this, before] {
        if (!before || state_ != FxsState::ringing)
            return;
        normalPolarity();
        ringTimer_.after(beforeRings, [this] { ringStep(0); });
    });
}

void FxsPort::ringStep(std::size_t step)
{
    const auto& cadence = country().ring;
    if (step == cadence.size() || cadence[step] == 0)
        step = 0;
    const bool on = step % 2 == 0;
    if (bell_ != on) {
        bell_ = on;
        order(bank_.io.ring(line_.port, on), on ? "ring" : "ring off");
    }
    if (!on && !told_ && country().callerId != CallerIdKind::none && cadence[step] >= longPause)
        tellTimer_.after(afterRing, [this] { tellCaller(); });
    ringTimer_.after(std::chrono::milliseconds(cadence[step]), [this, step] { ringStep(step + 1); });
}

void FxsPort::normalPolarity()
{
    if (std::exchange(reversed_, false))
        order(bank_.io.setReversed(line_.port, false), "normal polarity");
}

void FxsPort::stopRinging()
{
    ringTimer_.cancel();
    tellTimer_.cancel();
    if (std::exchange(bell_, false))
        order(bank_.io.ring(line_.port, false), "ring off");
}

// ---- a call of the telephone

void FxsPort::onPortAudio(Octets rx)
{
    if (state_ != FxsState::collecting)
        return;
    detector_.feed(rx, [this](const DtmfDetector::Digit& d) { post([this, digit = d.digit] { takeDigit(digit); }); });
}

void FxsPort::takeDigit(char digit)
{
    if (state_ != FxsState::collecting)
        return;
    stopPlaying(); // the dial tone
    if (digit != '#' && digits_.size() < longestNumber)
        digits_ += digit;
    limit_.after(digitAfter, [this] { apply(FxsInput::numberComplete); });
    if (digit == '#' || complete())
        apply(FxsInput::numberComplete);
}

// Known by its length, where the plan tells it: in an open plan only the longest is whole before the pause.
bool FxsPort::complete() const
{
    const DialPlan& plan = bank_.config.plan;
    if (digits_.starts_with(plan.internationalPrefix))
        return false;
    const bool trunkPrefix = !plan.nationalPrefix.empty() && digits_.starts_with(plan.nationalPrefix);
    return digits_.size() == plan.longestNational + (trunkPrefix ? plan.nationalPrefix.size() : 0);
}

void FxsPort::offerCall()
{
    limit_.cancel();
    CallSetup setup;
    setup.called.digits = digits_;
    setup.calling.digits = line_.number.digits();
    setup.calling.type = TypeOfNumber::international;
    setup.calling.screening = Screening::network;
    bank_.offer(makeCall(true, std::move(setup)));
}

Result<void> FxsPort::alerting()
{
    if (state_ == FxsState::offered)
        play(makeToneSource(country().ringback));
    return {};
}

Result<void> FxsPort::answer()
{
    if (auto r = bearerForAnswer(); !r)
        return r;
    apply(FxsInput::answer);
    if (state_ == FxsState::talking)
        return {};
    return Error{Errc::gone, "the telephone was put down"};
}

// ---- the other side has gone

void FxsPort::park(Cause cause, FxsState before)
{
    endCall(cause);
    limit_.after(toneStays, [this] { apply(FxsInput::tooLate); });
    const CountryProfile& c = country();
    if (before == FxsState::talking)
        signalRelease();
    const bool busy = cause == Cause::userBusy || before == FxsState::talking;
    if (before != FxsState::talking || c.playsBusy)
        play(makeToneSource(busy ? c.busy : c.congestion));
}

void FxsPort::signalRelease()
{
    const CountryProfile& c = country();
    if (c.reverses) {
        reversed_ = !reversed_;
        order(bank_.io.setReversed(line_.port, reversed_), "reverse");
    }
    const auto& ports = bank_.span.config().ports;
    const bool loopStart = std::any_of(ports.begin(), ports.end(), [this](const PortConfig& p) {
        return p.port == line_.port && p.start == LineStart::loop;
    });
    if (c.opensLoop && !loopStart)
        order(bank_.io.openLoop(line_.port, loopOpen), "open the loop");
}

} // namespace callbox::hal::analog
