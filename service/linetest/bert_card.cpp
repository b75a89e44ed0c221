// SPDX-License-Identifier: GPL-2.0-or-later
// A bit error test that the span's card makes by itself; here it is begun, looked at and ended.
#include "linetest/bert_report.h"
#include "linetest/bert_times.h"
#include "linetest/line_tests.h"
#include <callbox/hal/hardware_bert.h>

namespace callbox::linetest {

namespace {

constexpr std::uint64_t bitsOfSecond = 64000;

// Ends the card's test however the script ends.
class Running {
public:
    explicit Running(hal::HardwareBert& card) : card_(card) {}
    ~Running() { card_.endBert(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    hal::HardwareBert& card_;
};

class CardRun {
public:
    CardRun(const BertOrder& order, unsigned slot) : report_(order, "card"), channels_(1) { channels_[0].slot = slot; }

    void look(const hal::HardwareBertCounts& c)
    {
        BertChannel& ch = channels_[0];
        ch.inSync = c.inSync;
        ch.everInSync = ch.everInSync || c.inSync || c.bits > 0;
        ch.counts.bits = c.bits;
        ch.counts.errors = c.errors;
        ch.counts.syncLosses = c.syncLosses;
        ch.inserted = c.inserted;
    }
    // What came since the last one.
    void second(const hal::HardwareBertCounts& c)
    {
        BertChannel& ch = channels_[0];
        hal::BertSecond s;
        s.bits = c.bits - before_.bits;
        s.errors = c.errors - before_.errors;
        const bool gap = !c.inSync || c.syncLosses != before_.syncLosses;
        s.unsynced = gap && s.bits < bitsOfSecond ? bitsOfSecond - s.bits : gap ? 1 : 0;
        ch.counts.unsynced += s.unsynced;
        before_ = c;
        report_.second(ch, s);
    }
    void begins(const hal::HardwareBertCounts& c) { before_ = c; } // seconds are counted from here
    [[nodiscard]] bool found() const { return channels_[0].everInSync; }
    [[nodiscard]] nlohmann::json toJson() const { return report_.toJson(channels_); }

private:
    BertReport report_;
    std::vector<BertChannel> channels_;
    hal::HardwareBertCounts before_;
};

} // namespace

Task<> LineTests::bertOfCard(BertOrder order, HeldChannels held, hal::HardwareBert& card, Test& test)
{
    const hal::Timeslot slot = held.front()->channel().slot();
    CardRun run(order, hal::index(slot));
    if (auto begun = card.beginBert(slot, order.pattern); !begun)
        co_await Result<void>(begun.error().because("span " + test.span));
    const Running running(card);
    hal::HardwareBertCounts now;
    const TimePoint begun = edges_.loop.now();
    while (!run.found() && !test.stop.isSet() && edges_.loop.now() - begun < bertTimes::syncLimit) {
        co_await test.stop.waitFor(bertTimes::pollEvery);
        now = co_await card.bertCounts();
        run.look(now);
        test.result = run.toJson();
    }
    if (!run.found())
        co_await fail(Errc::timeout, bertTimes::notFound(test.span, order.pattern));
    card.insertBertErrors(order.insert);
    run.begins(now);
    const TimePoint end = edges_.loop.now() + order.length;
    while (!test.stop.isSet() && edges_.loop.now() < end) {
        co_await test.stop.waitFor(std::min<Duration>(1s, end - edges_.loop.now()));
        now = co_await card.bertCounts();
        run.look(now);
        run.second(now);
        test.result = run.toJson();
        if (test.asked && edges_.loop.now() - *test.asked > bertTimes::unaskedLimit)
            co_await fail(Errc::timeout, bertTimes::notAsked);
    }
    co_await sleepFor(edges_.loop, bertTimes::drainTime);
    now = co_await card.bertCounts();
    run.look(now);
    test.result = run.toJson();
}

} // namespace callbox::linetest
