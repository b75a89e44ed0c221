// SPDX-License-Identifier: GPL-2.0-or-later
// What a script lives on: play, record, digits, with hang-ups, keys and broken lines coming in between.
#include "bench.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

namespace callbox::hal::tests {

OctetBuffer allCodes(std::size_t samples, unsigned seed)
{
    OctetBuffer out(samples);
    unsigned x = seed;
    for (std::size_t i = 0; i < samples; ++i) {
        if (i % 256 == 0)
            x = x * 1664525U + 1013904223U;
        out[i] = static_cast<std::uint8_t>((i * 77 + (x >> 16)) & 0xFF);
    }
    return out;
}

} // namespace callbox::hal::tests

namespace {

class CallMedia : public testing::TestWithParam<Law> {
protected:
    Bench b{GetParam()};
    std::unique_ptr<AudioSource> sound(const OctetBuffer& samples)
    {
        auto s = std::make_shared<Sound>();
        s->law = GetParam();
        s->samples = samples;
        return makeSoundSource({s});
    }
};
INSTANTIATE_TEST_SUITE_P(Laws, CallMedia, testing::Values(Law::alaw, Law::mulaw),
                         [](const auto& i) { return i.param == Law::alaw ? "alaw" : "mulaw"; });

TEST_P(CallMedia, PlayingSendsEverySampleThenSaysFinished)
{
    b.connect();
    const OctetBuffer samples = allCodes(8000 + 33, 1);
    const auto source = sound(samples);
    Ran<PlayOutcome> ran;
    b.tasks.start(keep(ran, b.call->play(*source, {})));
    ASSERT_TRUE(b.loop.runUntil([&] { return ran.done(); }, 2s));
    EXPECT_TRUE((*ran.outcome)->finished);
    b.loop.runFor(20ms); // on its way over the virtual line
    EXPECT_TRUE(b.farEnd.hears(samples)) << "finished means that all of it is out";
}

TEST_P(CallMedia, AKeyStopsPlayingAtOnceAndOtherKeysWait)
{
    b.connect();
    const auto source = sound(allCodes(8000 * 10, 1));
    b.farEnd.say(b.quiet(500ms));
    b.farEnd.say(b.keys("52"));
    Ran<PlayOutcome> ran;
    b.tasks.start(keep(ran, b.call->play(*source, {.stopDigits = "123"})));
    ASSERT_TRUE(b.loop.runUntil([&] { return ran.done(); }, 2s));
    EXPECT_FALSE((*ran.outcome)->finished);
    EXPECT_EQ((*ran.outcome)->digit, '2');
    Ran<std::string> rest;
    b.tasks.start(keep(rest, b.call->digits({.most = 4, .first = 100ms, .between = 100ms})));
    ASSERT_TRUE(b.loop.runUntil([&] { return rest.done(); }, 1s));
    EXPECT_EQ(**rest.outcome, "5");
}

TEST_P(CallMedia, EveryDigitThatWasHeardIsKnownAfterwardsWithItsTime)
{
    b.connect();
    b.farEnd.say(b.quiet(500ms));
    b.farEnd.say(b.keys("52#"));
    b.loop.runFor(2s);
    b.farHangsUp();
    const auto heard = b.call->digitsHeard();
    ASSERT_EQ(heard.size(), 3u);
    EXPECT_EQ(std::string({heard[0].digit, heard[1].digit, heard[2].digit}), "52#");
    EXPECT_GT(heard[0].after, 500ms);
    EXPECT_LT(heard[0].after, 800ms);
    EXPECT_LT(heard[0].after, heard[1].after);
    EXPECT_EQ(b.call->lastSlot(), b.slot);
    EXPECT_FALSE(b.call->slot());
}

TEST_P(CallMedia, AFlooderOfKeysFillsNothing)
{
    b.connect();
    b.farEnd.say(b.keys(std::string(100, '5')));
    b.loop.runFor(20s);
    EXPECT_EQ(b.call->digitsHeard().size(), 64u);
}

TEST_P(CallMedia, TypeAheadSkipsTheQuestion)
{
    b.connect();
    b.farEnd.say(b.keys("1"));
    b.loop.runFor(1s);
    const auto source = sound(allCodes(8000 * 10, 1));
    Ran<PlayOutcome> ran;
    b.tasks.start(keep(ran, b.call->play(*source, {.stopDigits = "123"})));
    b.loop.runReady();
    ASSERT_TRUE(ran.done());
    EXPECT_EQ((*ran.outcome)->digit, '1');
}

TEST_P(CallMedia, AHangUpEndsPlayingAndDigitsWithGone)
{
    b.connect();
    const auto source = sound(allCodes(8000 * 10, 1));
    Ran<PlayOutcome> ran;
    b.tasks.start(keep(ran, b.call->play(*source, {})));
    b.loop.runFor(300ms);
    b.farHangsUp();
    b.loop.runReady();
    ASSERT_TRUE(ran.done());
    EXPECT_EQ(ran.outcome->error().code, Errc::gone);
    Ran<std::string> keyed;
    b.tasks.start(keep(keyed, b.call->digits({})));
    b.loop.runReady();
    ASSERT_TRUE(keyed.done());
    EXPECT_EQ(keyed.outcome->error().code, Errc::gone);
    EXPECT_EQ(b.call->cause(), Cause::normalClearing);
}

TEST_P(CallMedia, DigitsEndByPoundByNumberAndByTime)
{
    b.connect();
    struct Row {
        const char* keys;
        DigitOptions options;
        const char* expected;
    };
    for (const Row& row : {Row{"2125#9", {.most = 15}, "2125"}, Row{"482913", {.most = 6}, "482913"},
                           Row{"48", {.most = 6, .between = 1s}, "48"}, Row{"", {.most = 6, .first = 1s}, ""},
                           Row{"*0#", {.most = 15}, "*0"}}) {
        Bench bench(GetParam());
        bench.connect();
        Ran<std::string> ran;
        bench.tasks.start(keep(ran, bench.call->digits(row.options)));
        bench.farEnd.say(bench.quiet(300ms));
        bench.farEnd.say(bench.keys(row.keys));
        ASSERT_TRUE(bench.loop.runUntil([&] { return ran.done(); }, 10s)) << row.keys;
        EXPECT_EQ(**ran.outcome, row.expected);
    }
}

TEST_P(CallMedia, ARecordingIsTheLineToTheSample)
{
    b.connect();
    Sink sink;
    Ran<RecordOutcome> ran;
    b.tasks.start(keep(ran, b.call->record(sink, {.silence = 0s})));
    const OctetBuffer spoken = allCodes(8000 * 3 + 77, 5);
    b.farEnd.say(spoken);
    b.loop.runFor(4s);
    b.farHangsUp();
    b.loop.runReady();
    ASSERT_TRUE(ran.done());
    EXPECT_EQ((*ran.outcome)->end, RecordEnd::hangup);
    EXPECT_EQ((*ran.outcome)->samples, sink.all.size());
    EXPECT_EQ((*ran.outcome)->lost, 0U);
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), spoken.begin(), spoken.end()), sink.all.end());
}

