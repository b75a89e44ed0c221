// SPDX-License-Identifier: GPL-2.0-or-later
// A call on a virtual span without signalling: the leg does at once what it is told. The far end of its channel is a
// plain port that says and hears samples.
#pragma once
#include <algorithm>
#include <callbox/base/sim_files.h>
#include <callbox/hal/call.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/join.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>

namespace callbox::hal::tests {

struct LegLog {
    LegEvents* events = nullptr;
    std::vector<std::string> asked;
    Cause cause = Cause::none;
};

class FakeLeg final : public LegIo {
public:
    FakeLeg(std::shared_ptr<LegLog> log, Span& span, Timeslot slot) : log_(std::move(log)), span_(span), slot_(slot) {}
    void setEvents(LegEvents& e) override { log_->events = &e; }
    Result<void> proceeding() override { return note("proceeding"); }
    Result<void> alerting() override { return note("alerting"); }
    Result<void> progress() override
    {
        bearer();
        return note("progress");
    }
    Result<void> answer() override
    {
        bearer();
        return note("answer");
    }
    void hangup(Cause c) override
    {
        log_->cause = c;
        log_->asked.emplace_back("hangup");
    }
    ~FakeLeg() override { log_->events = nullptr; }

private:
    Result<void> note(const char* what)
    {
        log_->asked.emplace_back(what);
        return {};
    }
    void bearer()
    {
        if (auto c = span_.open(slot_))
            log_->events->onBearer(std::move(*c));
    }
    std::shared_ptr<LegLog> log_;
    Span& span_;
    Timeslot slot_;
};

// The far end: says what is queued, then idle; keeps what it hears.
struct FarEnd final : AudioPort {
    void onAudio(const AudioBlock& b) override
    {
        heard.insert(heard.end(), b.rx.begin(), b.rx.end());
        const std::size_t n = std::min(b.tx.size(), says.size() - at);
        std::copy_n(says.begin() + std::ptrdiff_t(at), n, b.tx.begin());
        at += n;
    }
    void say(const OctetBuffer& s) { says.insert(says.end(), s.begin(), s.end()); }
    [[nodiscard]] bool hears(const OctetBuffer& what) const
    {
        return std::search(heard.begin(), heard.end(), what.begin(), what.end()) != heard.end();
    }
    OctetBuffer says, heard;
    std::size_t at = 0;
};

struct Sink final : AudioSink {
    void append(Octets s, std::uint32_t lost) override
    {
        all.insert(all.end(), s.begin(), s.end());
        lostSamples += lost;
    }
    [[nodiscard]] bool failed() const override { return full && all.size() >= *full; }
    OctetBuffer all;
    std::uint64_t lostSamples = 0;
    std::optional<std::size_t> full;
};

struct Bench {
    explicit Bench(Law l = Law::alaw) : law(l)
    {
        EXPECT_TRUE(near.start());
        EXPECT_TRUE(far.start());
        loop.runFor(100ms);
        farChannel = std::move(*far.open(slot));
        farChannel->setPort(&farEnd);
        call = std::make_unique<Call>(edges, Call::Identity{"near-1", "near", true}, CallSetup{}, law,
                                      std::make_unique<FakeLeg>(leg, near, slot));
    }
    void connect()
    {
        tasks.start(call->answer());
        leg->events->onStage(CallStage::connected);
        loop.runFor(40ms);
    }
    void farHangsUp(Cause c = Cause::normalClearing) { leg->events->onReleased(c); }
    OctetBuffer tone(double hz, Duration d, double dbm0 = -10) const { return makeSine(hz, dbm0, d, law)->samples; }
    OctetBuffer quiet(Duration d) const { return OctetBuffer(static_cast<std::size_t>(toMs(d)) * 8, idleOctet(law)); }
    OctetBuffer keys(const std::string& digits) const
    {
        const auto source = makeDtmfSource(digits);
        OctetBuffer out, block(160);
        for (std::size_t n = block.size(); n == block.size();) {
            n = source->read(block, law);
            out.insert(out.end(), block.begin(), block.begin() + std::ptrdiff_t(n));
        }
        return out;
    }

    Law law;
    Timeslot slot{5};
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    std::unique_ptr<VirtualClock> clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    SpanIo& nearIo = *pair.second;
    Span near{edges, {.name = "near", .law = law}, std::move(pair.second)};
    Span far{edges, {.name = "far", .law = law}, std::move(pair.first)};
    FarEnd farEnd;
    std::unique_ptr<Channel> farChannel;
    std::shared_ptr<LegLog> leg = std::make_shared<LegLog>();
    std::unique_ptr<Call> call;
    TaskGroup tasks{loop};
};

// Runs a task of the call and keeps its outcome.
template <class T> struct Ran {
    std::optional<Result<T>> outcome;
    [[nodiscard]] bool done() const { return outcome.has_value(); }
};
template <class T> Task<> keep(Ran<T>& ran, Task<T> task)
{
    ran.outcome.emplace(co_await check(std::move(task)));
}

OctetBuffer allCodes(std::size_t samples, unsigned seed);

} // namespace callbox::hal::tests
