// SPDX-License-Identifier: GPL-2.0-or-later
#include "usb_span.h"
#include "card_bert.h"
#include "d_channel.h"
#include "inbound.h"
#include "pace.h"
#include "port_setup.h"
#include "requests.h"
#include "slots.h"
#include "stream.h"
#include <callbox/hal/card_arrival.h>
#include <callbox/hal/clock_source.h>
#include <callbox/hal/line_errors.h>
#include <callbox/hal/loopback.h>
#include <callbox/hal/wake_ups.h>

namespace callbox::hal::usb {

namespace {

constexpr Duration quietAfter = 100ms; // without a frame: nothing moves
constexpr Duration watchdog = 1s;
constexpr Duration sameWakeUp = 200us;        // packets that were done by then are told together
constexpr unsigned inTheCard = CARD_E1_START; // frames that wait there
constexpr unsigned inOneGo = 32;              // frames of a transfer
constexpr unsigned askedMost = 3;             // times in a row
constexpr std::uint8_t spareSlotZero = 0xff;  // the card makes slot 0; Sa bits are 1, G.704 2.3.2

// Adds how far a free running counter went from `last` to `now`, which is the last one then. An event may be older
// than an answer that was here before it.
void add(std::uint64_t& sum, card_le16& last, card_le16 now)
{
    const auto step = static_cast<std::int16_t>(card_get16(now) - card_get16(last));
    if (step <= 0)
        return;
    sum += static_cast<std::uint64_t>(step);
    last = now;
}

void add(std::uint64_t& sum, card_le32 last, card_le32 now)
{
    sum += static_cast<std::uint32_t>(card_get32(now) - card_get32(last));
}

class UsbSpan final : public SpanIo,
                      public LineErrorCounts,
                      public LoopbackControl,
                      public HardwareBert,
                      public CardArrival,
                      public ClockSource,
                      public WakeUpCounts,
                      private Stream::Owner {
public:
    UsbSpan(const Edges& edges, SpanKeys keys, MakeBus makeBus)
        : edges_(edges), keys_(std::move(keys)), opening_(edges, keys_.id, std::move(makeBus)), tasks_(edges.loop),
          watch_(edges.loop)
    {
    }
    ~UsbSpan() override { UsbSpan::stop(); }

    Result<void> start(const SpanConfig&, SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(Timeslot slot) override
    {
        slots_.open(slot);
        return {};
    }
    void closeSlot(Timeslot slot) noexcept override { slots_.close(slot); }
    Result<void> sendFrame(Octets frame) override;
    [[nodiscard]] Result<LineErrors> lineErrors() const override;
    Result<void> setLoopback(Loopback) override;
    [[nodiscard]] Result<ClockState> clock() const override;
    Result<void> setClock(ClockChoice) override;
    [[nodiscard]] const WakeUps& wakeUps() const override { return wakeUps_; }
    [[nodiscard]] bool tests(BertPattern p) const override { return bert_.tests(p); }
    Result<void> beginBert(Timeslot slot, BertPattern p) override { return bert_.begin(slot, p); }
    void insertBertErrors(unsigned bits) override { bert_.insertErrors(bits); }
    void endBert() noexcept override { bert_.end(); }
    [[nodiscard]] Result<HardwareBertCounts> bertCounts() const override { return bert_.counts(); }
    Result<void> awaitCard(Callback arrived) override { return opening_.awaitCard(std::move(arrived)); }

private:
    void begin(const Result<void>& ready);
    void onPacket(Octets) override;
    void onSpoiled() override;
    std::size_t fillPacket(std::span<std::uint8_t> packet) override;
    bool onFeedback(Octets value) override { return pace_->feedback(value); }
    void onEvent(Octets) override;
    void onEventLost() override;
    void onBroken(Error why) override { gone(std::move(why)); }
    void woke();
    // Each returns false if the span was stopped meanwhile.
    bool arrived(const Arrival&);
    void fill(std::span<std::uint8_t> frames);
    bool tick();
    bool tellFrames();
    void lookForSilence();
    void setMoving(bool moving);
    void report();
    [[nodiscard]] card_ice1_tx transmitterNow() const;
    void sendRemoteAlarm();
    void look();
    void askStatus();
    void statusCame(Octets);
    void askCounters();
    void countersCame(const card_counters&);
    void errorsCame(const card_ice1_errors&);
    void defectsCame(std::uint16_t now); // CARD_ALARM_...
    void setAlignmentLost(bool lost);
    void gone(Error);

    Edges edges_;
    SpanKeys keys_;
    Opening opening_;
    SpanConfig config_;
    SpanEvents* events_ = nullptr;
    E1Interface port_;
    CardKind kind_;
    TaskGroup tasks_;
    std::unique_ptr<Stream> stream_;
    std::optional<Pace> pace_;
    Inbound inbound_;
    DChannel d_;
    Slots slots_;
    Timer watch_;
    CardBert bert_{edges_.loop};
    std::uint64_t clock_ = 0;
    std::uint32_t lost_ = 0; // to be told with the next tick
    bool flowing_ = false;   // frames come; before the first ones nothing is lost
    bool everFlowed_ = false, moving_ = false;
    unsigned sentSince_ = 0; // frames sent since one came: the time, by the card's clock
    TimePoint lastFrames_{};
    Alarms line_{};               // what the card says
    bool multiframeOnly_ = false; // as it last said of the alignment
    bool remoteAlarm_ = false;    // the card is told to send it
    std::optional<std::uint8_t> nextEvent_;
    std::uint64_t told_ = 0;                     // events, lost ones that were noticed among them
    bool asking_ = false, cannotAnswer_ = false; // the card: what its line is like
    unsigned askedAgain_ = 0;                    // in a row
    std::optional<Alarms> reported_;
    Loopback loopback_ = Loopback::none;
    LineErrors errors_;
    std::optional<card_counters> lastCounters_;
    std::optional<card_ice1_errors> lastErrors_;
    Stream::Counters lastLook_;
    WakeUps wakeUps_{Stream::packetsEach * 1ms};
    TimePoint lastWake_{};
    Complaints complaints_{edges_};
    std::shared_ptr<int> life_ = std::make_shared<int>(0); // a start's
};

Result<void> UsbSpan::start(const SpanConfig& config, SpanEvents& events)
{
    if (config.type == SpanType::analog)
        return Error{Errc::unsupported,
                     "card port " + keys_.id + " is an E1 or a T1: type = e1 or t1 is what it can be"};
    const auto line = lineOf(config, keys_.line);
    if (!line)
        return line.error();
    stop();
    config_ = config;
    auto at = opening_.open<E1Interface>(config.name);
    if (!at)
        return at.error();
    port_ = *at;
    events_ = &events;
    slots_.begin(config.law);
    d_.restart();
    inbound_.begin(config.type == SpanType::t1);
    clock_ = 0;
    lost_ = sentSince_ = 0;
    flowing_ = everFlowed_ = moving_ = false;
    line_ = {};
    multiframeOnly_ = remoteAlarm_ = false;
    nextEvent_.reset();
    asking_ = cannotAnswer_ = false;
    reported_.reset();
    loopback_ = Loopback::none;
    lastCounters_.reset();
    lastErrors_.reset();
    life_ = std::make_shared<int>(0);
    edges_.loop.post([this, life = std::weak_ptr(life_)] {
        if (!life.expired())
            report();
    });
    PortSetup wanted{port_, *line, keys_.line.any(), config.crc4, keys_.clockFromLine};
    tasks_.start(setUp(edges_.loop, opening_.device(), std::move(wanted), kind_),
                 [this, life = std::weak_ptr(life_)](const Result<void>& r) {
                     if (!life.expired())
                         begin(r);
                 });
    return {};
}

void UsbSpan::begin(const Result<void>& ready)
{
    if (!ready)
        return gone(ready.error());
    Stream::Owner& owner = *this;
    pace_.emplace(port_.framesMax());
    const Stream::Ways ways{port_.in, port_.out, port_.feedback, port_.interrupt};
    stream_ = std::make_unique<Stream>(opening_.device(), ways, keys_.inFlight, owner);
    if (auto r = stream_->start(); !r)
        return gone(r.error());
    lastLook_ = {};
    lastWake_ = edges_.loop.now();
    wakeUps_.begin(lastWake_);
    bert_.open(opening_.device(), kind_, port_.port);
    watch_.after(watchdog, [this] { look(); });
    askStatus();
    askCounters();
}

void UsbSpan::stop() noexcept
{
    life_.reset();
    events_ = nullptr;
    watch_.cancel();
    bert_.close();
    tasks_.cancelAll();
    stream_.reset();
    opening_.close();
}

void UsbSpan::gone(Error why)
{
    SpanEvents* events = events_;
    stop();
    if (events)
        events->onGone(why.because("card port " + keys_.id));
}

// ---- From the line ----

// By the packets of a transfer, or of several that waited for us.
void UsbSpan::woke()
{
    const TimePoint now = edges_.loop.now();
    if (now - std::exchange(lastWake_, now) >= sameWakeUp)
        wakeUps_.woke(now);
}

void UsbSpan::onPacket(Octets packet)
{
    woke();
    const Arrival a = inbound_.take(packet);
    if (!a.wrong.empty())
        complaints_.say(config_.name, a.wrong);
    if (a.frames.empty())
        lookForSilence();
    else
        arrived(a);
}

void UsbSpan::onSpoiled()
{
    sentSince_ = 0; // what it would have brought is missing from the next one's position
    lookForSilence();
}

bool UsbSpan::arrived(const Arrival& a)
{
    const std::weak_ptr life = life_;
    if (!flowing_) {
        lost_ += everFlowed_ ? sentSince_ + slots_.discard() : 0;
        flowing_ = everFlowed_ = true;
    } else if (a.gap) {
        // Frames of a time without alignment have no positions: that time is told by what went out meanwhile.
        lost_ += std::max(a.missing, sentSince_ > 2 * inOneGo ? sentSince_ - inOneGo : 0);
        events_->onSlip();
        if (life.expired())
            return false;
    }
    sentSince_ = 0;
    lastFrames_ = edges_.loop.now();
    for (Octets rest = a.frames; !rest.empty(); rest = rest.subspan(frameOctets)) {
        const auto frame = rest.first<frameOctets>();
        d_.receive(frame[index(config_.dChannel)]);
        if (slots_.receive(frame) && !tick())
            return false;
    }
    return tellFrames();
}

bool UsbSpan::tick()
{
    const std::weak_ptr life = life_;
    setMoving(true);
    if (life.expired())
        return false;
    const bool gap = lost_ > 0 || clock_ == 0;
    clock_ += lost_;
    const SpanTick tick{clock_, blockSamples, std::exchange(lost_, 0),
                        slots_.blocks(keys_.inFlight * samplesPerSecond / 1000 + inTheCard)};
    clock_ += blockSamples;
    events_->onTick(tick);
    if (life.expired())
        return false;
    if (slots_.queue(gap))
        events_->onSlip();
    return !life.expired();
}

bool UsbSpan::tellFrames()
{
    const std::weak_ptr life = life_;
    while (const auto heard = d_.next()) {
        if (heard->frame.empty())
            events_->onBadFrame(heard->why);
        else
            events_->onFrame(heard->frame);
        if (life.expired())
            return false;
    }
    return true;
}

void UsbSpan::lookForSilence()
{
    if (!flowing_ || edges_.loop.now() - lastFrames_ < quietAfter)
        return;
    flowing_ = false;
    inbound_.forget();
    setMoving(false);
}

// ---- To the line ----

std::size_t UsbSpan::fillPacket(std::span<std::uint8_t> packet)
{
    std::fill_n(packet.begin(), CARD_E1_HEADER, std::uint8_t{0xff});
    const auto frames = packet.subspan(CARD_E1_HEADER, std::size_t{pace_->frames()} * CARD_E1_FRAME);
    fill(frames);
    return CARD_E1_HEADER + frames.size();
}

void UsbSpan::fill(std::span<std::uint8_t> frames)
{
    for (; !frames.empty(); frames = frames.subspan(frameOctets)) {
        const auto frame = frames.first<frameOctets>();
        slots_.transmit(frame);
        frame[0] = spareSlotZero; // nobody's at a T1
        frame[index(config_.dChannel)] = d_.transmit();
        ++sentSince_;
    }
}

Result<void> UsbSpan::sendFrame(Octets frame)
{
    if (!events_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    if (!reported_ || !reported_->usable())
        return {}; // as on a line: it goes out and nobody gets it; layer 2 will notice
    if (auto r = d_.send(frame); !r)
        return r.error().because("span " + config_.name);
    return {};
}

// ---- Alarms and counters ----

void UsbSpan::onEvent(Octets event)
{
    ++told_;
    const auto e = read<card_e1_event>(event);
    if (event.size() != CARD_E1_INTERRUPT_SIZE || e.type == 0)
        return complaints_.say(config_.name, "an event of a length or a kind that does not exist");
    if (e.type == CARD_E1_EVENT_ERRORS)
        return errorsCame(read<card_e1_errors_event>(event).errors);
    if (kind_.stock)
        return;
    const bool gap = nextEvent_ && e.sequence != *nextEvent_;
    nextEvent_ = static_cast<std::uint8_t>(e.sequence + 1);
    const std::weak_ptr life = life_;
    if (e.type == CARD_E1_EVENT_ALARMS)
        defectsCame(card_get16(e.what));
    else if (e.type == CARD_E1_EVENT_SLIP)
        events_->onSlip();
    if (gap && !life.expired())
        askStatus();
}

void UsbSpan::onEventLost()
{
    ++told_;
    askStatus();
}

void UsbSpan::errorsCame(const card_ice1_errors& now)
{
    if (kind_.stock) {
        if (!lastErrors_)
            lastErrors_ = now;
        add(errors_.crc, lastErrors_->crc, now.crc);
        add(errors_.overruns, lastErrors_->overflow, now.overflow);
        add(errors_.underruns, lastErrors_->underflow, now.underflow);
    }
    const Alarms before = line_;
    line_.los = now.flags & CARD_ICE1_FLAG_LOS;
    line_.ais = now.flags & CARD_ICE1_FLAG_AIS;
    line_.rai = now.flags & CARD_ICE1_FLAG_RAI;
    setAlignmentLost(now.flags & CARD_ICE1_FLAG_ALIGNMENT);
    if (kind_.can(CARD_CAN_EVENTS) && line_ != before)
        askStatus(); // they come when there is no event left: one that told this was lost
    report();
}

// Knows more than the errors, which have one loss of alignment only.
void UsbSpan::defectsCame(std::uint16_t now)
{
    line_.los = now & CARD_ALARM_LOS;
    line_.ais = now & CARD_ALARM_AIS;
    line_.rai = now & CARD_ALARM_RAI;
    multiframeOnly_ = now & CARD_ALARM_LOMF && !(now & CARD_ALARM_LOF);
    setAlignmentLost(now & (CARD_ALARM_LOF | CARD_ALARM_LOMF));
    report();
}

void UsbSpan::setAlignmentLost(bool lost)
{
    lost = lost && !line_.los && !line_.ais; // G.775: these say more
    line_.lof = lost && !multiframeOnly_;
    line_.lomf = lost && multiframeOnly_;
}

void UsbSpan::setMoving(bool moving)
{
    if (std::exchange(moving_, moving) != moving)
        report();
}

void UsbSpan::report()
{
    sendRemoteAlarm();
    Alarms now = loopback_ == Loopback::local ? Alarms{} : line_;
    if (!moving_ && now.usable())
        now.los = true;
    if (reported_ == now)
        return;
    if (!now.usable())
        d_.forgetOutgoing();
    reported_ = now;
    events_->onAlarms(now);
}

card_ice1_tx UsbSpan::transmitterNow() const
{
    card_ice1_tx tx = transmitter(config_.crc4, keys_.clockFromLine);
    tx.loopback = !kind_.can(CARD_CAN_LOOP) && loopback_ == Loopback::line ? 1 : 0;
    tx.alarm = remoteAlarm_ ? 1 : 0;
    return tx;
}

// An icE1usb before 0.3 leaves this to the host. What fails is tried again when the line changes, and once a second.
void UsbSpan::sendRemoteAlarm()
{
    const bool wanted = !line_.usable();
    if (!stream_ || !kind_.stock || wanted == remoteAlarm_)
        return;
    remoteAlarm_ = wanted;
    opening_.device().control({0x41, CARD_ICE1_SET_TX, 0, static_cast<std::uint16_t>(port_.number)},
                              write(transmitterNow()),
                              [this, wanted, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
                                  if (!life.expired() && !r && remoteAlarm_ == wanted)
                                      remoteAlarm_ = !wanted;
                              });
}

// Whatever the card says of its line: packets have to move.
void UsbSpan::look()
{
    const Stream::Counters& now = stream_->counters();
    if (!now.movedSince(lastLook_))
        return gone({Errc::timeout, "no packet has moved for a second"});
    if (now.octetsIn == lastLook_.octetsIn && line_.usable() && loopback_ == Loopback::none)
        edges_.log.warning("the card tells no alarm, and nothing comes from its line", {{"span", config_.name}});
    lastLook_ = now;
    watch_.after(watchdog, [this] { look(); });
    sendRemoteAlarm();
    askStatus(); // the last event may have been lost, and no gap tells
    askCounters();
}

// Events tell changes alone: what stood before this start, and what lost ones would have told, is asked for.
void UsbSpan::askStatus()
{
    if (asking_ || cannotAnswer_)
        return; // who is asked already sees that something was told meanwhile
    asking_ = true;
    const Request errors{0xc1, CARD_ICE1_GET_ERRORS, 0, static_cast<std::uint16_t>(port_.number)};
    const Request status{0xc0, CARD_REQ_GET_STATUS, 0, static_cast<std::uint16_t>(port_.port)};
    opening_.device().control(kind_.stock ? errors : status,
                              OctetBuffer(kind_.stock ? sizeof(card_ice1_errors) : sizeof(card_status)),
                              [this, told = told_, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
                                  if (life.expired())
                                      return;
                                  asking_ = false;
                                  cannotAnswer_ = !r && r.error().code == Errc::unsupported; // icE1usb of before 2022
                                  if (r && told == told_)
                                      statusCame(*r);
                                  else if (r && ++askedAgain_ < askedMost)
                                      askStatus(); // of the answer and what was told nobody knows which is older
                                  else
                                      askedAgain_ = 0; // the card tells one thing after the other: the last one too
                              });
}

void UsbSpan::statusCame(Octets answer)
{
    askedAgain_ = 0;
    if (kind_.stock && answer.size() == sizeof(card_ice1_errors))
        errorsCame(read<card_ice1_errors>(answer));
    else if (!kind_.stock && answer.size() >= offsetof(card_status, loop))
        defectsCame(card_get16(read<card_status>(answer).alarms));
}

void UsbSpan::askCounters()
{
    if (kind_.stock)
        return;
    const Request request{0xc0, CARD_REQ_GET_COUNTERS, 0, static_cast<std::uint16_t>(port_.port)};
    opening_.device().control(request, OctetBuffer(sizeof(card_counters)),
                              [this, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
                                  if (!life.expired() && r)
                                      countersCame(read<card_counters>(*r));
                              });
}

void UsbSpan::countersCame(const card_counters& now)
{
    const card_counters before = lastCounters_.value_or(now);
    add(errors_.crc, before.crc, now.crc);
    add(errors_.farEnd, before.ebit, now.ebit);
    add(errors_.bipolar, before.code, now.code);
    add(errors_.framing, before.fas, now.fas);
    add(errors_.overruns, before.overflow, now.overflow);
    add(errors_.underruns, before.underflow, now.underflow);
    lastCounters_ = now;
}

Result<LineErrors> UsbSpan::lineErrors() const
{
    if (!stream_)
        return Error{Errc::gone, "card port " + keys_.id + " is not running"};
    LineErrors now = errors_;
    now.irqMisses = stream_->counters().spoiledIn + stream_->counters().spoiledOut;
    return now;
}

// ---- Loops ----

Result<void> UsbSpan::setLoopback(Loopback loopback)
{
    if (!stream_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    Request request;
    OctetBuffer data;
    if (kind_.can(CARD_CAN_LOOP)) {
        const unsigned kind = loopback == Loopback::line      ? CARD_LOOP_LINE
                              : loopback == Loopback::payload ? CARD_LOOP_PAYLOAD
                              : loopback == Loopback::local   ? CARD_LOOP_DIGITAL
                                                              : CARD_LOOP_NONE;
        request = {0x40, CARD_REQ_LOOP, static_cast<std::uint16_t>(kind), static_cast<std::uint16_t>(port_.port)};
    } else if (loopback == Loopback::none || loopback == Loopback::line) {
        card_ice1_tx tx = transmitterNow();
        tx.loopback = loopback == Loopback::line ? 1 : 0;
        request = {0x41, CARD_ICE1_SET_TX, 0, static_cast<std::uint16_t>(port_.number)};
        data = write(tx);
    } else {
        return Error{Errc::unsupported, "card port " + keys_.id + " has no loop but that of the line"};
    }
    opening_.device().control(
        request, std::move(data),
        [this, before = std::exchange(loopback_, loopback), life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
            if (life.expired() || r)
                return;
            loopback_ = before;
            edges_.log.warning("the card makes no loop", {{"span", config_.name}, {"error", r.error()}});
            report(); // what a loop towards us hid
        });
    report();
    return {};
}

// ---- Clock ----

// Without a signal there is nothing to follow, and the card goes by its own.
Result<ClockState> UsbSpan::clock() const
{
    if (!stream_)
        return Error{Errc::gone, "card port " + keys_.id + " is not running"};
    ClockState s;
    s.set = ClockChoice{keys_.clockFromLine ? 1U : 0U};
    s.from = keys_.clockFromLine && !line_.los ? ClockState::From::line : ClockState::From::card;
    return s;
}

Result<void> UsbSpan::setClock(ClockChoice choice)
{
    if (!stream_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    if (choice.priority > 1)
        return Error{Errc::unsupported,
                     "span " + config_.name + ": each port of this card sends by a clock of its own: line or card"};
    const bool before = std::exchange(keys_.clockFromLine, choice.priority == 1);
    opening_.device().control(
        {0x41, CARD_ICE1_SET_TX, 0, static_cast<std::uint16_t>(port_.number)}, write(transmitterNow()),
        [this, before, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
            if (life.expired() || r)
                return;
            keys_.clockFromLine = before;
            edges_.log.warning("the card does not take this clock", {{"span", config_.name}, {"error", r.error()}});
        });
    return {};
}

} // namespace

std::unique_ptr<SpanIo> makeSpan(const Edges& edges, SpanKeys keys, MakeBus makeBus)
{
    return std::make_unique<UsbSpan>(edges, std::move(keys), std::move(makeBus));
}

} // namespace callbox::hal::usb
