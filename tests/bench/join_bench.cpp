// SPDX-License-Identifier: GPL-2.0-or-later
// What a join through a switch adds to the delay of a call, in samples. Three processes: the exchange with the caller,
// a switch that joins trunk and tie, a box that sends back each sample in the tick in which it hears it. The caller
// says noise and finds it again in what comes back; the same is done without the switch, and half the difference is
// what one way through it costs. The lines are virtual, or E1s of DAHDI, whose channels the kernel joins.
#include "measure.h"
#include "support/scratch_folder.h"
#include "two_ends.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <callbox/hal/backend.h>
#include <callbox/hal/join.h>
#include <csignal>
#include <cstdio>

namespace callbox::bench {

namespace {

// Gives out in each tick what has just come in.
class Echo final : public hal::AudioSink, public hal::AudioSource {
public:
    void append(Octets samples, std::uint32_t) override { last_.assign(samples.begin(), samples.end()); }
    [[nodiscard]] bool failed() const override { return false; }
    std::size_t read(std::span<std::uint8_t> out, hal::Law) override
    {
        std::copy_n(last_.begin(), std::min(last_.size(), out.size()), out.begin());
        return out.size();
    }
    void rewind() override {}

private:
    OctetBuffer last_;
};

Task<> serve(std::unique_ptr<hal::Call> call)
{
    Echo echo;
    call->setDetecting(false);
    call->setTap(&echo);
    co_await call->answer();
    const Result<hal::PlayOutcome> played = co_await check(call->play(echo, {})); // until the caller hangs up
    call->setTap(nullptr);
    if (!played)
        co_await call->ended();
}

void untilTold(World& w)
{
    w.loop.onSignals({SIGTERM}, [&w](int) { w.loop.stop(); });
    w.loop.run();
}

// The two ends of a line: ids of DAHDI's spans, or a socket.
struct Line {
    std::string network, user;
    [[nodiscard]] bool isDahdi() const { return network != user; }
    static std::unique_ptr<hal::SpanIo> span(World& w, const std::string& id)
    {
        auto io = hal::findBackend("dahdi")->open(w.edges, {{"span", id}});
        if (io)
            return std::move(*io);
        std::fprintf(stderr, "%s\n", io.error().what.c_str());
        std::exit(1);
    }
    std::unique_ptr<hal::SpanIo> networkEnd(World& w, hal::VirtualClock& clock) const
    {
        return isDahdi() ? span(w, network) : hal::makeVirtualListener(w.loop, clock, network);
    }
    std::unique_ptr<hal::SpanIo> userEnd(World& w) const
    {
        return isDahdi() ? span(w, user) : hal::makeVirtualConnector(w.loop, user);
    }
};

void box(const Line& line)
{
    World w;
    Side tie(w, "tie1", hal::PriRole::user, line.userEnd(w));
    TaskGroup calls(w.loop);
    tie.trunk->setIncoming([&calls](std::unique_ptr<hal::Call> call) { calls.start(serve(std::move(call))); });
    untilTold(w);
    calls.cancelAll();
}

// As the switch does it: the tie call placed with the caller's SETUP, both joined at once, answered when the box does.
Task<> carry(hal::Trunk& tie, std::unique_ptr<hal::Call> caller)
{
    const hal::CallSetup setup = caller->setup();
    const std::unique_ptr<hal::Call> onward = co_await tie.place(setup);
    const std::unique_ptr<hal::Join> join = co_await hal::Join::make(*caller, *onward);
    while (onward->stage() != hal::CallStage::connected)
        co_await onward->nextStage(10s);
    co_await caller->answer();
    co_await caller->ended();
    onward->hangup();
    co_await onward->ended();
}

void switching(const Line& trunkLine, const Line& tieLine)
{
    World w;
    const auto clock = hal::VirtualClock::following(w.loop);
    Side trunk(w, "trunk1", hal::PriRole::user, trunkLine.userEnd(w));
    Side tie(w, "tie1", hal::PriRole::network, tieLine.networkEnd(w, *clock));
    trunk.span.setTickFollower([&clock](std::uint32_t samples) { clock->follow(samples); });
    TaskGroup calls(w.loop);
    trunk.trunk->setIncoming([&](std::unique_ptr<hal::Call> call) { calls.start(carry(*tie.trunk, std::move(call))); });
    untilTold(w);
    calls.cancelAll();
}

// Says noise for a second and keeps what it hears, both counted in samples since the same tick.
class Ear final : public hal::AudioSink, public hal::AudioSource {
public:
    explicit Ear(std::uint64_t seed) : random_(makeSeededRandom(seed)) {}
    void append(Octets samples, std::uint32_t lost) override
    {
        if (!saying_)
            return;
        heard_.insert(heard_.end(), samples.begin(), samples.end());
        lost_ += lost;
    }
    [[nodiscard]] bool failed() const override { return false; }
    std::size_t read(std::span<std::uint8_t> out, hal::Law) override
    {
        if (!std::exchange(saying_, true)) // from this tick's end on: nothing of it has been heard yet
            heard_.assign(out.size(), hal::idleOctet(hal::Law::alaw));
        for (std::uint8_t& o : out)
            o = static_cast<std::uint8_t>(random_->next());
        said_.insert(said_.end(), out.begin(), out.end());
        return said_.size() < length ? out.size() : 0;
    }
    void rewind() override {}

