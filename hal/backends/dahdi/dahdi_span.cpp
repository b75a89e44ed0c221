// SPDX-License-Identifier: GPL-2.0-or-later
// A span on DAHDI. A timer of DAHDI's own wakes it once in 160 samples of the master clock; a tick is made when every
// open channel has a block, which on a span with a clock of its own is now and then none or two a timer.
#include "dahdi_span.h"
#include "b_channel.h"
#include "d_channel.h"
#include "identity.h"
#include <algorithm>
#include <map>

namespace callbox::hal::dahdi {

namespace {

constexpr Duration blockTime = 20ms;
constexpr Duration askAlarmsEvery = 500ms;                 // beside what the D channel tells
constexpr Duration deadAfter = 500ms;                      // so long without a block on open channels is loss of signal
constexpr Duration again = 4ms;                            // DAHDI's own step on most machines
constexpr Duration holds = blockTime * (blocksQueued - 1); // longer stalls lose samples

// Whole blocks in a time.
std::uint32_t blocksIn(Duration d)
{
    return d > Duration::zero() ? static_cast<std::uint32_t>(d / blockTime) : 0;
}

class DahdiSpan final : public SpanIo, public Joiner, public LineErrorCounts, public LoopbackControl {
public:
    DahdiSpan(const Edges& edges, std::string id) : edges_(edges), id_(std::move(id)), retry_(edges.loop) {}
    ~DahdiSpan() override { DahdiSpan::stop(); }

