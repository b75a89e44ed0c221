// SPDX-License-Identifier: GPL-2.0-or-later
// Modems with one fault each: wrappers around a good one.
#include "bench.h"

namespace callbox::tests {

namespace {

// Passes everything on; a twin overrides one thing.
class Wrapper : public Modem {
public:
    Wrapper(Bench& bench, ModemConfig config, std::unique_ptr<Modem> good)
        : bench_(bench), config_(std::move(config)), good_(std::move(good))
    {
    }
    void start() override { good_->start(); }
    void stop() override { good_->stop(); }
    const std::string& name() const override { return good_->name(); }
    const ModemStatus& status() const override { return good_->status(); }
    Task<SmsResult> send(SmsToSend sms) override { return good_->send(std::move(sms)); }
    std::size_t queued() const override { return good_->queued(); }
    void onReport(std::function<void(const SmsReport&)> cb) override { good_->onReport(std::move(cb)); }
    void onReceived(std::function<void(const SmsReceived&)> cb) override { good_->onReceived(std::move(cb)); }
    void onChange(std::function<void()> cb) override { good_->onChange(std::move(cb)); }
    const std::deque<AtTraceLine>& trace() const override { return good_->trace(); }

protected:
    Bench& bench_;
    ModemConfig config_;
    std::unique_ptr<Modem> good_;
};

struct MistakesAPlace final : Wrapper {
    using Wrapper::Wrapper;
    Task<SmsResult> send(SmsToSend sms) override
    {
        for (char& c : sms.text)
            c = c == '{' ? '(' : c;
        return good_->send(std::move(sms));
    }
};
struct CutsText final : Wrapper {
    using Wrapper::Wrapper;
    Task<SmsResult> send(SmsToSend sms) override
    {
        sms.text = sms.text.substr(0, 160);
        return good_->send(std::move(sms));
    }
};
struct AsksForNoReports final : Wrapper {
    using Wrapper::Wrapper;
    Task<SmsResult> send(SmsToSend sms) override
    {
        sms.wantReport = false;
        return good_->send(std::move(sms));
    }
};
struct LetsOneOvertake final : Wrapper {
    using Wrapper::Wrapper;
    Task<SmsResult> send(SmsToSend sms) override
    {
        if (sms.text == "first")
            co_await sleepFor(bench_.loop(), 300ms);
        SmsResult r = co_await good_->send(std::move(sms));
        co_return r;
    }
};
// Tells one outcome as another.
template <SmsOutcome From, SmsOutcome To> struct Mistakes final : Wrapper {
    using Wrapper::Wrapper;
    Task<SmsResult> send(SmsToSend sms) override
    {
        const bool ready = good_->status().state == ModemState::ready;
        SmsResult r = co_await good_->send(std::move(sms));
        if (r.outcome == From && ready && (r.code < 0 || From != SmsOutcome::failed))
            r.outcome = To;
        co_return r;
    }
};
struct WaitsForADeadOne final : Wrapper {
    using Wrapper::Wrapper;
    Task<SmsResult> send(SmsToSend sms) override
    {
        if (good_->status().state != ModemState::ready)
            co_await sleepFor(bench_.loop(), 1h);
        SmsResult r = co_await good_->send(std::move(sms));
        co_return r;
    }
};
struct CountsNothing final : Wrapper {
    using Wrapper::Wrapper;
    mutable ModemStatus shown;
    const ModemStatus& status() const override
    {
        shown = good_->status();
        shown.asked = shown.reopened = shown.resets = 0;
        return shown;
    }
};
struct StaysAway final : Wrapper {
    using Wrapper::Wrapper;
    mutable ModemStatus shown;
    mutable bool wasReady = false, wentAway = false;
    const ModemStatus& status() const override
    {
        shown = good_->status();
        wasReady = wasReady || shown.state == ModemState::ready;
        wentAway = wentAway || (wasReady && shown.state == ModemState::absent);
        if (wentAway)
            shown.state = ModemState::absent;
        return shown;
    }
};
struct TriesThePinAgain final : Wrapper {
    TriesThePinAgain(Bench& bench, ModemConfig config, std::unique_ptr<Modem> good)
        : Wrapper(bench, std::move(config), std::move(good)), again(bench.loop())
    {
    }
    Timer again;
    void start() override
    {
        Wrapper::start();
        again.after(10ms, [this] { look(); });
    }
    void look()
    {
        if (good_->status().state == ModemState::pinRequired)
            bench_.emulated().input(asOctets("AT+CPIN=" + config_.pin.reveal() + "\r"));
        else
            again.after(10ms, [this] { look(); });
    }
};
struct TracesThePin final : Wrapper {
    using Wrapper::Wrapper;
    mutable std::deque<AtTraceLine> shown;
    const std::deque<AtTraceLine>& trace() const override
    {
        shown = good_->trace();
        shown.push_back({{}, true, "AT+CPIN=\"" + config_.pin.reveal() + "\"<CR>"});
        return shown;
    }
};
struct GivesUpReading final : Wrapper {
    using Wrapper::Wrapper;
    void onReceived(std::function<void(const SmsReceived&)>) override {}
};

template <class W> Twin<Bench> twin(std::string breaks, const Make<Bench>& make)
{
    return {std::move(breaks), [make] {
                auto b = std::make_unique<WrappedBench>(make());
                b->wrapModem = [](Bench& bench, const ModemConfig& config,
                                  std::unique_ptr<Modem> good) -> std::unique_ptr<Modem> {
                    return std::make_unique<W>(bench, config, std::move(good));
                };
                return b;
            }};
}

} // namespace

std::vector<Twin<Bench>> brokenModems(const Make<Bench>& make)
{
    using enum SmsOutcome;
    return {
        twin<MistakesAPlace>("Sends", make),
        twin<CutsText>("WholeTexts", make),
        twin<AsksForNoReports>("ReferencesAndReports", make),
        twin<LetsOneOvertake>("InTurn", make),
        twin<Mistakes<refused, failed>>("RefusedIsRefused", make),
        twin<Mistakes<unknown, failed>>("UnknownIsUnknown", make),
        twin<Mistakes<failed, unknown>>("NotHandedOverIsFailed", make),
        twin<WaitsForADeadOne>("NotReadyFailsAtOnce", make),
        twin<CountsNothing>("SilentComesBack", make),
        twin<StaysAway>("UnpluggedComesBack", make),
        twin<TriesThePinAgain>("AWrongPinIsTriedOnce", make),
        twin<TracesThePin>("ThePinIsNotTraced", make),
        twin<GivesUpReading>("ABadMessageBlocksNothing", make),
    };
}

} // namespace callbox::tests
