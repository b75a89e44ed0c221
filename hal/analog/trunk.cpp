// SPDX-License-Identifier: GPL-2.0-or-later
#include "fxo_port.h"
#include "fxs_port.h"
#include <algorithm>

namespace callbox::hal {

namespace analog {

namespace {

class AnalogTrunk final : public Trunk, public AnalogLines, private LineEvents {
public:
    AnalogTrunk(const Edges& edges, Span& span, LineIo& io, AnalogConfig config)
        : edges_(edges), span_(span), config_(std::move(config)), bank_{edges_,
                                                                        span_,
                                                                        io,
                                                                        config_,
                                                                        [this](std::unique_ptr<Call> c) { offer(std::move(c)); },
                                                                        [this] { changed(); }}
    {
        for (const AnalogLine& line : config_.lines)
            ports_.push_back(makePort(line));
        io.setLineEvents(this);
        handle_ = span_.onChange([this] { onSpan(); });
        onSpan();
    }
    ~AnalogTrunk() override
    {
        bank_.io.setLineEvents(nullptr);
        span_.removeChange(handle_);
        ports_.clear(); // tells calls of their end, who may call back
    }

    const std::string& name() const override { return span_.name(); }
    Span& span() override { return span_; }
    TrunkStatus status() const override;
    std::vector<ChannelRow> channels() const override;
    std::vector<LineRow> lines() const override;
    Result<std::unique_ptr<Call>> placeOn(Timeslot, const CallSetup&) override;
    Result<void> hear(Timeslot, AudioSink*) override;
    void setIncoming(Incoming taker) override { incoming_ = std::move(taker); }
    Result<std::unique_ptr<Call>> place(const CallSetup&) override;
    Result<void> restart(Timeslot) override;
    Result<void> setInService(Timeslot, bool) override;
    void onChange(std::function<void()> cb) override { changedCb_ = std::move(cb); }

private:
    std::unique_ptr<Port> makePort(const AnalogLine& line)
    {
        if (config_.kind == PortKind::fxo)
            return std::make_unique<FxoPort>(bank_, line);
        return std::make_unique<FxsPort>(bank_, line);
    }
    Port* find(Timeslot) const;
    [[nodiscard]] Error noSuchPort(Timeslot) const;
    void onLine(const LineEvent& e) override
    {
        if (Port* port = find(e.port))
            port->onLine(e);
    }
    void onSpan();
    void offer(std::unique_ptr<Call>);
    void changed()
    {
        if (changedCb_)
            changedCb_();
    }
    // Whom a call of ours may go out on: any line towards an exchange, the telephone of that number.
    [[nodiscard]] bool reaches(const Port& port, const CallSetup& setup) const
    {
        return config_.kind == PortKind::fxo || port.line().number == toE164(setup.called, config_.plan);
    }