    Result<void> start(const SpanConfig&, SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(Timeslot) override;
    void closeSlot(Timeslot slot) noexcept override { open_.erase(slot); }
    Result<void> sendFrame(Octets frame) override;
    Result<std::unique_ptr<LowJoin>> join(Timeslot mine, SpanIo& other, Timeslot theirs) override;
    [[nodiscard]] Result<LineErrors> lineErrors() const override;
    Result<void> setLoopback(Loopback) override;

private:
    [[nodiscard]] int channelOf(Timeslot slot) const { return facts_.firstChannel + int(index(slot)) - 1; }
    Result<void> prepare(int channel, Signalling wanted);
    Result<void> openDevices();
    void wake();
    void receiveFrames();
    void askAlarms();
    void report();
    void exchange();
    std::optional<unsigned> makeTicks();
    [[nodiscard]] std::ptrdiff_t runningChannels() const; // those that count samples
    enum class Fetched { all, notYet, gone };
    Fetched fetchAll();
    void nothingCame(Duration stall);
    void tick();
    void gone(const std::string& what);

    Edges edges_;
    std::string id_;
    SpanConfig config_;
    SpanEvents* events_ = nullptr;
    SpanFacts facts_;
    Descriptor control_, timer_;
    std::optional<DChannel> d_;
    std::map<Timeslot, BChannel> open_;
    std::vector<SlotBlock> blocks_;
    std::vector<std::array<std::uint8_t, blockSamples>> outgoing_;
    std::array<std::uint8_t, blockSamples> idle_{};
    std::unique_ptr<Watch> timerWatch_, frameWatch_;
    Timer retry_;
    std::uint64_t clock_ = 0;
    Duration owed_{};        // time that has passed and is in no tick yet
    std::uint32_t lost_ = 0; // to be told with the next tick
    TimePoint lastWake_, lastTick_, alarmsAsked_;
    Alarms line_{.los = true}; // what the card says
    std::optional<Alarms> reported_;
    bool moving_ = false;
    bool looped_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0); // a start's; posted work of an earlier one does nothing
};

Result<void> DahdiSpan::prepare(int channel, Signalling wanted)
{
    auto now = signalling(control_, channel);
    if (!now)
        return now.error();
    if (*now == wanted)
        return {};
    return configure(control_, channel, wanted, config_.law);
}

Result<void> DahdiSpan::openDevices()
{
    auto facts = find("/sys", id_);
    if (!facts)
        return facts.error();
    facts_ = *facts;
    if (facts_.type != config_.type)
        return Error{Errc::invalid, "DAHDI span " + id_ + " is no " + (config_.type == SpanType::e1 ? "E1" : "T1")};
    auto control = openControl();
    if (!control)
        return control.error();
    control_ = std::move(*control);
    (void)dahdi::setLoopback(control_, facts_.number, Loopback::none); // a test's, whose daemon was killed
    // Configuring a channel hangs up whoever has it open: first make sure that nobody has the span.
    if (const auto probe = openChannel(channelOf(config_.dChannel)); !probe && probe.error().code == Errc::busy)
        return probe.error().because("the D channel");
    for (unsigned i = 1; i <= timeslots(config_.type); ++i) {
        const Timeslot slot{static_cast<std::uint8_t>(i)};
        const auto wanted = slot == config_.dChannel ? Signalling::hdlcFcs : Signalling::clear;
        if (auto r = prepare(channelOf(slot), wanted); !r)
            return r.error().because("timeslot " + std::to_string(i));
    }
    auto d = DChannel::open(channelOf(config_.dChannel));
    if (!d)
        return d.error().because("the D channel");
    d_ = std::move(*d);
    auto timer = openTimer(blockSamples);
    if (!timer)
        return timer.error();
    timer_ = std::move(*timer);
    return {};
}

Result<void> DahdiSpan::start(const SpanConfig& config, SpanEvents& events)
{
    config_ = config;
    if (auto r = openDevices(); !r) {
        stop();
        return r;
    }
    auto timerWatch = edges_.loop.watch(timer_.get(), Interest::urgent, [this] { wake(); });
    auto frameWatch = edges_.loop.watch(d_->descriptor(), Interest::read, [this] { receiveFrames(); });
    if (!timerWatch || !frameWatch) {
        stop();
        return timerWatch ? frameWatch.error() : timerWatch.error();
    }
    timerWatch_ = std::move(*timerWatch);
    frameWatch_ = std::move(*frameWatch);
    events_ = &events;
    idle_.fill(idleOctet(config_.law));
    clock_ = 0;
    owed_ = {};
    lost_ = 0;
    moving_ = false;
    line_ = Alarms{.los = true};
    reported_.reset();
    lastWake_ = lastTick_ = edges_.loop.now();
    alarmsAsked_ = lastWake_ - askAlarmsEvery;
    edges_.loop.post([this, life = std::weak_ptr(life_)] {
        if (!life.expired())
            report();
    });
    return {};
}

void DahdiSpan::stop() noexcept
{
    life_ = std::make_shared<int>(0);
    events_ = nullptr;
    if (std::exchange(looped_, false))
        (void)dahdi::setLoopback(control_, facts_.number, Loopback::none);
    timerWatch_.reset();
    frameWatch_.reset();
    retry_.cancel();
    open_.clear();
    d_.reset();
    timer_ = {};
    control_ = {};
}

Result<void> DahdiSpan::openSlot(Timeslot slot)
{
    auto channel = BChannel::open(channelOf(slot), config_.law, edges_.loop.now());
    if (!channel)
        return channel.error();
    open_.erase(slot);
    open_.emplace(slot, std::move(*channel));
    return {};
}

Result<void> DahdiSpan::sendFrame(Octets frame)
{
    if (!line_.usable())
        return {}; // as on a line: it goes out and nobody gets it; layer 2 will notice
    if (auto r = d_->send(frame); !r)
        return r.error().because("span " + config_.name);
    return {};
}

Result<std::unique_ptr<LowJoin>> DahdiSpan::join(Timeslot mine, SpanIo& other, Timeslot theirs)
{
    auto* span = dynamic_cast<DahdiSpan*>(&other);
    if (!span || span->config_.law != config_.law)
        return Error{Errc::unsupported, "DAHDI joins its own channels only, of one law"};
    const auto a = open_.find(mine), b = span->open_.find(theirs);
    if (a == open_.end() || b == span->open_.end() || !a->second.running() || !b->second.running())
        return Error{Errc::busy, "a channel has only begun"};
    return joinChannels(a->second.device(), b->second.device());
}

Result<LineErrors> DahdiSpan::lineErrors() const
{
    if (!control_)
        return Error{Errc::gone, "DAHDI span " + id_ + " is not started"};
    return dahdi::lineErrors(control_, facts_.number);
}

Result<void> DahdiSpan::setLoopback(Loopback loopback)
{
    if (!events_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    if (auto r = dahdi::setLoopback(control_, facts_.number, loopback); !r)
        return r;
    looped_ = loopback != Loopback::none;
    return {};
}

void DahdiSpan::gone(const std::string& what)
{
    SpanEvents* events = events_;
    stop();
    if (events)
        events->onGone(Error{Errc::gone, "DAHDI span " + id_ + ": " + what});
}

void DahdiSpan::receiveFrames()
{
    using Kind = DChannel::Heard::Kind;
    const std::weak_ptr life = life_;
    bool audioFirst = true;
    for (;;) {
        const DChannel::Heard heard = d_->next();
        if (heard.kind == Kind::nothing)
            return;
        if (heard.kind == Kind::gone) {
            gone("its D channel was taken away");
            return;
        }
        // What was heard before a frame is handed on before it: the frame may end the call.
        if (std::exchange(audioFirst, false)) {
            exchange();
            if (life.expired())
                return;
        }
        if (heard.kind == Kind::frame)
            events_->onFrame(heard.frame);
        else
            events_->onBadFrame(heard.why);
        if (life.expired())
            return;
    }
}

void DahdiSpan::askAlarms()
{
    alarmsAsked_ = edges_.loop.now();
    const bool before = line_.usable();
    auto now = alarms(control_, facts_.number);
    if (!now) {
        gone(now.error().what);
        return;
    }
    line_ = *now;
    if (!line_.usable()) {
        moving_ = false;
        d_->forgetOutgoing();
    }
    if (line_.usable() && !before) // what the dead line has left in the queues is nobody's
        for (auto& [slot, channel] : open_)
            channel.restart(edges_.loop.now());
    report();
}

void DahdiSpan::report()
{
    Alarms a = line_;
    a.los = a.los || (!moving_ && a.usable());
    if (reported_ == a)
        return;
    reported_ = a;
    events_->onAlarms(a);
}

void DahdiSpan::wake()
{
    const std::weak_ptr life = life_;
    (void)acknowledgeTimer(timer_);
    const TimePoint now = edges_.loop.now();
    owed_ += now - std::exchange(lastWake_, now);
    receiveFrames(); // events do not wake us by themselves
    if (life.expired())
        return;
    d_->sendMore();
    if (d_->alarmsChanged() || now - alarmsAsked_ >= askAlarmsEvery)
        askAlarms();
    if (!life.expired())
        exchange();
}

std::ptrdiff_t DahdiSpan::runningChannels() const
{
    return std::count_if(open_.begin(), open_.end(), [](const auto& c) { return c.second.running(); });
}

DahdiSpan::Fetched DahdiSpan::fetchAll()
{
    for (auto& [slot, channel] : open_) {
        if (!channel.running())
            continue;
        const BChannel::Fetch f = channel.fetch();
        if (f == BChannel::Fetch::gone)
            return Fetched::gone;
        if (f == BChannel::Fetch::nothing)
            return Fetched::notYet;
    }
    return Fetched::all;
}

void DahdiSpan::exchange()
{
    if (!line_.usable())
        return; // the time that passes stays owed and is told as lost
    for (auto& [slot, channel] : open_)
        channel.beginRound();
    const std::weak_ptr life = life_;
    const std::optional<unsigned> ticks = makeTicks();
    if (!life.expired() && ticks)
        for (auto& [slot, channel] : open_)
            channel.endRound(*ticks);
}

// How many; none: the span is no longer there.
std::optional<unsigned> DahdiSpan::makeTicks()
{
    const std::weak_ptr life = life_;
    const Duration stall = edges_.loop.now() - lastTick_;
    unsigned ticks = 0;
    while (runningChannels() > 0 && ticks <= blocksQueued) {
        const Fetched f = fetchAll();
        if (f == Fetched::gone) {
            gone("a channel was taken away");
            return {};
        }
        if (f == Fetched::notYet)
            break;
        const auto counting = runningChannels();
        tick();
        if (life.expired())
            return {};
        ++ticks;
        if (runningChannels() != counting)
            break; // one that has only begun has no block yet, however much the others have to catch up
    }
    if (ticks > 0) {
        // Full queues keep the oldest: what is lost came after what was in them.
        if (stall > holds)
            lost_ += blocksIn(stall - ticks * blockTime) * blockSamples;
        owed_ = {};
    } else if (runningChannels() > 0) {
        nothingCame(stall);
    } else {
        lost_ += blocksIn(owed_ - 2 * blockTime) * blockSamples;
        owed_ = std::min(owed_, 2 * blockTime);
        for (; owed_ >= blockTime - again && !life.expired(); owed_ -= blockTime) {
            tick(); // nothing counts samples but the clock
            ++ticks;
        }
    }
    return life.expired() ? std::nullopt : std::optional(ticks);
}

void DahdiSpan::nothingCame(Duration stall)
{
    if (stall >= deadAfter) {
        moving_ = false;
        report();
    } else if (stall < 2 * blockTime) {
        retry_.after(again, [this] { exchange(); });
    }
}

void DahdiSpan::tick()
{
    const std::weak_ptr life = life_;
    lastTick_ = edges_.loop.now();
    if (!moving_) {
        moving_ = true;
        report();
        if (life.expired())
            return;
    }
    outgoing_.resize(open_.size());
    blocks_.clear();
    std::size_t i = 0;
    for (auto& [slot, channel] : open_) {
        outgoing_[i] = idle_;
        blocks_.push_back({slot, channel.running() ? channel.block() : Octets(idle_), outgoing_[i], channel.ahead()});
        ++i;
    }
    const std::uint32_t lost = std::exchange(lost_, 0U);
    clock_ += lost;
    const SpanTick now{clock_, blockSamples, lost, blocks_};
    clock_ += blockSamples;
    events_->onTick(now);
    if (life.expired())
        return;
    for (std::size_t k = 0; k < blocks_.size(); ++k)
        if (const auto it = open_.find(blocks_[k].slot); it != open_.end())
            it->second.exchange(outgoing_[k], lastTick_);
}

} // namespace

std::unique_ptr<SpanIo> makeSpan(const Edges& edges, std::string id)
{
    return std::make_unique<DahdiSpan>(edges, std::move(id));
}

} // namespace callbox::hal::dahdi