TEST_P(CallMedia, ThePoundKeysToneIsNotInTheMessage)
{
    b.connect();
    Sink sink;
    Ran<RecordOutcome> ran;
    b.tasks.start(keep(ran, b.call->record(sink, {})));
    const OctetBuffer words = b.tone(300, 2s);
    b.farEnd.say(words);
    b.farEnd.say(b.quiet(200ms));
    b.farEnd.say(b.keys("#"));
    ASSERT_TRUE(b.loop.runUntil([&] { return ran.done(); }, 4s));
    EXPECT_EQ((*ran.outcome)->end, RecordEnd::digit);
    EXPECT_EQ((*ran.outcome)->digit, '#');
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), words.begin(), words.end()), sink.all.end());
    // After the words: the silence before the key and at most a trace of its tone.
    const auto end =
        std::search(sink.all.begin(), sink.all.end(), words.begin(), words.end()) + std::ptrdiff_t(words.size());
    std::size_t loud = 0;
    for (auto it = end; it != sink.all.end(); ++it)
        loud += std::abs(toLinear(*it, GetParam())) > 500 ? 1 : 0;
    EXPECT_LE(loud, 40U) << "5 ms";
}

TEST_P(CallMedia, OtherKeysStayInTheMessage)
{
    b.connect();
    Sink sink;
    Ran<RecordOutcome> ran;
    b.tasks.start(keep(ran, b.call->record(sink, {.silence = 1s})));
    const OctetBuffer keys = b.keys("5");
    b.farEnd.say(b.tone(300, 1s));
    b.farEnd.say(keys);
    ASSERT_TRUE(b.loop.runUntil([&] { return ran.done(); }, 5s));
    EXPECT_EQ((*ran.outcome)->end, RecordEnd::silence);
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), keys.begin(), keys.end() - 800), sink.all.end());
}

