// SPDX-License-Identifier: GPL-2.0-or-later
// Bit error tests over two USB cards whose lines are plugged into each other: a single channel is tested by the card
// itself, beside the D channel and the calls; all else, and a card without a tester, by this program.
#include "../../../hal/backends/usb/usb_span.h"
#include "../../support/usbip_host.h"
#include "world.h"
#include <callbox/hal/hardware_bert.h>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::linetest;
using testing::HasSubstr;

namespace {

using nlohmann::json;

class CardLineTest : public linetest::tests::Daemons, public testing::TestWithParam<hal::SpanType> {
protected:
    explicit CardLineTest(const firmware::Personality& kind = firmware::Personality::card(1))
        : a(kind, "000000000000000a", "1-1"), b(kind, "000000000000000b", "1-2")
    {
        a.plug(0, b, 0);
        host.plug(a);
        host.plug(b);
        host.run({&a, &b});
        bringUp(open("000000000000000a/0", true), open("000000000000000b/0", false), GetParam());
    }
    std::unique_ptr<hal::SpanIo> open(const std::string& id, bool clockFromLine)
    {
        return hal::usb::makeSpan(edges, {id, clockFromLine, 16},
                                  [this] { return Result<std::unique_ptr<hal::usb::Bus>>(host.bus()); });
    }
    void loopFar()
    {
        asked(far, "POST", "/v1/test/loop", {{"span", "trunk1"}, {"kind", "payload"}, {"seconds", 900}});
        loop.runFor(2s);
    }
    card_bert_result cards()
    {
        card_bert_result r{};
        OctetBuffer out(sizeof r);
        EXPECT_EQ(a.device().control({0xc0, CARD_REQ_GET_BERT, 0, 0, sizeof r}, out), static_cast<int>(sizeof r));
        std::memcpy(&r, out.data(), sizeof r);
        return r;
    }
    usbip::VirtualCard a, b;
    callbox::tests::UsbipHost host{loop};
};
INSTANTIATE_TEST_SUITE_P(Spans, CardLineTest, testing::Values(hal::SpanType::e1, hal::SpanType::t1),
                         [](const auto& param) { return param.param == hal::SpanType::e1 ? "e1" : "t1"; });

TEST_P(CardLineTest, ASingleChannelIsTestedByTheCardWhichCountsExactlyWhatWasInserted)
{
    loopFar();
    for (const char* pattern : {"prbs11", "prbs15", "qrss", "1:1"}) {
        const json r = ran(near, "/v1/test/bert",
                           {{"span", "trunk1"}, {"slot", 5}, {"pattern", pattern}, {"seconds", 4}, {"insert", 300}});
        EXPECT_EQ(r["state"], "done") << r.dump(2);
        EXPECT_EQ(r["counted_by"], "card");
        EXPECT_EQ(r["errors"], 300) << r.dump(2);
        EXPECT_EQ(r["inserted"], 300);
        EXPECT_EQ(r["ok"], true) << r.dump(2);
        EXPECT_GE(r["bits"], 64000 * 5);
        EXPECT_EQ(r["channels"][0]["slot"], 5);
        EXPECT_EQ(r["errored_seconds"], 1) << r.dump(2);
        EXPECT_EQ(cards().state, 0) << "it is over there as well";
    }
}

TEST_P(CardLineTest, WhatTheLineSpoilsIsCountedAndNothingElse)
{
    loopFar();
    const json begun =
        asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"slot", 3}, {"pattern", "qrss"}, {"seconds", 8}});
    loop.runFor(2s);
    const unsigned frame = GetParam() == hal::SpanType::t1 ? 193 : 256;
    a.wire(0).toCard.errors(frame, frame * 5 + 1); // each bit of the frame once
    const auto* test = near.tests->find(begun["id"]);
    EXPECT_TRUE(loop.runUntil([&] { return test->state != "running"; }, 60s));
    const json r = near.tests->toJson(*test);
    EXPECT_EQ(r["counted_by"], "card");
    EXPECT_EQ(r["errors"], 8) << r.dump(2);
    EXPECT_EQ(r["sync_losses"], 0);
    EXPECT_EQ(r["ok"], false);
}

