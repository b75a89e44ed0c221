// SPDX-License-Identifier: GPL-2.0-or-later
// Calls that come in on a line: the ring, who calls, the answer, and every way in which the caller leaves.
#include "bench.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

namespace {

class EachCountry : public testing::TestWithParam<std::string> {};

std::vector<std::string> codes()
{
    std::vector<std::string> out;
    for (const CountryProfile& c : countryProfiles())
        out.emplace_back(c.code);
    return out;
}

INSTANTIATE_TEST_SUITE_P(Analog, EachCountry, testing::ValuesIn(codes()), [](const auto& p) { return p.param; });

TEST_P(EachCountry, ACallComesInWithItsCallersNumber)
{
    Bench b(GetParam());
    auto out = b.ring();
    ASSERT_TRUE(out) << out.error().what;
    ASSERT_TRUE(b.until([&] { return !b.box.calls.empty(); })) << "the call does not arrive";
    Call& in = *b.box.calls[0];
    EXPECT_EQ(toE164(in.setup().calling, dialPlanUs()), number("+12125550199"));
    EXPECT_EQ(in.setup().calling.presentation, Presentation::allowed);
    EXPECT_EQ(in.setup().calling.screening, Screening::network);
    EXPECT_EQ(toE164(in.setup().called, dialPlanUs()), boxNumber);
    EXPECT_EQ((*out)->stage(), CallStage::alerting);
    EXPECT_TRUE(b.run(in.answer()));
    EXPECT_TRUE(b.until([&] { return (*out)->stage() == CallStage::connected; }));
}

TEST_P(EachCountry, WithheldAndUnavailableNumbersAreKeptApart)
{
    for (const auto& [digits, sent] :
         {std::pair("2125550199", Presentation::restricted), std::pair("", Presentation::allowed)}) {
        Bench b(GetParam());
        auto out = b.ring(digits, sent);
        ASSERT_TRUE(b.until([&] { return !b.box.calls.empty(); }));
        const PartyNumber& calling = b.box.calls[0]->setup().calling;
        EXPECT_EQ(calling.digits, "");
        EXPECT_EQ(calling.presentation, *digits ? Presentation::restricted : Presentation::unavailable);
    }
}

TEST_P(EachCountry, ACallerWhoHangsUpFreesTheLineByTheCountrysSignals)
{
    Bench b(GetParam());
    Answered c(b);
    b.loop.runFor(2s);
    c.out->hangup();
    EXPECT_TRUE(b.until([&] { return c.in->released(); }, 5s));
    EXPECT_EQ(c.in->cause(), Cause::normalClearing);
    EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 5s));
}

// Nothing but the tone tells that the caller has left: busy, or what is given instead.
Bench onlyByTone(const std::string& code, bool dialTone)
{
    return Bench(
        code, [](AnalogConfig& c) { c.release.openLoop = c.release.polarity = false; },
        [dialTone](AnalogConfig& c) {
            c.country.opensLoop = c.country.reverses = false;
            if (dialTone)
                c.country.busy = c.country.congestion = c.country.dial;
        });
}

void expectNoToneAtTheEnd(Bench& b)
{
    Answered c(b);
    Sink sink;
    std::optional<Result<RecordOutcome>> recorded;
    b.tasks.start(Bench::keep(c.in->record(sink, {}), recorded));
    const OctetBuffer said = speech(b.law, 24000);
    const auto source = saying(b.law, said);
    ASSERT_TRUE(b.run(c.out->play(*source, {})));
    b.loop.runFor(300ms);
    c.out->hangup();
    ASSERT_TRUE(b.until([&] { return c.in->released(); }, 6s));
    ASSERT_TRUE(b.until([&] { return recorded.has_value(); }, 1s));
    EXPECT_EQ((*recorded)->end, RecordEnd::hangup);
    EXPECT_EQ((*recorded)->samples, sink.all.size());
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()), sink.all.end());
    // After the voice there is silence and at most a few milliseconds of the tone.
    const auto end =
        std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()) + std::ptrdiff_t(said.size());
    unsigned loud = 0;
    for (auto at = end; sink.all.end() - at >= 80; at += 80)
        loud += levelDbm0(Octets(&*at, 80), b.law) > -40;
    EXPECT_LE(loud, 1u) << "of " << (sink.all.end() - end) << " samples after the voice";
    EXPECT_LT(sink.all.end() - end, 8000);
}

TEST_P(EachCountry, TheToneThatEndsAMessageIsNoPartOfIt)
{
    Bench b = onlyByTone(GetParam(), false);
    expectNoToneAtTheEnd(b);
}

// Many a PBX gives dial tone, not busy: it was recorded up to the limit and told as a message (N18).
TEST_P(EachCountry, TheDialToneThatEndsAMessageIsNoPartOfIt)
{
    Bench b = onlyByTone(GetParam(), true);
    expectNoToneAtTheEnd(b);
}

TEST_P(EachCountry, ACallerWhoLeftDuringTheGreetingLeavesNoMessageOfTone)
{
    for (const bool dialTone : {false, true}) {
        Bench b = onlyByTone(GetParam(), dialTone);
        Answered c(b);
        c.out->hangup();
        b.loop.runFor(1s); // the greeting's end
        ASSERT_FALSE(c.in->released());
        Sink sink;
        std::optional<Result<RecordOutcome>> recorded;
        b.tasks.start(Bench::keep(c.in->record(sink, {}), recorded));
        ASSERT_TRUE(b.until([&] { return recorded.has_value(); }, 8s));
        EXPECT_EQ((*recorded)->end, RecordEnd::hangup);
        EXPECT_EQ(sink.all.size(), 0u) << (dialTone ? "of dial tone" : "of busy tone");
        EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 30s));
    }
}

// A whistle, an instrument on hold: it is a note of the country's dial tone, but not as even as an exchange's.
TEST_P(EachCountry, ALongNoteInAMessageIsNoDialTone)
{
    Bench b = onlyByTone(GetParam(), true);
    Answered c(b);
    const ToneStep pitch = findCountry(GetParam())->dial.steps[0];
    OctetBuffer note;
    for (unsigned i = 0; i < 6 * samplesPerSecond; ++i) {
        const double t = double(i) / samplesPerSecond, w = 2 * std::numbers::pi * t;
        const double loud = 5000 * (1 + 0.3 * std::sin(5 * w)); // tremolo
        const double v = std::sin(pitch.first * w) + (pitch.second ? std::sin(pitch.second * w) : 0);
        note.push_back(fromLinear(static_cast<std::int16_t>(loud * v), b.law));
    }
    Sink sink;
    std::optional<Result<RecordOutcome>> recorded;
    b.tasks.start(Bench::keep(c.in->record(sink, {}), recorded));
    const auto source = saying(b.law, note);
    ASSERT_TRUE(b.run(c.out->play(*source, {})));
    const OctetBuffer said = speech(b.law, 8000);
    const auto more = saying(b.law, said);
    ASSERT_TRUE(b.run(c.out->play(*more, {})));
    ASSERT_FALSE(c.in->released());
    c.out->hangup();
    ASSERT_TRUE(b.until([&] { return recorded.has_value(); }, 8s));
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), note.begin(), note.end()), sink.all.end());
}

} // namespace
