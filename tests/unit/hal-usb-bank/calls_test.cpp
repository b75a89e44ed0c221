// SPDX-License-Identifier: GPL-2.0-or-later
// Calls over the analog banks of two USB cards: an exchange behind the one, a box behind the other. What a country's
// lines do has to pass through hal/analog, the usb backend, USB/IP, firmware, chips and wires, both ways.
#include "../../support/usb_banks.h"
#include "../hal-analog/bench.h"

namespace callbox::tests {

namespace {

using namespace hal;
using namespace hal::tests;

struct Calls : testing::TestWithParam<std::string> {
    void SetUp() override
    {
        ASSERT_TRUE(until([&] { return exchange.idle() == portCount && box.idle() == portCount; }, 5s))
            << "the lines do not come up";
    }
    bool until(const std::function<bool()>& done, Duration limit) { return loop.runUntil(done, limit); }
    template <class T> Result<T> run(Task<T> task)
    {
        std::optional<Result<T>> outcome;
        tasks.start(Bench::keep(std::move(task), outcome));
        until([&] { return outcome.has_value(); }, 30s);
        return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "the task did not end"});
    }
    std::unique_ptr<Call> ring(std::string caller, Presentation presentation)
    {
        CallSetup s;
        s.calling.digits = std::move(caller);
        s.calling.type = TypeOfNumber::national;
        s.calling.presentation = presentation;
        s.called = fromE164(boxNumber, dialPlanUs());
        auto call = exchange.trunk->place(s);
        EXPECT_TRUE(call);
        EXPECT_TRUE(until([&] { return !box.calls.empty(); }, 20s)) << "the call does not arrive";
        return call ? std::move(*call) : nullptr;
    }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    Law law = GetParam() == "us" ? Law::mulaw : Law::alaw;
    UsbBanks banks{loop, portCount};
    Side exchange{edges, PortKind::fxs, *findCountry(GetParam()), law, banks.fxs(), {}};
    Side box{edges, PortKind::fxo, *findCountry(GetParam()), law, banks.fxo(), {}};
    TaskGroup tasks{loop};
};

// Between rings by Bell 202; before them by V.23 behind a reversal; before them by DTMF.
INSTANTIATE_TEST_SUITE_P(UsbBank, Calls, testing::Values("us", "gb", "nl"), [](const auto& p) { return p.param; });

TEST_P(Calls, ACallerIsKnownAnsweredHeardAndLeaves)
{
    const std::unique_ptr<Call> out = ring("2125550199", Presentation::allowed);
    ASSERT_TRUE(out);
    Call& in = *box.calls.at(0);
    EXPECT_EQ(toE164(in.setup().calling, dialPlanUs()), number("+12125550199"));
    ASSERT_TRUE(run(in.answer()));
    ASSERT_TRUE(until([&] { return out->stage() == CallStage::connected; }, 2s));
    Sink sink;
    std::optional<Result<RecordOutcome>> recorded;
    tasks.start(Bench::keep(in.record(sink, {}), recorded));
    OctetBuffer said = speech(law, 12000);
    for (std::uint8_t& octet : said) // voltages know no negative zero
        octet = fromLinear(toLinear(octet, law), law);
    const auto source = saying(law, said);
    ASSERT_TRUE(run(out->play(*source, {})));
    loop.runFor(300ms);
    out->hangup();
    EXPECT_TRUE(until([&] { return in.released(); }, 10s));
    EXPECT_EQ(in.cause(), Cause::normalClearing);
    EXPECT_TRUE(until([&] { return recorded.has_value(); }, 1s));
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()), sink.all.end())
        << "the voice does not arrive octet by octet";
    EXPECT_TRUE(until([&] { return exchange.idle() == portCount && box.idle() == portCount; }, 10s));
}

TEST_P(Calls, AWithheldNumberIsKeptApartFromNone)
{
    const std::unique_ptr<Call> out = ring("2125550199", Presentation::restricted);
    ASSERT_FALSE(box.calls.empty());
    EXPECT_EQ(box.calls[0]->setup().calling.digits, "");
    EXPECT_EQ(box.calls[0]->setup().calling.presentation, Presentation::restricted);
}

// The card is pulled out; meanwhile a wire is cut and a telephone is put down; it is put in again.
TEST_P(Calls, WhatChangedWhileACardWasAwayIsKnownWhenItIsBack)
{
    banks.host.unplug(banks.box);
    ASSERT_TRUE(until([&] { return box.idle() == 0; }, 1s));
    banks.box.analog(0).cut = true;
    loop.runFor(5s);
    banks.host.plug(banks.box);
    ASSERT_TRUE(box.span.start());
    bool firstWasIdle = false;
    loop.runUntil(
        [&] {
            firstWasIdle = firstWasIdle || box.trunk->channels().at(0).state == ChannelState::idle;
            return false;
        },
        5s);
    EXPECT_FALSE(firstWasIdle) << "calls would be placed on a line that is cut";
    EXPECT_EQ(box.idle(), portCount - 1);
    banks.box.analog(0).cut = false;
    EXPECT_TRUE(until([&] { return box.idle() == portCount; }, 5s));

    ASSERT_TRUE(box.lines().setHook(Timeslot{2}, true)); // picked up: it gets dial tone
    ASSERT_TRUE(until([&] { return exchange.idle() == portCount - 1; }, 2s));
    banks.host.unplug(banks.office);
    ASSERT_TRUE(until([&] { return exchange.idle() == 0; }, 1s));
    ASSERT_TRUE(box.lines().setHook(Timeslot{2}, false));
    loop.runFor(5s);
    banks.host.plug(banks.office);
    ASSERT_TRUE(exchange.span.start());
    EXPECT_TRUE(until([&] { return exchange.idle() == portCount; }, 5s)) << "nobody has picked it up";
}

TEST_P(Calls, ALineCutWhileItsBankWasRestartedByHandIsNotSaidToBeFree)
{
    box.span.stop();
    banks.box.analog(0).cut = true;
    loop.runFor(1s);
    ASSERT_TRUE(box.span.start());
    loop.runFor(5s);
    EXPECT_EQ(box.idle(), portCount - 1);
}

} // namespace
} // namespace callbox::tests
