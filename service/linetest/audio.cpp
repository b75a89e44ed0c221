// SPDX-License-Identifier: GPL-2.0-or-later
// Tones and levels: sends a tone, or nothing, and measures what comes.
#include "linetest/line_tests.h"
#include <callbox/hal/dtmf.h>
#include <callbox/hal/measure.h>
#include <cmath>

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr Duration settling = 500ms; // what comes before the tone does
constexpr Duration giveUp = 3s;      // beyond the time the samples take

std::size_t samplesIn(Duration d)
{
    return static_cast<std::size_t>(toMs(d)) * hal::samplesPerSecond / 1000;
}

// Hears so many samples after so many others.
struct Heard {
    Heard(Loop& loop, std::size_t before, std::size_t count) : skip(before), wanted(count), full(loop) {}
    void take(Octets rx, std::uint32_t lostBefore)
    {
        if (samples.size() == wanted)
            return;
        const std::size_t skipped = std::min(skip, rx.size());
        skip -= skipped;
        const Octets rest = rx.subspan(skipped);
        lost += samples.empty() ? 0 : lostBefore;
        samples.insert(samples.end(), rest.begin(),
                       rest.begin() + std::ptrdiff_t(std::min(rest.size(), wanted - samples.size())));
        if (samples.size() == wanted)
            full.set(true);
    }
    std::size_t skip, wanted;
    OctetBuffer samples;
    std::uint64_t lost = 0;
    Event<bool> full;
};

// On a channel of its own.
class Ends final : public hal::AudioPort {
public:
    Ends(std::unique_ptr<Reservations::Held> held, Heard& heard, const AudioOrder& order)
        : held_(std::move(held)), heard_(heard)
    {
        // A second is a whole number of periods of whole hertz only: a tone as long as the test never begins anew.
        if (order.hertz)
            tone_ = hal::makeSoundSource({hal::makeSine(*order.hertz, madeDbm0(order.dbm0),
                                                        settling + order.length + giveUp, held_->channel().law())});
        held_->channel().setPort(this);
    }
    ~Ends() { held_->channel().setPort(nullptr); }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;
    void onAudio(const hal::AudioBlock& b) override
    {
        heard_.take(b.rx, b.lost);
        if (tone_)
            tone_->read(b.tx, held_->channel().law());
    }
    [[nodiscard]] hal::Channel& channel() { return held_->channel(); }

private:
    // makeSine counts from +3.14 dBm0, mu-law's full scale is +3.17 (G.711 clause 6).
    [[nodiscard]] double madeDbm0(double dbm0) { return held_->channel().law() == hal::Law::alaw ? dbm0 : dbm0 - 0.03; }
    std::unique_ptr<Reservations::Held> held_;
    Heard& heard_;
    std::unique_ptr<hal::AudioSource> tone_;
};

// At what the far end of a call says.
class Tap final : public hal::AudioSink {
public:
    Tap(lines::CallTable& calls, std::string id, Heard& heard) : calls_(calls), id_(std::move(id)), heard_(heard)
    {
        if (hal::Call* call = calls_.find(id_))
            call->setTap(this);
    }
    ~Tap()
    {
        if (hal::Call* call = calls_.find(id_))
            call->setTap(nullptr);
    }
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;
    void append(Octets samples, std::uint32_t lost) override { heard_.take(samples, lost); }
    [[nodiscard]] bool failed() const override { return false; }

private:
    lines::CallTable& calls_;
    std::string id_;
    Heard& heard_;
};

double hundredth(double v)
{
    return std::round(v * 100) / 100;
}

json shown(const Heard& heard, hal::Law law)
{
    const hal::AudioLevel level = hal::measureLevel(heard.samples, law);
    const auto tone = hal::measureTone(heard.samples, law);
    json t = nullptr;
    if (tone)
        t = {{"hz", hundredth(tone->hertz)}, {"dbm0", hundredth(tone->dbm0)}, {"rest_dbm0", hundredth(tone->restDbm0)}};
    return {{"rms_dbm0", hundredth(level.rmsDbm0)},
            {"peak_dbm0", hundredth(level.peakDbm0)},
            {"dc", std::round(level.dc * 1e5) / 1e5},
            {"samples", level.samples},
            {"lost_samples", heard.lost},
            {"tone", t}};
}

} // namespace

Task<> LineTests::listen(AudioOrder order, HeldChannels held, Test& test)
{
    Heard heard(edges_.loop, order.hertz ? samplesIn(settling) : 0, samplesIn(order.length));
    std::unique_ptr<Ends> ends;
    std::unique_ptr<Tap> tap;
    hal::Law law = hal::Law::alaw;
    if (held.empty()) {
        hal::Call* call = calls_.find(order.call);
        law = call->law();
        tap = std::make_unique<Tap>(calls_, order.call, heard);
    } else {
        ends = std::make_unique<Ends>(std::move(held.front()), heard, order);
        law = ends->channel().law();
        test.result["slot"] = hal::index(ends->channel().slot());
    }
    if (!order.call.empty())
        test.result["call"] = order.call;
    test.result["sent"] = order.hertz ? json{{"hz", *order.hertz}, {"dbm0", order.dbm0}} : json(nullptr);
    const TimePoint end = edges_.loop.now() + settling + order.length + giveUp;
    while (!heard.full.isSet() && !test.stop.isSet() && edges_.loop.now() < end)
        co_await test.stop.waitFor(50ms);
    test.result["heard"] = shown(heard, law);
    if (heard.samples.empty() || (!heard.full.isSet() && !test.stop.isSet()))
        co_await fail(Errc::gone,
                      (order.call.empty() ? "span " + test.span : "call " + order.call) + ": no samples come any more");
}

} // namespace callbox::linetest
