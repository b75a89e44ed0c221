// SPDX-License-Identifier: GPL-2.0-or-later
#include "usb_bank.h"
#include "bank_country.h"
#include "bank_lines.h"
#include "bank_orders.h"
#include "requests.h"
#include "slots.h"
#include "stream.h"
#include <callbox/hal/card_arrival.h>

namespace callbox::hal::usb {

namespace {

constexpr Duration quietAfter = 100ms; // without a sample: nothing moves
constexpr Duration watchdog = 1s;
constexpr unsigned usual = 8;     // samples of a packet
constexpr unsigned askedMost = 3; // times in a row
// Samples that may have come and not gone, or gone and not come, before a packet has one more or less: a transfer's.
constexpr int swing = 40;
// No more than this is ever made up for: the card keeps CARD_BANK_BUFFER. A sequence that jumps without a loss would
// have it sent 2040 too many.
constexpr int owedMost = CARD_BANK_BUFFER - 2 * CARD_BANK_START;
// So many packets in a row with more than the usual: no clock is that fast. They bring what the card kept while this
// program stood still.
constexpr unsigned surelyOld = 16;

std::string named(Timeslot port)
{
    return "port " + std::to_string(index(port));
}

// From whatever state the bank was left in to setting 1; `ports`: how many it has. `country` is sent to the ports in
// use; those that do not take it are told in `untaken`.
Task<> setUp(Loop& loop, Device& device, BankInterface at, std::vector<PortConfig> used, const LineTermination* country,
             unsigned& ports, std::string& untaken)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    ports = kind.fxoPorts + kind.fxsPorts;
    if (ports == 0 || ports > at.portsMax())
        co_await Result<void>(Error{Errc::invalid, "the card says that its bank has " + std::to_string(ports) +
                                                       " ports; its packets hold 1 to " +
                                                       std::to_string(at.portsMax())});
    co_await select(loop, device, at.number, at.offSetting);
    for (const PortConfig& p : used) {
        const unsigned n = index(p.port) - 1;
        if (n >= ports)
            co_await Result<void>(
                Error{Errc::invalid, named(p.port) + ": this bank has " + std::to_string(ports) + " only"});
        const auto where = static_cast<std::uint16_t>(n << 8 | at.number);
        const OctetBuffer answer =
            co_await ask(loop, device, To::interface, CARD_BANK_GET_STATUS, 0, where, sizeof(card_analog_status));
        const unsigned wanted = p.kind == PortKind::fxo ? CARD_PORT_FXO : CARD_PORT_FXS;
        if (read<card_analog_status>(answer).type != wanted)
            co_await Result<void>(Error{Errc::invalid, named(p.port) + " of the card faces " +
                                                           (p.kind == PortKind::fxo ? "a telephone, not an exchange"
                                                                                    : "an exchange, not a telephone")});
    }
    if (country)
        untaken = co_await setCountry(loop, device, at, used, *country, kind.can(CARD_CAN_COUNTRY));
    co_await select(loop, device, at.number, at.onSetting);
}

class UsbBank final : public SpanIo, public LineIo, public LineCountry, public CardArrival, private Stream::Owner {
public:
    UsbBank(const Edges& edges, SpanKeys keys, MakeBus makeBus)
        : edges_(edges), keys_(std::move(keys)), opening_(edges, keys_.id, std::move(makeBus)), tasks_(edges.loop),
          watch_(edges.loop)
    {
    }
    ~UsbBank() override { UsbBank::stop(); }