    Edges edges_;
    Span& span_;
    AnalogConfig config_;
    Bank bank_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::size_t next_ = 0; // lines are taken in turn
    bool usable_ = false;
    int handle_ = 0;
    Incoming incoming_;
    std::function<void()> changedCb_;
};

Port* AnalogTrunk::find(Timeslot slot) const
{
    for (const auto& port : ports_)
        if (port->line().port == slot)
            return port.get();
    return nullptr;
}

void AnalogTrunk::onSpan()
{
    const bool runs = span_.state() == Span::State::running;
    const bool usable = runs && span_.alarms().usable();
    for (const auto& port : ports_) {
        if (runs)
            port->begin();
        else
            port->forgetLine();
    }
    if (std::exchange(usable_, usable) != usable)
        for (const auto& port : ports_)
            port->onBank(usable);
    changed();
}

TrunkStatus AnalogTrunk::status() const
{
    TrunkStatus s;
    s.name = name();
    s.channels = unsigned(ports_.size());
    bool alive = false; // some line; whether we use it or not
    for (const auto& port : ports_) {
        s.idle += port->state() == ChannelState::idle;
        s.outOfService += port->state() == ChannelState::outOfService;
        alive = alive || !port->dead();
    }
    s.dChannelUp = usable_ && alive;
    s.usable = s.dChannelUp && span_.framesMoving();
    return s;
}

std::vector<ChannelRow> AnalogTrunk::channels() const
{
    std::vector<ChannelRow> rows;
    for (const auto& port : ports_)
        rows.push_back({port->line().port, port->state(), port->callId()});
    return rows;
}

std::vector<LineRow> AnalogTrunk::lines() const
{
    std::vector<LineRow> rows;
    for (const auto& port : ports_)
        rows.push_back(port->row());
    return rows;
}

void AnalogTrunk::offer(std::unique_ptr<Call> call)
{
    if (incoming_)
        incoming_(std::move(call));
    else
        call->hangup(Cause::temporaryFailure);
}

Result<std::unique_ptr<Call>> AnalogTrunk::place(const CallSetup& setup)
{
    const std::string where = "span " + name() + ": ";
    bool known = false, alive = false;
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        Port& port = *ports_[(next_ + i) % ports_.size()];
        if (!reaches(port, setup))
            continue;
        known = true;
        alive = alive || port.state() != ChannelState::outOfService;
        if (port.state() != ChannelState::idle)
            continue;
        next_ = (next_ + i + 1) % ports_.size();
        return port.place(setup);
    }
    if (!known)
        return Error{Errc::not_found, where + "no line has that number"};
    if (!alive)
        return Error{Errc::gone, where + "no line is alive"};
    return Error{config_.kind == PortKind::fxo ? Errc::no_space : Errc::busy, where + "every line is taken"};
}

Error AnalogTrunk::noSuchPort(Timeslot slot) const
{
    return {Errc::invalid, "span " + name() + ": port " + std::to_string(index(slot)) + " is not in use"};
}

Result<std::unique_ptr<Call>> AnalogTrunk::placeOn(Timeslot slot, const CallSetup& setup)
{
    Port* port = find(slot);
    if (!port)
        return noSuchPort(slot);
    const std::string which = "span " + name() + ", port " + std::to_string(index(slot)) + ": ";
    if (port->state() == ChannelState::outOfService)
        return Error{Errc::gone, which + "the line is dead"};
    if (port->state() != ChannelState::idle)
        return Error{Errc::busy, which + "the line is taken"};
    return port->placeBlind(setup);
}

Result<void> AnalogTrunk::hear(Timeslot slot, AudioSink* ear)
{
    Port* port = find(slot);
    if (!port)
        return noSuchPort(slot);
    port->setEar(ear);
    return {};
}

Result<void> AnalogTrunk::restart(Timeslot slot)
{
    Port* port = find(slot);
    if (!port)
        return noSuchPort(slot);
    port->hangup(Cause::temporaryFailure);
    return {};
}

Result<void> AnalogTrunk::setInService(Timeslot slot, bool on)
{
    Port* port = find(slot);
    if (!port)
        return noSuchPort(slot);
    port->setInService(on);
    changed();
    return {};
}

} // namespace
} // namespace analog

Result<std::unique_ptr<Trunk>> makeAnalogTrunk(const Edges& edges, Span& span, const AnalogConfig& config)
{
    auto* io = dynamic_cast<LineIo*>(&span.io());
    if (span.config().type != SpanType::analog || !io)
        return Error{Errc::invalid, "span " + span.name() + " is no bank of analog lines"};
    return std::unique_ptr<Trunk>(std::make_unique<analog::AnalogTrunk>(edges, span, *io, config));
}

std::string dialled(const PartyNumber& n, const DialPlan& plan)
{
    switch (n.type) {
    case TypeOfNumber::international:
        return plan.internationalPrefix + n.digits;
    case TypeOfNumber::national:
        return plan.nationalPrefix + n.digits;
    default:
        return n.digits;
    }
}

} // namespace callbox::hal
