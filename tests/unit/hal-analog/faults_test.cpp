// SPDX-License-Identifier: GPL-2.0-or-later
// Lines that are cut, banks that are down, callers who never say that they have gone: nothing sticks (N8, N18).
#include "bench.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

namespace {

VirtualFaults cut(std::uint32_t ports)
{
    VirtualFaults f;
    f.cut = ports;
    return f;
}

TEST(AnalogFaults, ALineThatIsCutEndsItsCallAndComesBack)
{
    Bench b;
    Answered c(b);
    const std::uint32_t port = 1U << index(*c.in->slot());
    b.box.faults().setFaults(cut(port));
    EXPECT_TRUE(b.until([&] { return c.in->released() && c.out->released(); }, 2s));
    b.loop.runFor(4s);
    EXPECT_EQ(b.box.trunk->status().outOfService, 1u);
    EXPECT_TRUE(b.box.trunk->status().usable) << "the other lines go on";
    EXPECT_TRUE(b.ring());
    b.box.faults().setFaults({});
    b.loop.runFor(10s);
    b.box.calls.clear();
    EXPECT_TRUE(b.until([&] { return b.box.trunk->status().outOfService == 0; }, 2s));
}

// Its battery alone is to tell nothing, so the call goes on, and the caller hears nothing any more and leaves.
TEST(AnalogFaults, ALineThatWasCutInACallIsNotSaidToBeFreeWhenTheCallIsOver)
{
    Bench b("us", [](AnalogConfig& c) { c.release.openLoop = false; });
    Answered c(b);
    b.box.faults().setFaults(cut(1U << index(*c.in->slot())));
    b.loop.runFor(1s);
    ASSERT_FALSE(c.in->released()) << "as it is configured";
    c.in->hangup();
    bool everFree = false;
    b.until(
        [&] {
            everFree = everFree || b.box.idle() == portCount;
            return false;
        },
        10s);
    EXPECT_FALSE(everFree) << "calls would be placed on it";
    EXPECT_EQ(b.box.trunk->status().outOfService, 1u);
    b.box.faults().setFaults({});
    EXPECT_TRUE(b.until([&] { return b.box.idle() == portCount; }, 2s));
}

TEST(AnalogFaults, ACallWhoseChannelSomebodyElseHasIsNotSaidToBeAnswered)
{
    Bench b;
    std::unique_ptr<Channel> taken;
    {
        Answered c(b);
        ASSERT_EQ(*c.in->slot(), Timeslot{1});
        c.in->setObserver([&](CallStage s) {
            if (s == CallStage::released)
                taken = std::move(*b.box.span.open(Timeslot{1}));
        });
        c.in->hangup();
        ASSERT_TRUE(b.until([&] { return taken != nullptr; }, 1s));
    }
    b.loop.runFor(5s);
    ASSERT_TRUE(b.exchange.lines().ring(Timeslot{1}, true));
    b.loop.runFor(2s);
    ASSERT_TRUE(b.exchange.lines().ring(Timeslot{1}, false));
    ASSERT_TRUE(b.until([&] { return !b.box.calls.empty(); }, 10s));
    Call& in = *b.box.calls[0];
    const auto answered = b.run(in.answer());
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().code, Errc::gone);
    EXPECT_TRUE(answered.error().what.find("port 1") != std::string::npos) << answered.error().what;
    EXPECT_TRUE(b.until([&] { return in.released(); }, 1s));
    taken.reset();
    EXPECT_TRUE(b.until([&] { return b.box.idle() == portCount; }, 15s)) << "and the line is used again";
}

TEST(AnalogFaults, LinesTakenOutOfServiceByHandAreNotSaidToBeDead)
{
    Bench b;
    for (unsigned i = 1; i <= portCount; ++i)
        ASSERT_TRUE(b.box.trunk->setInService(Timeslot{static_cast<std::uint8_t>(i)}, false));
    EXPECT_EQ(b.box.idle(), 0u);
    EXPECT_TRUE(b.box.trunk->status().dChannelUp);
}

