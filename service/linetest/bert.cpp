// SPDX-License-Identifier: GPL-2.0-or-later
// A bit error test: wait for the pattern, count for its time, let what is on its way come in.
#include "linetest/line_tests.h"
#include <algorithm>

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr Duration syncLimit = 5s; // for a loop far away to be found
constexpr Duration pollEvery = 100ms;
constexpr Duration drainTime = 2s; // longer than any loop's delay
constexpr unsigned looksUntilSilent = 3;
constexpr Duration unaskedLimit = 120s; // nobody waits for it any more, and it keeps channels from calls
constexpr std::size_t secondsOfMinute = 60;

struct Minute {
    std::uint64_t bits = 0, errors = 0, unsynced = 0;
    unsigned seconds = 0, errored = 0, severelyErrored = 0, slips = 0;
};

class Tester final : public hal::AudioPort {
public:
    Tester(std::unique_ptr<Reservations::Held> held, hal::BertPattern pattern)
        : held_(std::move(held)), generator(pattern), checker(pattern)
    {
        held_->channel().setPort(this);
    }
    ~Tester() { held_->channel().setPort(nullptr); }
    Tester(const Tester&) = delete;
    Tester& operator=(const Tester&) = delete;

    void onAudio(const hal::AudioBlock& b) override
    {
        lost += checker.everInSync() ? b.lost : 0;
        heard += b.rx.size();
        checker.feed(b.rx);
        generator.fill(b.tx);
    }
    [[nodiscard]] unsigned slot() { return hal::index(held_->channel().slot()); }
    void end()
    {
        held_->channel().setPort(nullptr);
        checker.finish();
    }

private:
    std::unique_ptr<Reservations::Held> held_;

public:
    hal::BertGenerator generator;
    hal::BertChecker checker;
    hal::G821 g821;
    std::uint64_t lost = 0;
    std::uint64_t heard = 0, heardBefore = 0; // samples; when silent() last looked
    unsigned silentFor = 0;                   // looks
    std::size_t seconds = 0;                  // taken from the checker so far
};

json ratio(std::uint64_t errors, std::uint64_t bits)
{
    return bits > 0 ? json(double(errors) / double(bits)) : json(nullptr);
}

class Run {
public:
    Run(BertOrder order, std::vector<std::unique_ptr<Reservations::Held>> held) : order_(std::move(order))
    {
        for (auto& h : held)
            testers_.push_back(std::make_unique<Tester>(std::move(h), order_.pattern));
    }
    [[nodiscard]] bool allFound() const
    {
        return std::all_of(testers_.begin(), testers_.end(), [](const auto& t) { return t->checker.everInSync(); });
    }
    [[nodiscard]] bool anyFound() const
    {
        return std::any_of(testers_.begin(), testers_.end(), [](const auto& t) { return t->checker.everInSync(); });
    }
    void insertErrors() const
    {
        for (const auto& t : testers_) {
            t->generator.insertErrors(order_.insert);
            t->generator.setErrorEvery(order_.insertEvery);
        }
    }
    void insertNoMore() const
    {
        for (const auto& t : testers_)
            t->generator.setErrorEvery(0);
    }
    void end() const
    {
        for (const auto& t : testers_)
            t->end();
    }
    // Looked at once a second: whether some channel has brought nothing for a while.
    [[nodiscard]] bool silent() const
    {
        bool any = false;
        for (const auto& t : testers_) {
            t->silentFor = t->heard == t->heardBefore ? t->silentFor + 1 : 0;
            t->heardBefore = t->heard;
            any = any || t->silentFor >= looksUntilSilent;
        }
        return any;
    }
    void collect()
    {
        for (const auto& t : testers_)
            for (const hal::BertSecond& s : t->checker.takeSeconds()) {
                t->g821.add(s);
                const std::size_t minute = t->seconds++ / secondsOfMinute;
                if (minutes_.size() <= minute)
                    minutes_.resize(minute + 1);
                Minute& m = minutes_[minute];
                ++m.seconds;
                m.bits += s.bits;
                m.errors += s.errors;
                m.unsynced += s.unsynced;
                m.slips += s.slips;
                m.errored += s.errored() ? 1 : 0;
                m.severelyErrored += s.severelyErrored() ? 1 : 0;
            }
    }
    [[nodiscard]] json toJson() const;

private:
    BertOrder order_;
    std::vector<std::unique_ptr<Tester>> testers_;
    std::vector<Minute> minutes_;
};