    [[nodiscard]] std::uint32_t lost() const { return lost_; }
    // Samples from saying to hearing; empty when the middle of what was said did not come back as it was.
    [[nodiscard]] std::optional<std::size_t> delay() const
    {
        const std::size_t from = length / 4, size = length / 4;
        const auto begin = said_.begin() + std::ptrdiff_t(from);
        const auto it = std::search(heard_.begin(), heard_.end(), begin, begin + std::ptrdiff_t(size));
        if (it == heard_.end())
            return {};
        return static_cast<std::size_t>(it - heard_.begin()) - from;
    }

private:
    static constexpr std::size_t length = 2 * hal::samplesPerSecond;
    std::unique_ptr<Random> random_;
    bool saying_ = false;
    OctetBuffer said_, heard_;
    std::uint32_t lost_ = 0;
};

struct Delays {
    std::vector<std::size_t> roundTrips;
    int failed = 0; // not connected, or not heard again bit by bit
};

Task<> oneCall(World& w, hal::Trunk& trunk, std::uint64_t seed, Delays& delays)
{
    ++delays.failed;
    const hal::CallSetup setup = divertedCall();
    const std::unique_ptr<hal::Call> call = co_await trunk.place(setup);
    call->setDetecting(false);
    while (call->stage() != hal::CallStage::connected)
        co_await call->nextStage(10s);
    Ear ear(seed);
    call->setTap(&ear);
    co_await sleepFor(w.loop, 100ms + Duration(std::int64_t(seed % 20) * 1'000'000)); // at any phase of the ticks
    co_await call->play(ear, {});
    call->setTap(nullptr);
    call->hangup();
    co_await call->ended();
    const auto delay = ear.delay();
    if (delay && ear.lost() == 0) {
        --delays.failed;
        delays.roundTrips.push_back(*delay);
    }
}

Task<> callers(World& w, hal::Trunk& trunk, int calls, Delays& delays)
{
    for (int i = 0; i < calls; ++i)
        if (const Result<void> made = co_await check(oneCall(w, trunk, std::uint64_t(i) + 1, delays)); !made)
            std::fprintf(stderr, "%s\n", made.error().what.c_str());
}

Delays measure(const Line& line, int calls)
{
    World w;
    Delays delays;
    const auto clock = hal::VirtualClock::paced(w.loop);
    Side side(w, "trunk1", hal::PriRole::network, line.networkEnd(w, *clock));
    TaskGroup group(w.loop);
    whenUp(w, side, [&] {
        // The tie behind the switch comes up at about the same time.
        w.loop.startTimer(w.loop.now() + 1s, [&] {
            group.start(callers(w, *side.trunk, calls, delays), [&w](const Result<void>&) { w.loop.stop(); });
        });
    });
    w.loop.run();
    std::sort(delays.roundTrips.begin(), delays.roundTrips.end());
    return delays;
}

double tell(const char* what, const Delays& d)
{
    if (d.roundTrips.empty()) {
        std::printf("%s: no call came back as it was said (%d failed)\n", what, d.failed);
        return 0;
    }
    const std::size_t median = d.roundTrips[d.roundTrips.size() / 2];
    std::printf("%s: there and back %zu / %zu / %zu samples (least, median, most) of %zu calls, %d not bit-exact\n",
                what, d.roundTrips.front(), median, d.roundTrips.back(), d.roundTrips.size(), d.failed);
    return double(median);
}

int run(const Options& o)
{
    const int calls = given(o, "quick") ? 1 : number(o, "calls");
    const tests::ScratchFolder scratch("bench");
    Line first{scratch.path() + "/first", scratch.path() + "/first"},
        tie{scratch.path() + "/tie", scratch.path() + "/tie"};
    if (given(o, "dahdi")) { // fleet.conf of the virtual machine
        first = {"DYN/loc/1:0/1", "DYN/loc/1:1/1"};
        tie = {"DYN/loc/2:0/1", "DYN/loc/2:1/1"};
    }
    Delays direct, joined;
    {
        const Child child([&] { box(first); });
        direct = measure(first, calls);
    }
    {
        const Child aSwitch([&] { switching(first, tie); });
        const Child aBox([&] { box(tie); });
        joined = measure(first, calls);
    }
    std::printf("%s\n", machine().c_str());
    const double without = tell("caller - box          ", direct);
    const double with = tell("caller - switch - box ", joined);
    if (without == 0 || with == 0)
        return 1;
    std::printf("one way through the switch adds %.0f samples (%.0f ms), tie and join together\n", (with - without) / 2,
                (with - without) / 16);
    return 0;
}

} // namespace

} // namespace callbox::bench

int main(int argc, char** argv)
{
    return callbox::bench::run(
        callbox::bench::readOptions(argc, argv, {{"calls", "20"}, {"dahdi", "-"}, {"quick", "-"}}));
}
