// SPDX-License-Identifier: GPL-2.0-or-later
// What one tick (20 ms) costs in the media path, piece by piece, without system calls: for finding out which piece to
// work on. CPU seconds per call-minute are the time per call and tick x 3000.
#include <benchmark/benchmark.h>
#include <callbox/base/sim_files.h>
#include <callbox/hal/call.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/join.h>
#include <cstring>

namespace callbox::bench {

namespace {

constexpr std::size_t samples = 160;
constexpr unsigned channels = 30;

// Loud noise that is no digit, as speech is to the detector.
OctetBuffer noise(std::size_t size)
{
    const auto random = makeSeededRandom(1);
    OctetBuffer out(size);
    for (std::uint8_t& o : out)
        o = hal::fromLinear(static_cast<std::int16_t>(std::int64_t(random->below(16000)) - 8000), hal::Law::alaw);
    return out;
}

// A span whose ticks the benchmark makes: the same audio on every channel.
class Source final : public hal::SpanIo {
public:
    Result<void> start(const hal::SpanConfig&, hal::SpanEvents& e) override
    {
        events_ = &e;
        return {};
    }
    void stop() noexcept override {}
    Result<void> openSlot(hal::Timeslot slot) override
    {
        out_.resize(out_.size() + 1);
        blocks_.push_back({slot, {}, {}});
        return {};
    }
    void closeSlot(hal::Timeslot slot) noexcept override
    {
        std::erase_if(blocks_, [slot](const hal::SlotBlock& b) { return b.slot == slot; });
    }
    Result<void> sendFrame(Octets) override { return {}; }
    void tick(Octets rx)
    {
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            blocks_[i].rx = rx;
            blocks_[i].tx = out_[i];
        }
        events_->onTick({clock_, samples, 0, blocks_});
        clock_ += samples;
    }

private:
    hal::SpanEvents* events_ = nullptr;
    std::vector<hal::SlotBlock> blocks_;
    std::vector<std::array<std::uint8_t, samples>> out_;
    std::uint64_t clock_ = 0;
};

// Is answered at once.
class Leg final : public hal::LegIo {
public:
    Leg(hal::Span& span, hal::Timeslot slot) : span_(span), slot_(slot) {}
    void setEvents(hal::LegEvents& e) override { events_ = &e; }
    Result<void> proceeding() override { return {}; }
    Result<void> alerting() override { return {}; }
    Result<void> progress() override { return {}; }
    Result<void> answer() override
    {
        auto channel = span_.open(slot_);
        if (!channel)
            return channel.error();
        events_->onBearer(std::move(*channel));
        events_->onStage(hal::CallStage::connected);
        return {};
    }
    void hangup(hal::Cause) override {}

private:
    hal::Span& span_;
    hal::Timeslot slot_;
    hal::LegEvents* events_ = nullptr;
};

class Discard final : public hal::AudioSink {
public:
    void append(Octets s, std::uint32_t) override { taken += s.size(); }
    [[nodiscard]] bool failed() const override { return false; }
    std::size_t taken = 0;
};

struct Bench {
    Bench()
    {
        if (!span.start())
            std::abort();
        for (unsigned i = 0; i < channels; ++i) {
            const hal::Timeslot slot{static_cast<std::uint8_t>(i < 15 ? i + 1 : i + 2)};
            calls.push_back(std::make_unique<hal::Call>(edges, hal::Call::Identity{"call", "span", true},
                                                        hal::CallSetup{}, hal::Law::alaw,
                                                        std::make_unique<Leg>(span, slot)));
            tasks.start(calls.back()->answer());
        }
        loop.runReady();
    }
    ~Bench() { tasks.cancelAll(); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    Source* source = new Source;
    hal::Span span{edges, {.name = "span"}, std::unique_ptr<hal::SpanIo>(source)};
    Discard sink;
    std::vector<std::unique_ptr<hal::Call>> calls;
    TaskGroup tasks{loop};
};

Task<> recording(hal::Call& call, hal::AudioSink& sink)
{
    hal::RecordOptions options;
    options.limit = 10000h;
    const Result<hal::RecordOutcome> ended = co_await check(call.record(sink, options));
    if (!ended)
        co_await Result<void>(ended.error());
}

// Thirty calls record, digits listened for or not.
void recordTick(benchmark::State& state, bool detecting)
{
    Bench b;
    for (const auto& call : b.calls) {
        call->setDetecting(detecting);
        b.tasks.start(recording(*call, b.sink));
    }
    const OctetBuffer audio = noise(64 * samples);
    std::size_t at = 0;
    for (auto _ : state) {
        b.source->tick(Octets(audio).subspan(at, samples));
        at = (at + samples) % audio.size();
    }
    state.SetItemsProcessed(state.iterations() * channels);
}

void tickOfThirtyRecordings(benchmark::State& s)
{
    recordTick(s, false);
}
BENCHMARK(tickOfThirtyRecordings);

void tickOfThirtyRecordingsWithDigits(benchmark::State& s)
{
    recordTick(s, true);
}
BENCHMARK(tickOfThirtyRecordingsWithDigits);

// Fifteen pairs of calls joined in user space.
void tickOfFifteenJoins(benchmark::State& state)
{
    Bench b;
    std::vector<std::unique_ptr<hal::Join>> joins;
    for (std::size_t i = 0; i + 1 < b.calls.size(); i += 2)
        joins.push_back(std::move(*hal::Join::make(*b.calls[i], *b.calls[i + 1])));
    const OctetBuffer audio = noise(samples);
    for (auto _ : state)
        b.source->tick(audio);
    state.SetItemsProcessed(state.iterations() * std::int64_t(joins.size()));
    joins.clear();
}
BENCHMARK(tickOfFifteenJoins);

void levelOfABlock(benchmark::State& state)
{
    const OctetBuffer audio = noise(samples);
    for (auto _ : state)
        benchmark::DoNotOptimize(hal::levelDbm0(audio, hal::Law::alaw));
}
BENCHMARK(levelOfABlock);

void detect(benchmark::State& state, const OctetBuffer& audio)
{
    hal::DtmfDetector detector(hal::Law::alaw);
    std::size_t at = 0;
    for (auto _ : state) {
        detector.feed(Octets(audio).subspan(at, samples), [](const hal::DtmfDetector::Digit&) {});
        at = (at + samples) % audio.size();
    }
}

void detectInSpeech(benchmark::State& s)
{
    detect(s, noise(64 * samples));
}
BENCHMARK(detectInSpeech);

void detectInQuiet(benchmark::State& s)
{
    detect(s, OctetBuffer(samples, hal::idleOctet(hal::Law::alaw)));
}
BENCHMARK(detectInQuiet);

} // namespace

} // namespace callbox::bench

int main(int argc, char** argv)
{
    char shortest[] = "--benchmark_min_time=0.001"; // what --quick means here
    for (int i = 1; i < argc; ++i)
        if (std::strcmp(argv[i], "--quick") == 0)
            argv[i] = shortest;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