TEST_P(CardLineTest, LossesOfTheBusAreNoErrorsOfTheLine)
{
    loopFar();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"slot", 3}, {"seconds", 5}});
    loop.runFor(2s);
    near.line().span().io().closeSlot(hal::Timeslot{3}); // as if no sample came or went any more
    const auto* test = near.tests->find(begun["id"]);
    EXPECT_TRUE(loop.runUntil([&] { return test->state != "running"; }, 60s));
    const json r = near.tests->toJson(*test);
    EXPECT_EQ(r["ok"], true) << r.dump(2);
    EXPECT_EQ(r["errors"], 0);
}

TEST_P(CardLineTest, PatternsAndRatesThatTheCardHasNotAreThisPrograms)
{
    loopFar();
    for (const json& more : {json{{"pattern", "prbs23"}}, json{{"insert_rate", 1e-4}}}) {
        json body{{"span", "trunk1"}, {"slot", 5}, {"seconds", 3}};
        body.update(more);
        const json r = ran(near, "/v1/test/bert", body);
        EXPECT_EQ(r["counted_by"], "program") << r.dump(2);
        EXPECT_EQ(r["errors"], r["inserted"]);
        EXPECT_EQ(r["ok"], true) << r.dump(2);
    }
}

TEST_P(CardLineTest, TheSecondOfTwoTestsAtOnceIsThisPrograms)
{
    loopFar();
    const json first = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"slot", 5}, {"seconds", 6}});
    const json second = ran(near, "/v1/test/bert", {{"span", "trunk1"}, {"slot", 6}, {"seconds", 4}, {"insert", 2}});
    EXPECT_EQ(second["counted_by"], "program");
    EXPECT_EQ(second["ok"], true) << second.dump(2);
    loop.runFor(8s);
    const json r = asked(near, "GET", "/v1/test/" + first["id"].get<std::string>());
    EXPECT_EQ(r["counted_by"], "card");
    EXPECT_EQ(r["ok"], true) << r.dump(2);
}

TEST_P(CardLineTest, WithoutALoopItSaysWhatIsMissingAndTheCardIsLeftAlone)
{
    const json r = ran(near, "/v1/test/bert", {{"span", "trunk1"}, {"slot", 2}});
    EXPECT_EQ(r["state"], "failed");
    EXPECT_THAT(r["error"].get<std::string>(), HasSubstr("is there a loop"));
    EXPECT_EQ(cards().state, 0);
    EXPECT_TRUE(untilUsable());
}

TEST_P(CardLineTest, ATestThatAnotherProgramEndsFails)
{
    loopFar();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"slot", 3}, {"seconds", 60}});
    loop.runFor(2s);
    OctetBuffer stop(sizeof(card_bert));
    ASSERT_EQ(a.device().control({0x40, CARD_REQ_BERT, 0, 0, sizeof(card_bert)}, stop), 0);
    const auto* test = near.tests->find(begun["id"]);
    EXPECT_TRUE(loop.runUntil([&] { return test->state != "running"; }, 5s));
    EXPECT_EQ(test->state, "failed");
    EXPECT_THAT(test->error, HasSubstr("ended by another program"));
}

class StockCardLineTest : public CardLineTest {
protected:
    StockCardLineTest() : CardLineTest(firmware::Personality::iceE1usb(1)) {}
};
INSTANTIATE_TEST_SUITE_P(Spans, StockCardLineTest, testing::Values(hal::SpanType::e1),
                         [](const auto&) { return "e1"; });

TEST_P(StockCardLineTest, ACardWithoutATesterIsTestedByThisProgram)
{
    const json body{{"span", "trunk1"}, {"slot", 4}, {"seconds", 4}};
    const json other = asked(far, "POST", "/v1/test/bert", body);
    const json r = ran(near, "/v1/test/bert", body);
    EXPECT_EQ(r["counted_by"], "program");
    EXPECT_EQ(r["ok"], true) << r.dump(2);
}

} // namespace
