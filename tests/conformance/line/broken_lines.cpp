// SPDX-License-Identifier: GPL-2.0-or-later
// Implementations with one fault each: wrappers around a good end of a bank.
#include "line_pair.h"

namespace callbox::tests {

namespace {

// Passes everything on; a twin overrides one thing.
class Wrapper : public SpanIo, public LineIo, protected LineEvents {
public:
    Wrapper(SpanIo& span, LineIo& line) : span_(span), line_(line) {}
    Result<void> start(const SpanConfig& c, SpanEvents& e) override { return span_.start(c, e); }
    void stop() noexcept override { span_.stop(); }
    Result<void> openSlot(Timeslot t) override { return span_.openSlot(t); }
    void closeSlot(Timeslot t) noexcept override { span_.closeSlot(t); }
    Result<void> sendFrame(Octets f) override { return span_.sendFrame(f); }

    void setLineEvents(LineEvents* e) override
    {
        events_ = e;
        line_.setLineEvents(e ? this : nullptr);
    }
    Result<void> setHook(Timeslot t, bool off) override { return line_.setHook(t, off); }
    Result<void> flash(Timeslot t) override { return line_.flash(t); }
    Result<void> dialPulses(Timeslot t, std::string_view d) override { return line_.dialPulses(t, d); }
    Result<void> ring(Timeslot t, bool on) override { return line_.ring(t, on); }
    Result<void> setReversed(Timeslot t, bool on) override { return line_.setReversed(t, on); }
    Result<void> openLoop(Timeslot t, Duration d) override { return line_.openLoop(t, d); }

protected:
    using Kind = LineEvent::Kind;
    void onLine(const LineEvent& e) override { events_->onLine(e); }
    SpanIo& span_;
    LineIo& line_;
    LineEvents* events_ = nullptr;
};

struct GreenFromTheStart final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> start(const SpanConfig& c, SpanEvents& e) override
    {
        for (const PortConfig& p : c.ports)
            events_->onLine({.kind = Kind::batteryBack, .port = p.port});
        return span_.start(c, e);
    }
    void onLine(const LineEvent& e) override
    {
        if (e.kind != Kind::batteryBack || lost)
            events_->onLine(e);
        lost = lost || e.kind == Kind::batteryLost;
    }
    bool lost = false;
};
struct LengthUnknown final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        LineEvent changed = e;
        changed.burst = {};
        events_->onLine(changed);
    }
};
struct NeverOnHook final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        if (e.kind != Kind::onHook)
            events_->onLine(e);
    }
};
struct StaysDead final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        lost = lost || e.kind == Kind::batteryLost;
        if (!lost || e.kind != Kind::batteryBack)
            events_->onLine(e);
    }
    bool lost = false;
};
struct BelievesEverySpike final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> openLoop(Timeslot t, Duration d) override { return line_.openLoop(t, std::max(d, Duration(200ms))); }
};
struct PolarityAgain final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        events_->onLine(e);
        if (e.kind == Kind::reversed)
            events_->onLine(e);
    }
};
struct LosesAPulse final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        LineEvent changed = e;
        if (e.kind == Kind::pulseDigit && e.digit > '1')
            --changed.digit;
        events_->onLine(changed);
    }
};
struct FlashHangsUp final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        LineEvent changed = e;
        changed.kind = e.kind == Kind::flash ? Kind::onHook : e.kind;
        events_->onLine(changed);
    }
};
struct MixesPorts final : Wrapper {
    using Wrapper::Wrapper;
    void onLine(const LineEvent& e) override
    {
        LineEvent changed = e;
        if (index(e.port) > 1)
            changed.port = Timeslot{static_cast<std::uint8_t>(5 - index(e.port))};
        events_->onLine(changed);
    }
};
struct IgnoresWrongOrders final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> ring(Timeslot, bool) override { return {}; }
};
struct TalksAfterStop final : Wrapper {
    using Wrapper::Wrapper;
    void stop() noexcept override { stopped = true; } // goes on
    Result<void> setHook(Timeslot t, bool off) override
    {
        return stopped ? Result<void>(Error{Errc::gone, "stopped"}) : line_.setHook(t, off);
    }
    ~TalksAfterStop() override { span_.stop(); }
    bool stopped = false;
};
struct BlamesWhoAsks final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> ring(Timeslot t, bool on) override
    {
        auto r = line_.ring(t, on);
        return !r && r.error().code == Errc::gone ? Error{Errc::invalid, r.error().what} : r;
    }
};

// A pair whose one end is wrapped.
template <class Broken> class BrokenPair final : public LinePair {
public:
    BrokenPair(std::unique_ptr<LinePair> good, PortKind end)
        : good_(std::move(good)), end_(end), broken_(end == PortKind::fxo ? good_->fxo() : good_->fxs(),
                                                     end == PortKind::fxo ? good_->fxoLine() : good_->fxsLine())
    {
    }
    Loop& loop() override { return good_->loop(); }
    bool until(const std::function<bool()>& done, Duration limit) override { return good_->until(done, limit); }
    SpanIo& fxo() override { return end_ == PortKind::fxo ? broken_ : good_->fxo(); }
    SpanIo& fxs() override { return end_ == PortKind::fxs ? broken_ : good_->fxs(); }
    LineIo& fxoLine() override { return end_ == PortKind::fxo ? broken_ : good_->fxoLine(); }
    LineIo& fxsLine() override { return end_ == PortKind::fxs ? broken_ : good_->fxsLine(); }

private:
    std::unique_ptr<LinePair> good_;
    PortKind end_;
    Broken broken_;
};

template <class Broken> Twin<LinePair> twin(const Make<LinePair>& make, std::string breaks, PortKind end)
{
    return {std::move(breaks), [make, end] { return std::make_unique<BrokenPair<Broken>>(make(), end); }};
}

} // namespace

std::vector<Twin<LinePair>> brokenLines(const Make<LinePair>& make)
{
    using enum PortKind;
    return {
        twin<GreenFromTheStart>(make, "battery-is-told", fxo),
        twin<LengthUnknown>(make, "rings-are-told", fxo),
        twin<NeverOnHook>(make, "hook-is-told", fxs),
        twin<StaysDead>(make, "open-loop-is-told", fxo),
        twin<BelievesEverySpike>(make, "short-gaps-are-none", fxs),
        twin<PolarityAgain>(make, "polarity-is-told", fxo),
        twin<LosesAPulse>(make, "pulses-are-digits", fxs),
        twin<FlashHangsUp>(make, "flash-is-no-hangup", fxs),
        twin<MixesPorts>(make, "ports-are-apart", fxo),
        twin<IgnoresWrongOrders>(make, "wrong-orders-are-refused", fxo),
        twin<TalksAfterStop>(make, "silent-after-stop", fxo),
        twin<BlamesWhoAsks>(make, "orders-after-stop-are-gone", fxs),
    };
}

} // namespace callbox::tests