TEST(AnalogFaults, ABankThatIsDownEndsEveryCallAndComesBack)
{
    Bench b;
    Answered first(b), second(b);
    VirtualFaults los;
    los.los = true;
    b.box.faults().setFaults(los);
    EXPECT_TRUE(b.until([&] { return first.in->released() && second.in->released(); }, 2s));
    EXPECT_TRUE(b.until([&] { return first.out->released() && second.out->released(); }, 2s));
    b.loop.runFor(3s);
    EXPECT_FALSE(b.box.trunk->status().usable);
    b.box.faults().setFaults({});
    EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 5s));
    Answered again(b);
}

TEST(AnalogFaults, ACallerWhoGivesUpBeforeTheAnswerIsNoticed)
{
    Bench b;
    auto out = b.ring();
    ASSERT_TRUE(b.until([&] { return !b.box.calls.empty(); }));
    (*out)->hangup();
    EXPECT_TRUE(b.until([&] { return b.box.calls[0]->released(); }, 10s));
    EXPECT_FALSE(b.run(b.box.calls[0]->answer()));
    EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 10s));
}

TEST(AnalogFaults, ACallThatIsRefusedRingsOnAndIsNotOfferedAgain)
{
    Bench b;
    auto out = b.ring();
    ASSERT_TRUE(b.until([&] { return !b.box.calls.empty(); }));
    b.box.calls[0]->hangup(Cause::callRejected);
    b.loop.runFor(30s);
    EXPECT_EQ(b.box.calls.size(), 1u);
    EXPECT_TRUE(b.box.calls[0]->released());
    EXPECT_EQ((*out)->stage(), CallStage::alerting);
    (*out)->hangup();
    EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 10s));
}

TEST(AnalogFaults, APulseTooShortForARingIsNone)
{
    Bench b;
    ASSERT_TRUE(b.exchange.lines().ring(Timeslot{1}, true));
    b.loop.runFor(200ms);
    ASSERT_TRUE(b.exchange.lines().ring(Timeslot{1}, false));
    b.loop.runFor(20s);
    EXPECT_TRUE(b.box.calls.empty());
    EXPECT_EQ(b.box.idle(), portCount);
}

TEST(AnalogFaults, ACallersNumberThatIsDamagedIsNotTold)
{
    // One ring, noise where the number would be, further rings: the call comes without a number.
    Bench b("us", {}, [](AnalogConfig& c) { c.country.callerId = CallerIdKind::none; });
    auto out = b.ring();
    ASSERT_TRUE(b.until([&] { return !b.box.calls.empty(); }, 15s));
    EXPECT_EQ(b.box.calls[0]->setup().calling.presentation, Presentation::unavailable);
}

struct Only {
    const char* what;
    std::function<void(ReleaseBy&)> on;
    std::function<void(CountryProfile&)> exchange;
    Duration within;
};

// Each way alone ends a call, and none does that is switched off.
TEST(AnalogFaults, EachWayOfReleaseWorksAloneAndCanBeSwitchedOff)
{
    const auto none = [](ReleaseBy& r) { r = {false, false, false, Duration::zero(), Duration::zero()}; };
    const auto mute = [](CountryProfile& c) { c.opensLoop = c.reverses = c.playsBusy = false; };
    const Only table[] = {
        {"open loop", [](ReleaseBy& r) { r.openLoop = true; }, [](CountryProfile& c) { c.opensLoop = true; }, 1s},
        {"polarity", [](ReleaseBy& r) { r.polarity = true; }, [](CountryProfile& c) { c.reverses = true; }, 1s},
        {"tone", [](ReleaseBy& r) { r.tone = true; }, [](CountryProfile& c) { c.playsBusy = true; }, 4s},
        {"silence", [](ReleaseBy& r) { r.silence = 20s; }, [](CountryProfile&) {}, 25s},
        {"longest", [](ReleaseBy& r) { r.longest = 40s; }, [](CountryProfile&) {}, 45s},
    };
    for (const Only& row : table) {
        for (const bool on : {true, false}) {
            Bench b(
                "us",
                [&](AnalogConfig& c) {
                    none(c.release);
                    if (on)
                        row.on(c.release);
                },
                [&](AnalogConfig& c) {
                    mute(c.country);
                    row.exchange(c.country);
                });
            Answered c(b);
            b.loop.runFor(2s);
            c.out->hangup();
            EXPECT_EQ(b.until([&] { return c.in->released(); }, row.within), on) << row.what;
            c.in->hangup();
            EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 5s)) << row.what;
        }
    }
}