TEST_P(CallMedia, SilenceAndLimitEndARecording)
{
    b.connect();
    Sink sink;
    Ran<RecordOutcome> ran;
    b.farEnd.say(b.tone(300, 2s));
    const TimePoint start = b.loop.now();
    b.tasks.start(keep(ran, b.call->record(sink, {.silence = 3s})));
    ASSERT_TRUE(b.loop.runUntil([&] { return ran.done(); }, 10s));
    EXPECT_EQ((*ran.outcome)->end, RecordEnd::silence);
    EXPECT_NEAR(double(toMs(b.loop.now() - start)), 5000, 100);
    b.farEnd.say(b.tone(300, 20s));
    Ran<RecordOutcome> second;
    Sink more;
    b.tasks.start(keep(second, b.call->record(more, {.limit = 4s})));
    ASSERT_TRUE(b.loop.runUntil([&] { return second.done(); }, 10s));
    EXPECT_EQ((*second.outcome)->end, RecordEnd::limit);
    EXPECT_NEAR(double(more.all.size()), 32000, 160);
}

TEST_P(CallMedia, AFullDiskAndADeadLineEndARecordingWithTheirNames)
{
    b.connect();
    Sink sink;
    sink.full = 8000;
    Ran<RecordOutcome> ran;
    b.farEnd.say(b.tone(300, 60s));
    b.tasks.start(keep(ran, b.call->record(sink, {})));
    ASSERT_TRUE(b.loop.runUntil([&] { return ran.done(); }, 3s));
    EXPECT_EQ((*ran.outcome)->end, RecordEnd::sinkFailed);
    Sink other;
    Ran<RecordOutcome> second;
    b.tasks.start(keep(second, b.call->record(other, {})));
    b.loop.runFor(1s);
    dynamic_cast<FaultInjection&>(b.nearIo).setFaults({.los = true});
    ASSERT_TRUE(b.loop.runUntil([&] { return second.done(); }, 5s));
    EXPECT_EQ((*second.outcome)->end, RecordEnd::lineFault);
    EXPECT_EQ((*second.outcome)->samples, other.all.size()) << "what came before is there";
    EXPECT_GE(other.all.size(), 7500U);
}

TEST_P(CallMedia, LostSamplesAreTold)
{
    b.connect();
    Sink sink;
    Ran<RecordOutcome> ran;
    b.tasks.start(keep(ran, b.call->record(sink, {.silence = 0s})));
    b.loop.runFor(1s);
    dynamic_cast<FaultInjection&>(b.nearIo).setFaults({.slips = 2});
    b.loop.runFor(1s);
    b.farHangsUp();
    b.loop.runReady();
    ASSERT_TRUE(ran.done());
    EXPECT_EQ((*ran.outcome)->lost, 320U);
    EXPECT_EQ(sink.lostSamples, 320U);
}

TEST_P(CallMedia, ASecondWaitAtOnceIsBusyAndHarmsNothing)
{
    b.connect();
    const OctetBuffer samples = allCodes(8000, 1);
    const auto source = sound(samples);
    Ran<PlayOutcome> playing;
    b.tasks.start(keep(playing, b.call->play(*source, {})));
    Sink sink;
    Ran<RecordOutcome> recording;
    b.tasks.start(keep(recording, b.call->record(sink, {})));
    ASSERT_TRUE(b.loop.runUntil([&] { return playing.done(); }, 2s));
    EXPECT_TRUE((*playing.outcome)->finished);
    ASSERT_TRUE(recording.done());
    EXPECT_EQ(recording.outcome->error().code, Errc::busy);
}

TEST_P(CallMedia, AScriptThatIsDroppedTakesItsSoundWithIt)
{
    b.connect();
    {
        const auto source = sound(allCodes(8000 * 10, 1));
        TaskGroup script(b.loop);
        Ran<PlayOutcome> ran;
        script.start(keep(ran, b.call->play(*source, {})));
        b.loop.runFor(300ms);
    } // script and source are gone, the call lives
    b.loop.runFor(300ms);
    b.farEnd.heard.clear();
    b.loop.runFor(300ms);
    EXPECT_TRUE(std::all_of(b.farEnd.heard.begin(), b.farEnd.heard.end(),
                            [&](std::uint8_t o) { return o == idleOctet(GetParam()); }));
}