json Run::toJson() const
{
    hal::BertCounts total;
    hal::G821 seconds;
    std::uint64_t inserted = 0, lost = 0;
    bool ok = true;
    json channels = json::array();
    for (const auto& t : testers_) {
        const hal::BertCounts& c = t->checker.counts();
        const bool good = t->checker.everInSync() && t->checker.inSync() && c.errors == t->generator.inserted() &&
                          c.syncLosses == 0 && c.slips == 0 && t->lost == 0;
        ok = ok && good;
        channels.push_back({{"slot", t->slot()},
                            {"ok", good},
                            {"in_sync", t->checker.inSync()},
                            {"ever_in_sync", t->checker.everInSync()},
                            {"bits", c.bits},
                            {"errors", c.errors},
                            {"error_ratio", ratio(c.errors, c.bits)},
                            {"inserted", t->generator.inserted()},
                            {"unsynced_bits", c.unsynced},
                            {"sync_losses", c.syncLosses},
                            {"slips", c.slips},
                            {"bits_skipped", c.bitsSkipped},
                            {"bits_repeated", c.bitsRepeated},
                            {"lost_samples", t->lost},
                            {"errored_seconds", t->g821.errored},
                            {"severely_errored_seconds", t->g821.severelyErrored},
                            {"unavailable_seconds", t->g821.unavailable}});
        total.bits += c.bits;
        total.errors += c.errors;
        total.unsynced += c.unsynced;
        total.syncLosses += c.syncLosses;
        total.slips += c.slips;
        seconds.errored += t->g821.errored;
        seconds.severelyErrored += t->g821.severelyErrored;
        seconds.unavailable += t->g821.unavailable;
        inserted += t->generator.inserted();
        lost += t->lost;
    }
    json minutes = json::array();
    for (const Minute& m : minutes_)
        minutes.push_back({{"minute", minutes.size() + 1},
                           {"seconds", m.seconds / testers_.size()},
                           {"bits", m.bits},
                           {"errors", m.errors},
                           {"unsynced_bits", m.unsynced},
                           {"slips", m.slips},
                           {"errored_seconds", m.errored},
                           {"severely_errored_seconds", m.severelyErrored}});
    return {{"pattern", std::string(hal::name(order_.pattern))},
            {"seconds", toMs(order_.length) / 1000},
            {"ok", ok},
            {"bits", total.bits},
            {"errors", total.errors},
            {"error_ratio", ratio(total.errors, total.bits)},
            {"inserted", inserted},
            {"unsynced_bits", total.unsynced},
            {"sync_losses", total.syncLosses},
            {"slips", total.slips},
            {"lost_samples", lost},
            {"errored_seconds", seconds.errored},
            {"severely_errored_seconds", seconds.severelyErrored},
            {"unavailable_seconds", seconds.unavailable},
            {"channels", std::move(channels)},
            {"minutes", std::move(minutes)}};
}

} // namespace

Task<> LineTests::bert(BertOrder order, HeldChannels held, Test& test)
{
    Run run(order, std::move(held));
    const TimePoint begun = edges_.loop.now();
    while (!run.allFound() && !test.stop.isSet() && edges_.loop.now() - begun < syncLimit) {
        test.result = run.toJson();
        co_await test.stop.waitFor(pollEvery);
    }
    if (!run.anyFound()) {
        test.result = run.toJson();
        co_await fail(Errc::timeout, "span " + test.span + ": the pattern " + std::string(hal::name(order.pattern)) +
                                         " does not come back; is there a loop, or a tester that sends it?");
    }
    run.insertErrors();
    const TimePoint end = edges_.loop.now() + order.length;
    while (!test.stop.isSet() && edges_.loop.now() < end) {
        co_await test.stop.waitFor(std::min<Duration>(1s, end - edges_.loop.now()));
        run.collect();
        test.result = run.toJson();
        if (run.silent()) {
            test.result["ok"] = false;
            co_await fail(Errc::gone, "span " + test.span + ": no samples come any more");
        }
        if (test.asked && edges_.loop.now() - *test.asked > unaskedLimit)
            co_await fail(Errc::timeout, "nobody has asked for the test for two minutes; its channels are free again");
    }
    run.insertNoMore();
    co_await sleepFor(edges_.loop, drainTime);
    run.end();
    run.collect();
    test.result = run.toJson();
}

} // namespace callbox::linetest