TEST(AnalogFaults, WhoListensInSilenceIsNotCutOff)
{
    Bench b("us", [](AnalogConfig& c) { c.release.silence = 5s; });
    Answered c(b);
    const auto long_ = saying(b.law, speech(b.law, 8000 * 30));
    EXPECT_TRUE(b.run(c.in->play(*long_, {})));
    EXPECT_FALSE(c.in->released());
}

TEST(AnalogFaults, SpeechIsNeverTakenForTheEndOfTheCallAndNotASampleIsLost)
{
    for (const char* code : {"us", "de", "gb"}) {
        Bench b(code);
        Answered c(b);
        Sink sink;
        std::optional<Result<RecordOutcome>> recorded;
        b.tasks.start(Bench::keep(c.in->record(sink, {}), recorded));
        const OctetBuffer said = speech(b.law, 8000 * 60);
        const auto source = saying(b.law, said);
        ASSERT_TRUE(b.run(c.out->play(*source, {}), 100s));
        EXPECT_FALSE(recorded);
        c.in->hangup();
        ASSERT_TRUE(b.until([&] { return recorded.has_value(); }, 1s));
        EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()), sink.all.end()) << code;
    }
}

// A caller may whistle, or a fax may call: a tone of the right sound and the wrong rhythm is part of the message.
TEST(AnalogFaults, AToneThatIsNoCadenceStaysInTheMessage)
{
    Bench b("de");
    Answered c(b);
    Sink sink;
    std::optional<Result<RecordOutcome>> recorded;
    b.tasks.start(Bench::keep(c.in->record(sink, {}), recorded));
    OctetBuffer said = makeSine(425, -10, 1500ms, b.law)->samples; // a dial tone lasts longer
    const OctetBuffer fax = makeSine(1100, -10, 3s, b.law)->samples;
    said.insert(said.end(), fax.begin(), fax.end());
    const auto source = saying(b.law, said);
    ASSERT_TRUE(b.run(c.out->play(*source, {})));
    b.loop.runFor(1s);
    EXPECT_FALSE(c.in->released());
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()), sink.all.end());
}

TEST(AnalogFaults, HundredsOfCallsLeaveEveryLineIdle)
{
    Bench b;
    for (unsigned i = 0; i < 300; ++i) {
        auto out = i % 2 ? b.ring() : b.dial();
        ASSERT_TRUE(out) << i;
        Side& to = i % 2 ? b.box : b.exchange;
        if (i % 5 == 0) {
            b.loop.runFor(Duration((i % 97) * 50ms));
        } else {
            ASSERT_TRUE(b.until([&] { return !to.calls.empty(); }, 60s)) << i;
        }
        if (i % 5 == 1) {
            ASSERT_TRUE(b.run(to.calls[0]->answer())) << i;
        }
        if (i % 5 == 2)
            to.calls[0]->hangup(Cause::userBusy);
        (i % 3 && !to.calls.empty() ? to.calls[0] : *out)->hangup();
        (*out)->hangup();
        ASSERT_TRUE(b.until([&] { return b.allIdle() && (*out)->released(); }, 60s)) << i;
        to.calls.clear();
    }
}

} // namespace
