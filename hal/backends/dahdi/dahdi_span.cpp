// SPDX-License-Identifier: GPL-2.0-or-later
#include "dahdi_span.h"
#include "d_channel.h"
#include "echo.h"
#include "identity.h"
#include "line_bank.h"
#include "ticker.h"
#include <fstream>
#include <sstream>

namespace callbox::hal::dahdi {

namespace {

// A PRI span has a D channel; a bank has ports, on a span of whatever size (a T1 may lead to a channel bank).
class DahdiSpan final : public SpanIo,
                        public LineIo,
                        public Joiner,
                        public LineErrorCounts,
                        public LoopbackControl,
                        public ClockSource,
                        public EchoCancellers,
                        public WakeUpCounts,
                        private Ticker::Owner {
public:
    DahdiSpan(const Edges& edges, SpanKeys keys)
        : edges_(edges), id_(std::move(keys.id)), clock_(keys.clock), echo_(std::move(keys.echo)),
          bank_([this](Timeslot port) { restartAudio(port); }), ticker_(edges.loop, edges.disk, *this)
    {
    }
    ~DahdiSpan() override { DahdiSpan::stop(); }

    Result<void> start(const SpanConfig&, SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(Timeslot) override;
    void closeSlot(Timeslot slot) noexcept override;
    Result<void> sendFrame(Octets frame) override;
    Result<std::unique_ptr<LowJoin>> join(Timeslot mine, SpanIo& other, Timeslot theirs) override;
    [[nodiscard]] Result<LineErrors> lineErrors() const override;
    Result<void> setLoopback(Loopback) override;
    [[nodiscard]] Result<ClockState> clock() const override;
    Result<void> setClock(ClockChoice) override;
    [[nodiscard]] EchoChoice echoChoice() const override { return echo_.choice(); }
    [[nodiscard]] std::vector<EchoState> echoStates() const override;
    void carryEchoToo(Timeslot) override;
    [[nodiscard]] const WakeUps& wakeUps() const override { return ticker_.wakeUps(); }

    void setLineEvents(LineEvents* e) override { lineEvents_ = e; }
    Result<void> setHook(Timeslot port, bool off) override { return bank_.setHook(port, off); }
    Result<void> flash(Timeslot port) override { return bank_.flash(port); }
    Result<void> dialPulses(Timeslot port, std::string_view digits) override { return bank_.dialPulses(port, digits); }
    Result<void> ring(Timeslot port, bool on) override { return bank_.ring(port, on); }
    Result<void> setReversed(Timeslot port, bool on) override { return bank_.setReversed(port, on); }
    Result<void> openLoop(Timeslot port, Duration) override { return bank_.openLoop(port); }

private:
    [[nodiscard]] int channelOf(Timeslot slot) const { return facts_.firstChannel + int(index(slot)) - 1; }
    Result<void> prepare(const Descriptor& control, int channel, Signalling wanted);
    [[nodiscard]] bool isBank() const { return config_.type == SpanType::analog; }
    Result<void> openPri(const Descriptor& control);
    Result<Descriptor> openDevices(); // the control device
    void setUpLine(const Descriptor& control);
    void attachEcho(const Descriptor& control);
    void restartAudio(Timeslot port);
    void receiveFrames();
    void lookAtLines();
    void onWake() override;
    bool alarmsChanged() override { return d_ ? d_->alarmsChanged() : bank_.alarmsChanged(); }
    void onDeadLine() override;
    void onGone(const std::string& what) override;

    Edges edges_;
    std::string id_;
    std::optional<ClockChoice> clock_;
    Echo echo_;
    SpanConfig config_;
    SpanEvents* events_ = nullptr;
    LineEvents* lineEvents_ = nullptr;
    SpanFacts facts_;
    std::string cardSince_; // of the card that had the span; see assign()
    std::optional<DChannel> d_;
    LineBank bank_;
    std::unique_ptr<Watch> frameWatch_;
    bool looped_ = false;
    Ticker ticker_;
};

Result<void> DahdiSpan::prepare(const Descriptor& control, int channel, Signalling wanted)
{
    auto now = signalling(control, channel);
    if (!now)
        return now.error();
    if (*now == wanted)
        return {};
    return configure(control, channel, wanted, config_.law);
}

Result<void> DahdiSpan::openPri(const Descriptor& control)
{
    if (facts_.type != config_.type)
        return Error{Errc::invalid, "DAHDI span " + id_ + " is no " + (config_.type == SpanType::e1 ? "E1" : "T1")};
    (void)dahdi::setLoopback(control, facts_.number, Loopback::none); // a test's, whose daemon was killed
    // Configuring a channel hangs up whoever has it open: first make sure that nobody has the span.
    if (const auto probe = openChannel(channelOf(config_.dChannel)); !probe && probe.error().code == Errc::busy)
        return probe.error().because("the D channel");
    setUpLine(control);
    if (auto r = startSpan(control, facts_.number); !r)
        return r;
    for (unsigned i = 1; i <= timeslots(config_.type); ++i) {
        const Timeslot slot{static_cast<std::uint8_t>(i)};
        const auto wanted = slot == config_.dChannel ? Signalling::hdlcFcs : Signalling::clear;
        if (auto r = prepare(control, channelOf(slot), wanted); !r)
            return r.error().because("timeslot " + std::to_string(i));
    }
    auto d = DChannel::open(channelOf(config_.dChannel));
    if (!d)
        return d.error().because("the D channel");
    auto frameWatch = edges_.loop.watch(d->descriptor(), Interest::read, [this] { receiveFrames(); });
    if (!frameWatch)
        return frameWatch.error();
    d_ = std::move(*d);
    frameWatch_ = std::move(*frameWatch);
    return {};
}

Result<Descriptor> DahdiSpan::openDevices()
{
    auto facts = find("/sys", id_);
    if (!facts && facts.error().code == Errc::not_found) {
        if (auto r = assign("/sys", id_, config_.type, cardSince_); !r)
            return r.error().because(facts.error().what);
        facts = find("/sys", id_);
    }
    if (!facts)
        return facts.error();
    facts_ = *facts;
    cardSince_ = facts_.cardSince;
    auto control = openControl();
    if (!control)
        return control.error();
    if (isBank() && clock_)
        edges_.log.warning("a bank of analog lines has no clock to choose", {{"span", config_.name}});
    const Result<void> opened =
        isBank() ? bank_.open(*control, facts_.firstChannel, facts_.channels, config_) : openPri(*control);
    if (!opened)
        return opened.error();
    if (const auto sf = isSuperframe(*control, facts_.number))
        setSuperframe(*sf);
    attachEcho(*control);
    return control;
}

// A card that has come anew was configured by nobody. What it does not take may well be as it should: the alarms tell.
void DahdiSpan::setUpLine(const Descriptor& control)
{
    LineSetup wanted{config_.type, config_.crc4, {}};
    if (clock_)
        wanted.clock = clock_->priority;
    const auto changed = dahdi::setUpLine(control, facts_.number, wanted);
    if (!changed)
        edges_.log.warning("the card does not take this framing or clock",
                           {{"span", config_.name}, {"error", changed.error()}});
    else if (*changed)
        edges_.log.info("framing was set", {{"span", config_.name},
                                            {"crc4", config_.type == SpanType::e1 && config_.crc4 ? "yes" : "no"}});
}

void DahdiSpan::attachEcho(const Descriptor& control)
{
    echo_.beginAttach();
    for (unsigned i = 1; i <= unsigned(facts_.channels) && i <= timeslots(config_.type); ++i) {
        const Timeslot slot{static_cast<std::uint8_t>(i)};
        const bool used = isBank() ? bank_.channel(slot) != nullptr : slot != config_.dChannel;
        if (!used)
            continue;
        if (const std::string wrong = echo_.attach(control, slot, channelOf(slot)); !wrong.empty())
            edges_.log.warning("no echo canceller", {{"span", config_.name}, {"error", wrong}});
    }
}

Result<void> DahdiSpan::start(const SpanConfig& config, SpanEvents& events)
{
    config_ = config;
    auto control = openDevices();
    if (!control) {
        stop();
        return control.error();
    }
    events_ = &events;
    if (auto r = ticker_.start(config, std::move(*control), facts_.number, events); !r) {
        stop();
        return r;
    }
    return {};
}

void DahdiSpan::stop() noexcept
{
    events_ = nullptr;
    if (std::exchange(looped_, false) && ticker_.control())
        (void)dahdi::setLoopback(ticker_.control(), facts_.number, Loopback::none);
    ticker_.stop();
    frameWatch_.reset();
    d_.reset();
    bank_.close();
}

Result<void> DahdiSpan::openSlot(Timeslot slot)
{
    const TimePoint now = edges_.loop.now();
    const auto port = bank_.channel(slot);
    if (isBank() && !port)
        return Error{Errc::invalid, "port " + std::to_string(index(slot)) + " is not in use"};
    auto channel = port ? BChannel::on(port, config_.law, now) : BChannel::open(channelOf(slot), config_.law, now);
    if (!channel)
        return channel.error();
    echo_.begin(slot, *channel->device());
    ticker_.open(slot, std::move(*channel));
    return {};
}

void DahdiSpan::closeSlot(Timeslot slot) noexcept
{
    carryEchoToo(slot); // a port of a bank stays open
    ticker_.close(slot);
}

void DahdiSpan::restartAudio(Timeslot port)
{
    if (BChannel* channel = ticker_.find(port))
        channel->restart(edges_.loop.now());
}

Result<void> DahdiSpan::sendFrame(Octets frame)
{
    if (!d_)
        return Error{Errc::gone, "span " + config_.name + " has no D channel"};
    if (!ticker_.usable())
        return {}; // as on a line: it goes out and nobody gets it; layer 2 will notice
    if (auto r = d_->send(frame); !r)
        return r.error().because("span " + config_.name);
    return {};
}

Result<std::unique_ptr<LowJoin>> DahdiSpan::join(Timeslot mine, SpanIo& other, Timeslot theirs)
{
    auto* span = dynamic_cast<DahdiSpan*>(&other);
    if (!span || span->config_.law != config_.law || isBank() || span->isBank())
        return Error{Errc::unsupported, "DAHDI joins its own channels only, of one law, and no analog ones"};
    const BChannel *a = ticker_.find(mine), *b = span->ticker_.find(theirs);
    if (!a || !b || !a->running() || !b->running())
        return Error{Errc::busy, "a channel has only begun"};
    return joinChannels(a->device(), b->device());
}

Result<LineErrors> DahdiSpan::lineErrors() const
{
    if (!ticker_.control())
        return Error{Errc::gone, "DAHDI span " + id_ + " is not started"};
    return dahdi::lineErrors(ticker_.control(), facts_.number);
}

Result<void> DahdiSpan::setLoopback(Loopback loopback)
{
    if (!events_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    if (auto r = dahdi::setLoopback(ticker_.control(), facts_.number, loopback); !r)
        return r;
    looped_ = loopback != Loopback::none;
    return {};
}

Result<ClockState> DahdiSpan::clock() const
{
    if (!ticker_.control())
        return Error{Errc::gone, "DAHDI span " + id_ + " is not started"};
    const auto source = clockSource(ticker_.control(), facts_.number);
    if (!source)
        return source.error();
    ClockState s;
    s.set = clock_;
    if (*source == 0)
        return s;
    s.from = *source == facts_.number ? ClockState::From::line : ClockState::From::other;
    if (s.from == ClockState::From::line)
        return s;
    const auto all = spans("/sys");
    for (const SpanFacts& f : all ? *all : std::vector<SpanFacts>())
        if (f.number == *source)
            s.span = "dahdi:" + f.id;
    return s;
}

Result<void> DahdiSpan::setClock(ClockChoice choice)
{
    if (!events_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    if (isBank())
        return Error{Errc::unsupported, "span " + config_.name + ": a bank of analog lines has no clock to choose"};
    if (auto r = setClockPriority(ticker_.control(), facts_.number, choice.priority); !r)
        return r;
    clock_ = choice;
    return {};
}

std::vector<EchoState> DahdiSpan::echoStates() const
{
    if (!events_)
        return {};
    std::ifstream file("/proc/dahdi/" + std::to_string(facts_.number));
    std::ostringstream listing;
    listing << file.rdbuf();
    return echo_.states(listing.str(), facts_.firstChannel);
}

void DahdiSpan::carryEchoToo(Timeslot slot)
{
    const BChannel* channel = ticker_.find(slot);
    if (channel && std::exchange(channel->device()->echoTaps, 0U) > 0)
        stopEcho(channel->device()->device);
}

void DahdiSpan::onGone(const std::string& what)
{
    SpanEvents* events = events_;
    stop();
    if (events)
        events->onGone(Error{Errc::gone, "DAHDI span " + id_ + ": " + what});
}

void DahdiSpan::receiveFrames()
{
    using Kind = DChannel::Heard::Kind;
    const std::weak_ptr life = ticker_.life();
    bool audioFirst = true;
    for (;;) {
        const DChannel::Heard heard = d_->next();
        if (heard.kind == Kind::nothing)
            return;
        if (heard.kind == Kind::gone) {
            onGone("its D channel was taken away");
            return;
        }
        // What was heard before a frame is handed on before it: the frame may end the call.
        if (std::exchange(audioFirst, false)) {
            ticker_.exchange();
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

void DahdiSpan::lookAtLines()
{
    const std::weak_ptr life = ticker_.life();
    const auto happened = bank_.look(edges_.loop.now());
    if (!happened) {
        onGone("a port was taken away");
        return;
    }
    if (!happened->empty())
        ticker_.exchange(); // what was heard before comes before
    for (const LineEvent& e : *happened) {
        if (life.expired())
            return;
        if (lineEvents_)
            lineEvents_->onLine(e);
    }
}

void DahdiSpan::onWake()
{
    if (isBank()) {
        lookAtLines();
        return;
    }
    const std::weak_ptr life = ticker_.life();
    receiveFrames(); // events do not wake us by themselves
    if (!life.expired())
        d_->sendMore();
}

void DahdiSpan::onDeadLine()
{
    if (d_)
        d_->forgetOutgoing();
}

} // namespace

std::unique_ptr<SpanIo> makeSpan(const Edges& edges, SpanKeys keys)
{
    return std::make_unique<DahdiSpan>(edges, std::move(keys));
}

} // namespace callbox::hal::dahdi
