// SPDX-License-Identifier: GPL-2.0-or-later
// A bit error test: wait for the pattern, count for its time, let what is on its way come in.
#include "linetest/bert_report.h"
#include "linetest/bert_times.h"
#include "linetest/line_tests.h"
#include <algorithm>

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr unsigned looksUntilSilent = 3;

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
    std::uint64_t lost = 0;
    std::uint64_t heard = 0, heardBefore = 0; // samples; when silent() last looked
    unsigned silentFor = 0;                   // looks
};

class Run {
public:
    Run(BertOrder order, std::vector<std::unique_ptr<Reservations::Held>> held)
        : order_(order), report_(order, "program"), channels_(held.size())
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
        for (std::size_t i = 0; i < testers_.size(); ++i)
            for (const hal::BertSecond& second : testers_[i]->checker.takeSeconds())
                report_.second(channels_[i], second);
    }
    [[nodiscard]] json toJson()
    {
        for (std::size_t i = 0; i < testers_.size(); ++i) {
            Tester& t = *testers_[i];
            BertChannel& c = channels_[i];
            c.slot = t.slot();
            c.inSync = t.checker.inSync();
            c.everInSync = t.checker.everInSync();
            c.counts = t.checker.counts();
            c.inserted = t.generator.inserted();
            c.lost = t.lost;
        }
        return report_.toJson(channels_);
    }

private:
    BertOrder order_;
    BertReport report_;
    std::vector<BertChannel> channels_; // of each tester
    std::vector<std::unique_ptr<Tester>> testers_;
};

} // namespace

Task<> LineTests::bert(BertOrder order, HeldChannels held, Test& test)
{
    Run run(order, std::move(held));
    const TimePoint begun = edges_.loop.now();
    while (!run.allFound() && !test.stop.isSet() && edges_.loop.now() - begun < bertTimes::syncLimit) {
        test.result = run.toJson();
        co_await test.stop.waitFor(bertTimes::pollEvery);
    }
    if (!run.anyFound()) {
        test.result = run.toJson();
        co_await fail(Errc::timeout, bertTimes::notFound(test.span, order.pattern));
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
        if (test.asked && edges_.loop.now() - *test.asked > bertTimes::unaskedLimit)
            co_await fail(Errc::timeout, bertTimes::notAsked);
    }
    run.insertNoMore();
    co_await sleepFor(edges_.loop, bertTimes::drainTime);
    run.end();
    run.collect();
    test.result = run.toJson();
}

} // namespace callbox::linetest
