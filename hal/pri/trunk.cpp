// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of a PRI trunk. What is about channels and restarts is in trunk_channels.cpp.
#include "trunk_impl.h"

namespace callbox::hal {

std::string_view name(ChannelState s)
{
    switch (s) {
    case ChannelState::idle:
        return "idle";
    case ChannelState::inUse:
        return "in-use";
    case ChannelState::restarting:
        return "restarting";
    case ChannelState::outOfService:
        return "out-of-service";
    }
    return "out-of-service";
}

Result<std::unique_ptr<Trunk>> makePriTrunk(const Edges& edges, Span& span, const PriConfig& config)
{
    auto trunk = std::make_unique<pri::PriTrunk>(edges, span, config);
    if (auto r = trunk->begin(); !r)
        return r.error();
    return std::unique_ptr<Trunk>(std::move(trunk));
}

namespace pri {

namespace {

constexpr Duration auditEvery = 60s;

} // namespace

PriTrunk::PriTrunk(const Edges& edges, Span& span, const PriConfig& config)
    : edges_(edges), span_(span), config_(config), ledger_(edges.loop, span.config(), config.highestChannelFirst),
      restartLimit_(edges.loop), restartAgain_(edges.loop), auditTimer_(edges.loop), doubtTimer_(edges.loop)
{
    if (!config_.profile)
        config_.profile = &profileOf(config_.switchType);
    accepted_ = config_.profile->quirks;
    accepted_.add(config_.accept);
}

PriTrunk::~PriTrunk()
{
    *alive_ = false;
    span_.setFrameSink(nullptr);
    for (const auto& record : those([](const Record&) { return true; })) {
        record->trunk = nullptr;
        record->call = nullptr;
        tellReleased(*record, Cause::networkOutOfOrder);
    }
}

Result<void> PriTrunk::begin()
{
    if (config_.profile->switchType != config_.switchType)
        return Error{Errc::invalid, "span " + span_.name() + ": profile " + std::string(config_.profile->name) +
                                        " is of switch type " + std::string(hal::name(config_.profile->switchType)) +
                                        ", not " + std::string(hal::name(config_.switchType))};
    auto controller = Controller::make(edges_, span_, config_, *this);
    if (!controller)
        return controller.error();
    controller_ = std::move(*controller);
    span_.setFrameSink(this);
    auditTimer_.after(auditEvery, [this] { audit(); });
    return {};
}

TrunkStatus PriTrunk::status() const
{
    TrunkStatus s;
    s.name = name();
    s.dChannelUp = up_;
    s.usable = up_ && span_.alarms().usable() && span_.framesMoving();
    ledger_.count(s);
    s.malformed = malformed_;
    s.quirks = quirks_;
    s.reclaimed = reclaimed_;
    s.restartsUnanswered = restartsUnanswered_;
    s.dChannelLoss = loss_;
    s.restartTrouble = restartTrouble_ || ledger_.anyRefusedAgain();
    return s;
}

// Both directions count their references from 1: the side that originated a call is part of its name.
std::string PriTrunk::idOf(unsigned reference, bool originatedByNetwork) const
{
    return name() + (originatedByNetwork ? "-" : "-u") + std::to_string(reference);
}

Record* PriTrunk::find(q931_call* call) const
{
    const auto it = records_.find(call);
    return it == records_.end() ? nullptr : it->second.get();
}

std::unique_ptr<Call> PriTrunk::makeCall(const std::shared_ptr<Record>& record)
{
    auto call = std::make_unique<Call>(edges_, Call::Identity{record->id, name(), record->incoming}, record->setup,
                                       span_.config().law, std::make_unique<Leg>(record));
    if (config_.analogBehind)
        call->endOnTonesOf(*config_.analogBehind);
    return call;
}

// A change of the line is for status only: layer 2 alone decides whether the D channel is up (N7).
void PriTrunk::onSpanState(bool)
{
    notify();
}

void PriTrunk::notify()
{
    if (changed_)
        changed_();
}

// ---- events of libpri

void PriTrunk::onEvent(const Event& e)
{
    switch (e.kind) {
    case Event::Kind::dChannelUp:
    case Event::Kind::dChannelDown:
        onDChannel(e.kind == Event::Kind::dChannelUp);
        break;
    case Event::Kind::ring:
        onRing(e);
        break;
    case Event::Kind::proceeding:
    case Event::Kind::progress:
        onFarStage(e, CallStage::proceeding);
        break;
    case Event::Kind::alerting:
        onFarStage(e, CallStage::alerting);
        break;
    case Event::Kind::answer:
        controller_->acknowledgeConnect(e.call);
        onFarStage(e, CallStage::connected);
        break;
    case Event::Kind::connectAck:
        if (Record* r = find(e.call); r && r->incoming && r->events && !r->clearing)
            r->events->onStage(CallStage::connected);
        break;
    case Event::Kind::setupAcknowledge:
        onSetupAcknowledge(e);
        break;
    case Event::Kind::information:
        onInformation(e);
        break;
    case Event::Kind::hangupRequest:
    case Event::Kind::hangup:
    case Event::Kind::hangupDone:
        onHangup(e);
        break;
    case Event::Kind::restart:
        onRestart(e.channel);
        break;
    case Event::Kind::restartAck:
        onRestartAck(e.channel);
        break;
    case Event::Kind::service:
        if (e.channel > 0)
            ledger_.setInService(Timeslot{static_cast<std::uint8_t>(e.channel)}, Ledger::End::theirs, e.inService);
        notify();
        break;
    }
}

// `none`, with a channel taken for it, or why the call is refused.
Cause PriTrunk::admit(const Event& e, Record& r)
{
    // EN 300 403-1 5.2.2: the user is incompatible with it; the network does not implement it.
    if (r.setup.bearer != Bearer::speech && r.setup.bearer != Bearer::audio3k1)
        return config_.role == PriRole::user ? Cause::incompatibleDestination : Cause::bearerNotImplemented;
    if (!incoming_)
        return Cause::temporaryFailure;
    return chooseChannel(e, r);
}

void PriTrunk::onRing(const Event& e)
{
    if (!arrived_) { // cannot be: a ring comes from the SETUP at hand
        controller_->hangup(e.call, Cause::temporaryFailure);
        return;
    }
    for (const QuirkRow& row : priQuirks())
        if (arrived_->quirks.seen.has(row.quirk))
            ++quirks_[std::string(row.name)];
    if (arrived_->quirks.refused)
        sayWrong("number with a deviation that the trunk's profile does not accept");
    auto record = std::make_shared<Record>();
    record->reference = arrivedHeader_.reference;
    record->id = idOf(record->reference, config_.role == PriRole::user);
    record->fromDestination = true;
    record->call = e.call;
    record->trunk = this;
    record->setup = arrived_->setup;
    if (record->setup.callingName.empty())
        record->setup.callingName = e.name; // NI2 tells it in a Facility, which libpri reads
    records_[e.call] = record;
    byReference_[record->reference | flagBit] = record.get();
    record->rltAsked = arrived_->rltAsked && dialect() == FacilityDialect::rlt && config_.role == PriRole::network;
    if (const Cause cause = admit(e, *record); cause != Cause::none) {
        edges_.log.info("call refused", {{"call", record->id}, {"cause", text(cause)}});
        record->told = true; // nobody has it yet
        hangup(*record, cause);
        return;
    }
    if (config_.overlap && !takeDigits(*record, {.number = {}, .complete = arrived_->complete})) {
        collect(*record);
        return;
    }
    if (config_.proceedingFirst) {
        record->responded = true;
        controller_->proceeding(e.call, *record->slot);
    }
    incoming_(makeCall(record));
}

void PriTrunk::onFarStage(const Event& e, CallStage stage)
{
    Record* r = find(e.call);
    if (!r || r->clearing)
        return;
    const auto kept = r->shared_from_this(); // what is told may end it
    r->responded = true;
    if (!haveChannel(*r, e.channel))
        return;
    if (auto opened = openBearer(*r); !opened) {
        edges_.log.warning("B channel not opened", {{"call", r->id}, {"error", opened.error()}});
        hangup(*r, Cause::requestedChannelUnavailable);
        tellReleased(*r, Cause::requestedChannelUnavailable);
        return;
    }
    ledger_.worked(*r->slot);
    restartTrouble_ = false; // calls get through
    limitWait(*r, e);
    if (r->events && (e.kind != Event::Kind::progress || e.inBand))
        r->events->onStage(stage);
}

void PriTrunk::onHangup(const Event& e)
{
    Record* r = find(e.call);
    if (!r) {
        if (e.kind != Event::Kind::hangupDone)
            controller_->hangup(e.call, e.cause);
        return;
    }
    const auto kept = r->shared_from_this();
    // 5.8.6.1: a RELEASE that begins the clearing has a cause.
    const Cause answer = causeMissing_ && !r->clearing ? Cause::mandatoryIeMissing : r->ended.value_or(e.cause);
    r->clear(edges_.loop.now());
    r->limit.reset();
    if (e.kind != Event::Kind::hangupDone)
        controller_->hangup(e.call, answer); // RELEASE after DISCONNECT, RELEASE COMPLETE after RELEASE
    const bool refused = !r->incoming && !r->responded && e.cause == Cause::requestedChannelUnavailable;
    const std::optional<Timeslot> slot = r->slot;
    if (e.kind != Event::Kind::hangupRequest)
        forget(*r);
    if (refused && slot)
        channelRefused(*slot);
    tellReleased(*r, e.cause);
}

// ---- from our side

Result<std::unique_ptr<Call>> PriTrunk::place(const CallSetup& setup)
{
    return place(setup, {});
}

Result<std::unique_ptr<Call>> PriTrunk::place(const CallSetup& setup, std::optional<Duration> between)
{
    if (!up_)
        return Error{Errc::gone, "span " + name() + ": its D channel is down"};
    for (const PartyNumber* n :
         {&setup.calling, &setup.called, setup.redirecting ? &setup.redirecting->number : nullptr,
          setup.original ? &setup.original->number : nullptr})
        if (n && n->digits.size() > mostDigits)
            return Error{Errc::invalid, "a number of " + std::to_string(n->digits.size()) + " digits; at most " +
                                            std::to_string(mostDigits)};
    const auto slot = ledger_.nextIdle();
    if (!slot)
        return Error{Errc::no_space, "span " + name() + ": no idle channel"};
    auto record = std::make_shared<Record>();
    record->incoming = false;
    record->slot = slot;
    record->setup = setup;
    record->setup.form = setup.form.value_or(config_.form);
    if (config_.profile->callingAsNetwork && record->setup.calling.presentation == Presentation::allowed)
        record->setup.calling.screening = Screening::network;
    record->between = between;
    record->toDial = between ? setup.called.digits : "";
    record->trunk = this;
    const auto prepare = [&](const Controller::Placed& p) {
        record->call = p.call;
        record->reference = p.reference;
        record->id = idOf(p.reference, config_.role == PriRole::network);
        byReference_[p.reference] = record.get();
        records_[p.call] = record;
        ledger_.take(*slot, record->id);
    };
    if (auto placed = controller_->setup(setup, *slot, prepare); !placed) {
        record->agreed = true; // the far side has never heard of it
        forget(*record);
        return placed.error();
    }
    return makeCall(record);
}

// Clears a call. A SETUP that nobody has answered yet is refused with RELEASE COMPLETE (EN 300 403-1 5.3.2 a), which
// libpri does for a few causes only: it is asked with one of them, and the right cause is written into the frame.
void PriTrunk::hangup(Record& r, Cause cause)
{
    if (!r.call || r.clearing)
        return;
    const auto kept = r.shared_from_this();
    r.clear(edges_.loop.now());
    r.ended = cause;
    r.limit.reset();
    if (r.incoming && !r.responded) {
        answers_.expect(r.reference | (r.fromDestination ? flagBit : 0), {.cause = cause});
        controller_->hangup(r.call, Cause::incompatibleDestination);
        r.agreed = true;
        forget(r); // libpri has forgotten it with the RELEASE COMPLETE
        edges_.loop.post([kept] {
            if (kept->events && !std::exchange(kept->told, true))
                kept->events->onReleased(*kept->ended);
        });
        return;
    }
    controller_->hangup(r.call, cause);
}

void PriTrunk::tellReleased(Record& r, Cause cause)
{
    if (!std::exchange(r.told, true) && r.events)
        r.events->onReleased(cause);
}

void PriTrunk::forget(Record& r)
{
    const auto kept = r.shared_from_this();
    if (r.slot)
        ledger_.release(*r.slot, r.id);
    if (!up_)
        doubt(r);
    const auto it = byReference_.find(r.reference | (r.fromDestination ? flagBit : 0));
    if (it != byReference_.end() && it->second == &r)
        byReference_.erase(it);
    if (r.call)
        records_.erase(r.call);
    r.call = nullptr;
    r.limit.reset();
    if (!toRestart_.empty())
        nextRestart(); // it may have waited for this call
}

void PriTrunk::answered(Record& r)
{
    r.answered = true;
    if (r.rltAsked)
        tellRltCallId(r);
}

Result<void> PriTrunk::openBearer(Record& r)
{
    if (r.bearerGiven || !r.events)
        return {};
    auto channel = span_.open(*r.slot);
    if (!channel)
        return channel.error();
    r.bearerGiven = true;
    r.events->onBearer(std::move(*channel));
    return {};
}

// The network side is connected with its own CONNECT; the user side waits for CONNECT ACKNOWLEDGE.
void PriTrunk::later(const std::shared_ptr<Record>& record, CallStage stage)
{
    if (config_.role != PriRole::network)
        return;
    edges_.loop.post([record, stage] {
        if (record->events && !record->clearing)
            record->events->onStage(stage);
    });
}

} // namespace pri
} // namespace callbox::hal
