// SPDX-License-Identifier: GPL-2.0-or-later
#include "dahdi_span.h"
#include "d_channel.h"
#include "identity.h"
#include "ticker.h"

namespace callbox::hal::dahdi {

namespace {

class DahdiSpan final : public SpanIo, public Joiner, private Ticker::Owner {
public:
    DahdiSpan(const Edges& edges, std::string id) : edges_(edges), id_(std::move(id)), ticker_(edges.loop, *this) {}
    ~DahdiSpan() override { DahdiSpan::stop(); }

    Result<void> start(const SpanConfig&, SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(Timeslot) override;
    void closeSlot(Timeslot slot) noexcept override { ticker_.close(slot); }
    Result<void> sendFrame(Octets frame) override;
    Result<std::unique_ptr<LowJoin>> join(Timeslot mine, SpanIo& other, Timeslot theirs) override;

private:
    [[nodiscard]] int channelOf(Timeslot slot) const { return facts_.firstChannel + int(index(slot)) - 1; }
    Result<void> prepare(const Descriptor& control, int channel, Signalling wanted);
    Result<Descriptor> openDevices(); // the control device
    void receiveFrames();
    void onWake() override;
    bool alarmsChanged() override { return d_->alarmsChanged(); }
    void onDeadLine() override { d_->forgetOutgoing(); }
    void onGone(const std::string& what) override;

    Edges edges_;
    std::string id_;
    SpanConfig config_;
    SpanEvents* events_ = nullptr;
    SpanFacts facts_;
    std::optional<DChannel> d_;
    std::unique_ptr<Watch> frameWatch_;
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

Result<Descriptor> DahdiSpan::openDevices()
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
    // Configuring a channel hangs up whoever has it open: first make sure that nobody has the span.
    if (const auto probe = openChannel(channelOf(config_.dChannel)); !probe && probe.error().code == Errc::busy)
        return probe.error().because("the D channel");
    for (unsigned i = 1; i <= timeslots(config_.type); ++i) {
        const Timeslot slot{static_cast<std::uint8_t>(i)};
        const auto wanted = slot == config_.dChannel ? Signalling::hdlcFcs : Signalling::clear;
        if (auto r = prepare(*control, channelOf(slot), wanted); !r)
            return r.error().because("timeslot " + std::to_string(i));
    }
    auto d = DChannel::open(channelOf(config_.dChannel));
    if (!d)
        return d.error().because("the D channel");
    d_ = std::move(*d);
    return control;
}

Result<void> DahdiSpan::start(const SpanConfig& config, SpanEvents& events)
{
    config_ = config;
    auto control = openDevices();
    if (!control) {
        stop();
        return control.error();
    }
    auto frameWatch = edges_.loop.watch(d_->descriptor(), Interest::read, [this] { receiveFrames(); });
    if (!frameWatch) {
        stop();
        return frameWatch.error();
    }
    frameWatch_ = std::move(*frameWatch);
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
    ticker_.stop();
    frameWatch_.reset();
    d_.reset();
}

Result<void> DahdiSpan::openSlot(Timeslot slot)
{
    auto channel = BChannel::open(channelOf(slot), config_.law, edges_.loop.now());
    if (!channel)
        return channel.error();
    ticker_.open(slot, std::move(*channel));
    return {};
}

Result<void> DahdiSpan::sendFrame(Octets frame)
{
    if (!ticker_.usable())
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
    const BChannel *a = ticker_.find(mine), *b = span->ticker_.find(theirs);
    if (!a || !b || !a->running() || !b->running())
        return Error{Errc::busy, "a channel has only begun"};
    return joinChannels(a->device(), b->device());
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

void DahdiSpan::onWake()
{
    const std::weak_ptr life = ticker_.life();
    receiveFrames(); // events do not wake us by themselves
    if (!life.expired())
        d_->sendMore();
}

} // namespace

std::unique_ptr<SpanIo> makeSpan(const Edges& edges, std::string id)
{
    return std::make_unique<DahdiSpan>(edges, std::move(id));
}

} // namespace callbox::hal::dahdi
