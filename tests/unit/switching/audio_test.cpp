// SPDX-License-Identifier: GPL-2.0-or-later
// What the caller says is what the box hears, to the sample and to the last word, and the other way round.
#include "world.h"
#include <algorithm>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::switching;
using namespace callbox::switching::tests;

namespace {

// All 256 codes in an order that is no tone, over and over.
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

std::unique_ptr<AudioSource> sound(Law law, const OctetBuffer& samples)
{
    auto s = std::make_shared<Sound>();
    s->law = law;
    s->samples = samples;
    return makeSoundSource({s});
}

bool holds(const OctetBuffer& hay, const OctetBuffer& needle)
{
    return std::search(hay.begin(), hay.end(), needle.begin(), needle.end()) != hay.end();
}

Task<> playThenHangUp(Call& call, AudioSource& source)
{
    PlayOutcome r = co_await call.play(source, {});
    EXPECT_TRUE(r.finished);
    call.hangup();
}

class Audio : public testing::TestWithParam<SpanType> {
protected:
    Law law() const { return GetParam() == SpanType::e1 ? Law::alaw : Law::mulaw; }
};
INSTANTIATE_TEST_SUITE_P(Laws, Audio, testing::Values(SpanType::e1, SpanType::t1),
                         [](const auto& i) { return i.param == SpanType::e1 ? "alaw" : "mulaw"; });

TEST_P(Audio, EverySampleIsThroughBothWaysUpToTheHangUp)
{
    World w({.type = GetParam(), .boxes = 1});
    w.up();
    const OctetBuffer spoken = allCodes(8000 * 3 + 77, 1);
    const OctetBuffer greeting = allCodes(8000 * 2, 2);
    const auto says = sound(law(), greeting);
    w.box(0).says = says.get();
    const auto caller = sound(law(), spoken);
    Hears heard;
    auto call = w.call(w.setup("+12125550199", "+12125559000"));
    call->setTap(&heard);
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    TaskGroup tasks(w.loop);
    tasks.start(playThenHangUp(*call, *caller)); // from the first block after CONNECT on
    ASSERT_TRUE(w.until([&] { return call->released() && w.box(0).live() == 0; }));
    EXPECT_TRUE(holds(w.box(0).hears.all, spoken)) << w.box(0).hears.all.size();
    EXPECT_TRUE(holds(heard.all, greeting)) << heard.all.size();
    EXPECT_EQ(w.box(0).hears.lostSamples + heard.lostSamples, 0U);
}

TEST_P(Audio, TheLastWordsOfABoxReachTheCaller)
{
    World w({.type = GetParam(), .boxes = 1});
    w.up();
    const OctetBuffer words = allCodes(8000, 3);
    const auto says = sound(law(), words);
    Hears heard;
    auto call = w.call(w.setup("+12125550199", "+12125559000"));
    call->setTap(&heard);
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    TaskGroup tasks(w.loop);
    tasks.start(playThenHangUp(*w.box(0).calls.back(), *says));
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    // The box's end of the tie says that a block is out when the next one is due; the switch's clock end has it still.
    const OctetBuffer all(words.begin(), words.end() - 160);
    EXPECT_TRUE(holds(heard.all, all));
}

TEST_P(Audio, ThirtyCallsOnThreeTrunksAtOnce)
{
    World w({.type = GetParam(), .boxes = 3, .trunks = 3});
    w.up();
    struct OneCall {
        std::unique_ptr<Call> call;
        OctetBuffer spoken;
        std::unique_ptr<AudioSource> source;
    };
    std::vector<OneCall> calls;
    std::vector<std::unique_ptr<Hears>> boxHears;
    TaskGroup tasks(w.loop);
    for (unsigned i = 0; i < 30; ++i) {
        OneCall c;
        c.call = std::move(*w.exchange[i % 3]->trunk->place(w.setup("+12125550199", "+12125559000")));
        c.spoken = allCodes(8000 * 2, 100 + i);
        c.source = sound(law(), c.spoken);
        calls.push_back(std::move(c));
    }
    const auto all = [&](CallStage s) {
        return w.until([&] {
            return std::all_of(calls.begin(), calls.end(), [s](const auto& c) { return c.call->stage() == s; });
        });
    };
    ASSERT_TRUE(all(CallStage::connected));
    for (unsigned b = 0; b < 3; ++b)
        for (const auto& call : w.box(b).calls) {
            boxHears.push_back(std::make_unique<Hears>());
            call->setTap(boxHears.back().get());
        }
    ASSERT_EQ(boxHears.size(), 30U);
    for (OneCall& c : calls)
        tasks.start(playThenHangUp(*c.call, *c.source));
    ASSERT_TRUE(all(CallStage::released));
    w.loop.runFor(1s);
    for (const OneCall& c : calls)
        EXPECT_EQ(
            std::count_if(boxHears.begin(), boxHears.end(), [&](const auto& h) { return holds(h->all, c.spoken); }), 1);
}

} // namespace