TEST_P(CallMedia, OurOwnHangUpEndsWhatRunsAndReachesTheLegOnce)
{
    b.connect();
    const auto source = sound(allCodes(8000 * 10, 1));
    Ran<PlayOutcome> ran;
    b.tasks.start(keep(ran, b.call->play(*source, {})));
    b.loop.runFor(100ms);
    b.call->hangup(Cause::userBusy);
    b.call->hangup(Cause::normalClearing);
    b.loop.runReady();
    ASSERT_TRUE(ran.done());
    EXPECT_EQ(ran.outcome->error().code, Errc::gone);
    EXPECT_EQ(b.leg->asked, (std::vector<std::string>{"answer", "hangup"}));
    EXPECT_EQ(b.leg->cause, Cause::userBusy);
    Ran<Cause> ended;
    b.tasks.start(keep(ended, b.call->ended()));
    EXPECT_FALSE(ended.done());
    b.farHangsUp(Cause::normalClearing);
    b.loop.runReady();
    ASSERT_TRUE(ended.done());
    EXPECT_EQ(**ended.outcome, Cause::userBusy) << "ours came first";
}

// A caller over an analog line of somebody else's, a switch's for one: only the exchange's tone tells that he has left.
struct BehindAnalog : Bench {
    explicit BehindAnalog(Law l) : Bench(l)
    {
        call->endOnTonesOf(*findCountry("de"));
        connect();
    }
    [[nodiscard]] OctetBuffer busy(Duration d) const
    {
        OctetBuffer out(static_cast<std::size_t>(toMs(d)) * 8);
        makeToneSource(findCountry("de")->busy)->read(out, law);
        return out;
    }
    RecordOutcome recordUntilItEnds(Sink& sink)
    {
        Ran<RecordOutcome> recorded;
        tasks.start(keep(recorded, call->record(sink, {.silence = 0s})));
        loop.runFor(20s);
        EXPECT_TRUE(recorded.done());
        return recorded.done() && *recorded.outcome ? **recorded.outcome : RecordOutcome{};
    }
};

TEST_P(CallMedia, ACallersMessageOverASwitchsAnalogLineEndsBeforeTheBusyTone)
{
    BehindAnalog b(GetParam());
    const OctetBuffer said = allCodes(16000, 3);
    b.farEnd.say(said);
    b.farEnd.say(b.busy(10s));
    Sink sink;
    const RecordOutcome r = b.recordUntilItEnds(sink);
    EXPECT_EQ(r.end, RecordEnd::hangup);
    EXPECT_EQ(b.leg->asked.back(), "hangup");
    EXPECT_EQ(b.call->cause(), Cause::normalClearing);
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()), sink.all.end());
    EXPECT_LT(sink.all.size(), said.size() + 1600) << "the tone was recorded";
    EXPECT_EQ(r.samples, sink.all.size());
}

TEST_P(CallMedia, ACallerWhoLeftDuringTheGreetingOverASwitchsAnalogLineLeavesNoMessageOfTone)
{
    BehindAnalog b(GetParam());
    b.farEnd.say(b.busy(10s));
    b.loop.runFor(600ms); // the greeting's end
    Sink sink;
    EXPECT_EQ(b.recordUntilItEnds(sink).end, RecordEnd::hangup);
    EXPECT_EQ(sink.all.size(), 0u);
}

// The switch clears the call by itself, before the third burst.
TEST_P(CallMedia, AToneThatTheHangUpCutsOffIsNoPartOfTheMessageEither)
{
    BehindAnalog b(GetParam());
    const OctetBuffer said = allCodes(16000, 3);
    b.farEnd.say(said);
    b.farEnd.say(b.busy(10s));
    Sink sink;
    Ran<RecordOutcome> recorded;
    b.tasks.start(keep(recorded, b.call->record(sink, {.silence = 0s})));
    b.loop.runFor(3s);
    EXPECT_FALSE(recorded.done());
    b.farHangsUp();
    b.loop.runFor(100ms);
    ASSERT_TRUE(recorded.done());
    EXPECT_LT(sink.all.size(), said.size() + 1600);
}

TEST_P(CallMedia, ASecondOfASoundLikeTheTonesIsKeptWhereSpeechGoesOn)
{
    BehindAnalog b(GetParam());
    const OctetBuffer whistle = b.tone(425, 700ms), said = allCodes(16000, 5);
    b.farEnd.say(whistle);
    b.farEnd.say(said);
    Sink sink;
    Ran<RecordOutcome> recorded;
    b.tasks.start(keep(recorded, b.call->record(sink, {.silence = 3s})));
    b.loop.runFor(8s);
    ASSERT_TRUE(recorded.done());
    EXPECT_EQ((*recorded.outcome)->end, RecordEnd::silence);
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), whistle.begin(), whistle.end()), sink.all.end());
    EXPECT_NE(std::search(sink.all.begin(), sink.all.end(), said.begin(), said.end()), sink.all.end());
}

} // namespace