    Result<void> start(const SpanConfig&, SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(Timeslot slot) override
    {
        slots_.open(slot);
        return {};
    }
    void closeSlot(Timeslot slot) noexcept override { slots_.close(slot); }
    Result<void> sendFrame(Octets) override { return Error{Errc::unsupported, "an analog bank has no D channel"}; }

    void setLineEvents(LineEvents* events) override { lineEvents_ = events; }
    Result<void> setHook(Timeslot t, bool off) override { return lines_.setHook(t, off); }
    Result<void> flash(Timeslot t) override { return lines_.flash(t); }
    Result<void> dialPulses(Timeslot t, std::string_view digits) override { return lines_.dialPulses(t, digits); }
    Result<void> ring(Timeslot t, bool on) override { return lines_.ring(t, on); }
    Result<void> setReversed(Timeslot t, bool reversed) override { return lines_.setReversed(t, reversed); }
    Result<void> openLoop(Timeslot t, Duration d) override { return lines_.openLoop(t, d); }
    void setLineCountry(std::string_view code) override { country_ = findTermination(code); }
    Result<void> awaitCard(Callback arrived) override { return opening_.awaitCard(std::move(arrived)); }

private:
    void begin(const Result<void>& ready);
    void onPacket(Octets) override;
    void onSpoiled() override { lookForSilence(); }
    std::size_t fillPacket(std::span<std::uint8_t> packet) override;
    void onEvent(Octets) override;
    void onEventLost() override { askStatus(); }
    void onBroken(Error why) override { gone(why); }
    // Each returns false if the bank was stopped meanwhile.
    bool arrived(const card_bank_header&, Octets samples);
    bool tick();
    bool tell(const std::vector<LineEvent>&);
    card_u16 order(const card_bank_command&);
    void follow(unsigned came, unsigned lostOnTheBus);
    void answered(const card_bank_event&);
    void askStatus();
    void statusCame(Timeslot, unsigned orders, const Result<OctetBuffer>&);
    [[nodiscard]] std::uint32_t bankTimeNow() const;
    void lookForSilence();
    void setMoving(bool moving);
    void report();
    void look();
    void gone(const Error& why);

    Edges edges_;
    SpanKeys keys_;
    Opening opening_;
    SpanConfig config_;
    SpanEvents* events_ = nullptr;
    LineEvents* lineEvents_ = nullptr;
    BankInterface at_;
    unsigned ports_ = 0;                       // of the card's bank
    const LineTermination* country_ = nullptr; // null: as the card has it
    std::string untaken_;                      // ports that did not take it
    TaskGroup tasks_;
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<BankOrders> orders_;
    BankLines lines_{[this](const card_bank_command& c) { return order(c); }};
    Slots slots_;
    Timer watch_;
    std::optional<std::uint8_t> nextPacket_;
    std::optional<std::uint16_t> nextEvent_;
    std::uint8_t packetOut_ = 0;
    int balance_ = 0;            // samples that came more than went
    unsigned old_ = 0;           // packets in a row that may have brought old samples
    bool caughtUp_ = false;      // these have ended since the last tick
    std::uint32_t bankTime_ = 0; // by its last event: samples since setting 1
    TimePoint bankTimeAt_{};
    unsigned ordered_ = 0;   // commands
    std::size_t asking_ = 0; // ports that have not answered yet
    bool askAgain_ = false;
    unsigned askedAgain_ = 0; // in a row
    std::uint64_t clock_ = 0;
    std::uint32_t lost_ = 0; // to be told with the next tick
    bool moving_ = false;
    TimePoint lastSamples_{};
    std::optional<Alarms> reported_;
    Stream::Counters lastLook_;
    Complaints complaints_{edges_};
    std::shared_ptr<int> life_ = std::make_shared<int>(0); // a start's
};

Result<void> UsbBank::start(const SpanConfig& config, SpanEvents& events)
{
    if (config.type != SpanType::analog)
        return Error{Errc::unsupported,
                     "card port " + keys_.id + " is an analog bank: type = analog is what it can be"};
    stop();
    config_ = config;
    auto at = opening_.open<BankInterface>(config.name);
    if (!at)
        return at.error();
    at_ = *at;
    events_ = &events;
    slots_.begin(config.law);
    lines_.start(config.ports);
    nextPacket_.reset();
    nextEvent_.reset();
    balance_ = 0;
    old_ = 0;
    caughtUp_ = false;
    bankTime_ = lost_ = 0;
    asking_ = 0;
    askAgain_ = false;
    askedAgain_ = 0;
    clock_ = 0;
    moving_ = false;
    reported_.reset();
    life_ = std::make_shared<int>(0);
    edges_.loop.post([this, life = std::weak_ptr(life_)] {
        if (!life.expired())
            report();
    });
    std::vector<PortConfig> used = config.ports;
    untaken_.clear();
    tasks_.start(setUp(edges_.loop, opening_.device(), at_, std::move(used), country_, ports_, untaken_),
                 [this, life = std::weak_ptr(life_)](const Result<void>& r) {
                     if (!life.expired())
                         begin(r);
                 });
    return {};
}

void UsbBank::begin(const Result<void>& ready)
{
    if (!ready)
        return gone(ready.error());
    if (!untaken_.empty())
        edges_.log.warning("the card does not take the country of its lines",
                           {{"span", config_.name}, {"country", country_ ? country_->code : ""}, {"ports", untaken_}});
    Stream::Owner& owner = *this;
    const Stream::Ways ways{.in = at_.in, .out = at_.out, .feedback = {}, .interrupt = at_.interrupt};
    orders_ = std::make_unique<BankOrders>(opening_.device(), at_.command, [this](card_u16 tag, const Error& why) {
        edges_.log.warning("an order to a line is lost", {{"span", config_.name}, {"error", why}});
        lines_.refused(tag);
    });
    stream_ = std::make_unique<Stream>(opening_.device(), ways, keys_.inFlight, owner);
    balance_ = 0; // what is under way from the beginning stays so
    if (auto r = stream_->start(); !r)
        return gone(r.error());
    bankTimeAt_ = edges_.loop.now();
    lines_.begin(config_.law);
    lastLook_ = {};
    watch_.after(watchdog, [this] { look(); });
}

void UsbBank::stop() noexcept
{
    life_.reset();
    events_ = nullptr;
    watch_.cancel();
    tasks_.cancelAll();
    lines_.stop();
    stream_.reset();
    orders_.reset();
    opening_.close();
}

void UsbBank::gone(const Error& why)
{
    SpanEvents* events = events_;
    const Error told = why.because("card port " + keys_.id);
    stop();
    if (events)
        events->onGone(told);
}

// ---- Samples

void UsbBank::onPacket(Octets packet)
{
    if (packet.empty())
        return lookForSilence();
    const auto h = read<card_bank_header>(packet);
    if (packet.size() < sizeof h || h.ports != ports_ || packet.size() != sizeof h + std::size_t{h.samples} * ports_)
        complaints_.say(config_.name, "of another length than its header says");
    else if (h.samples > 0)
        return void(arrived(h, packet.subspan(sizeof h)));
    lookForSilence();
}

bool UsbBank::arrived(const card_bank_header& h, Octets samples)
{
    const std::weak_ptr life = life_;
    const auto packets = static_cast<std::uint8_t>(nextPacket_ ? h.sequence - *nextPacket_ : 0);
    nextPacket_ = static_cast<std::uint8_t>(h.sequence + 1);
    follow(h.samples, packets * usual);
    const std::uint32_t missing = packets * usual + h.lost;
    if (missing > 0) {
        lost_ += missing;
        events_->onSlip();
        if (life.expired())
            return false;
    }
    lastSamples_ = edges_.loop.now();
    std::array<std::uint8_t, frameOctets> frame{};
    for (; !samples.empty(); samples = samples.subspan(ports_)) {
        std::copy_n(samples.begin(), ports_, frame.begin() + 1);
        if (slots_.receive(frame) && !tick())
            return false;
    }
    return true;
}

// The clocks of lines and bus differ by what comes in each packet. Samples that the card kept or lost while nothing was
// fetched say nothing of them, and are not answered: the card ran dry meanwhile, and begins as it began first.
void UsbBank::follow(unsigned came, unsigned lostOnTheBus)
{
    balance_ = std::clamp(balance_ + static_cast<int>(came + lostOnTheBus), -owedMost, owedMost);
    if (came > usual) {
        ++old_;
        balance_ -= old_ == surelyOld ? static_cast<int>(surelyOld) : old_ > surelyOld ? 1 : 0;
        return;
    }
    caughtUp_ = caughtUp_ || old_ >= surelyOld;
    old_ = 0;
}

bool UsbBank::tick()
{
    const std::weak_ptr life = life_;
    setMoving(true);
    if (life.expired())
        return false;
    const bool gap = std::exchange(caughtUp_, false) || lost_ > 0 || clock_ == 0;
    clock_ += lost_;
    const SpanTick tick{clock_, blockSamples, std::exchange(lost_, 0),
                        slots_.blocks(keys_.inFlight * usual + CARD_BANK_START)};
    clock_ += blockSamples;
    events_->onTick(tick);
    if (life.expired())
        return false;
    if (slots_.queue(gap))
        events_->onSlip();
    return !life.expired();
}

// As many samples as have come.
std::size_t UsbBank::fillPacket(std::span<std::uint8_t> packet)
{
    const unsigned samples = balance_ > swing ? usual + 1 : balance_ < -swing ? usual - 1 : usual;
    balance_ -= static_cast<int>(samples);
    const card_bank_header h{packetOut_++, 0, static_cast<card_u8>(samples), static_cast<card_u8>(ports_)};
    std::memcpy(packet.data(), &h, sizeof h);
    std::array<std::uint8_t, frameOctets> frame{};
    for (unsigned i = 0; i < samples; ++i) {
        slots_.transmit(frame);
        std::copy_n(frame.begin() + 1, ports_, packet.begin() + std::ptrdiff_t(sizeof h + std::size_t{i} * ports_));
    }
    return sizeof h + std::size_t{samples} * ports_;
}

// ---- Lines

card_u16 UsbBank::order(const card_bank_command& c)
{
    ++ordered_;
    return orders_ ? orders_->send(c) : card_u16{0}; // before, it is told when the card listens
}

void UsbBank::onEvent(Octets octets)
{
    if (octets.size() != CARD_BANK_EVENT_SIZE)
        return complaints_.say(config_.name, "an event of a length that does not exist");
    const auto e = read<card_bank_event>(octets);
    const std::uint16_t sequence = card_get16(e.sequence);
    const bool gap = nextEvent_ && sequence != *nextEvent_;
    nextEvent_ = static_cast<std::uint16_t>(sequence + 1);
    bankTime_ = card_get32(e.at);
    bankTimeAt_ = edges_.loop.now();
    answered(e);
    if (tell(lines_.hear(e, gap)) && gap)
        askStatus();
}

// What the card says of an order, and of its chips.
void UsbBank::answered(const card_bank_event& e)
{
    if (e.type == CARD_BANK_EVENT_DONE && e.code != CARD_BANK_DONE)
        edges_.log.warning("the card does not do as told",
                           {{"span", config_.name}, {"port", e.port + 1}, {"code", unsigned{e.code}}});
    else if (e.type == CARD_BANK_EVENT_FAULT && e.code == CARD_BANK_FAULT_NO_HOST)
        edges_.log.warning("the card heard nothing for half a second and hung up; lines are as ordered again",
                           {{"span", config_.name}});
    else if (e.type == CARD_BANK_EVENT_FAULT && e.code == CARD_BANK_FAULT_EVENTS)
        edges_.log.warning("the card had more to tell than was fetched; it is asked", {{"span", config_.name}});
    else if (e.type == CARD_BANK_EVENT_FAULT)
        edges_.log.warning("a line's chip tells a fault",
                           {{"span", config_.name}, {"port", e.port + 1}, {"fault", unsigned{e.code}}});
}

bool UsbBank::tell(const std::vector<LineEvent>& all)
{
    const std::weak_ptr life = life_;
    for (const LineEvent& e : all) {
        if (lineEvents_)
            lineEvents_->onLine(e);
        if (life.expired())
            return false;
    }
    return true;
}

// What events that were lost would have told is asked for.
void UsbBank::askStatus()
{
    askAgain_ = asking_ > 0;
    if (askAgain_)
        return;
    asking_ = config_.ports.size();
    for (const PortConfig& p : config_.ports) {
        const auto where = static_cast<std::uint16_t>((index(p.port) - 1) << 8 | at_.number);
        opening_.device().control(
            {0xc1, CARD_BANK_GET_STATUS, 0, where}, OctetBuffer(sizeof(card_analog_status)),
            [this, port = p.port, orders = ordered_, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
                if (!life.expired())
                    statusCame(port, orders, r);
            });
    }
}

void UsbBank::statusCame(Timeslot port, unsigned orders, const Result<OctetBuffer>& r)
{
    const std::weak_ptr life = life_;
    --asking_;
    if (r && r->size() >= offsetof(card_analog_status, reserved2)) {
        const auto s = read<card_analog_status>(*r);
        const int ahead = nextEvent_ ? static_cast<std::int16_t>(card_get16(s.sequence) + 1 - *nextEvent_) : 0;
        if (ahead < 0 || orders != ordered_) // events have told more, or another order was given meanwhile
            askAgain_ = true;
        else if (!tell(lines_.reconcile(port, s, bankTimeNow())))
            return;
    }
    if (life.expired() || asking_ > 0)
        return;
    if (std::exchange(askAgain_, false) && ++askedAgain_ < askedMost)
        return askStatus();
    askedAgain_ = 0; // what is still not known the next second's answer tells
}

std::uint32_t UsbBank::bankTimeNow() const
{
    const auto ms = toMs(edges_.loop.now() - bankTimeAt_);
    return bankTime_ + static_cast<std::uint32_t>(ms * (samplesPerSecond / 1000));
}

// ---- Whether it runs

void UsbBank::lookForSilence()
{
    if (moving_ && edges_.loop.now() - lastSamples_ >= quietAfter)
        setMoving(false);
}

void UsbBank::setMoving(bool moving)
{
    if (std::exchange(moving_, moving) != moving)
        report();
}

void UsbBank::report()
{
    const Alarms now{.los = !moving_};
    if (reported_ == now)
        return;
    reported_ = now;
    events_->onAlarms(now);
}

void UsbBank::look()
{
    const Stream::Counters& now = stream_->counters();
    if (!now.movedSince(lastLook_))
        return gone({Errc::timeout, "no packet has moved for a second"});
    lastLook_ = now;
    watch_.after(watchdog, [this] { look(); });
    if (!tell(lines_.pass(watchdog)))
        return;
    if (asking_ == 0)
        askStatus(); // the last event may have been lost, and no gap tells
}

} // namespace

std::unique_ptr<SpanIo> makeBank(const Edges& edges, SpanKeys keys, MakeBus makeBus)
{
    return std::make_unique<UsbBank>(edges, std::move(keys), std::move(makeBus));
}

} // namespace callbox::hal::usb
