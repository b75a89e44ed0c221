// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration held against the cards that were found (N11).
#include "lines/card_check.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::lines;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

using hal::PortKind;

std::vector<ProbedBackend> machine()
{
    const std::vector<hal::SpanInfo> dahdi{
        {"dahdi:0123/1", "a card", hal::SpanType::e1},
        {"dahdi:0123/2", "a card", hal::SpanType::t1},
        {"dahdi:bank/1", "a bank", hal::SpanType::analog, {PortKind::fxo, PortKind::fxo, std::nullopt, PortKind::fxs}}};
    hal::SpanInfo port{"usb:a1/0", "a USB card", hal::SpanType::e1};
    port.byPlace = "usb:@1-2/0";
    port.eitherType = true;
    const std::vector<hal::SpanInfo> usb{port, {"usb:a1/bank", "a USB card", hal::SpanType::analog}};
    return {{"virtual", std::vector<hal::SpanInfo>()}, {"dahdi", dahdi}, {"usb", usb, true}};
}

CardCheck check(const std::string& text, const std::vector<ProbedBackend>& probed = machine())
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "box.ini", problems);
    return compareWithCards(doc, probed);
}

std::vector<std::string> wrong(const std::string& text)
{
    std::vector<std::string> words;
    for (const ini::Problem& p : check(text).problems)
        words.push_back(p.message());
    return words;
}

TEST(CardCheck, WhatTheCardsAreIsNotWrong)
{
    EXPECT_THAT(wrong("[span a]\nbackend = dahdi\nspan = 0123/1\ntype = e1\n"
                      "[span b]\nbackend = dahdi\nspan = 0123/2\ntype = t1\n"
                      "[span c]\nbackend = dahdi\nspan = bank/1\ntype = analog\nline_profile = us\n"
                      "number = 1-2 +12125559000\n"
                      "[span d]\nconnect = /x\n"
                      "[span e]\nbackend = usb\nspan = a1/0\ntype = t1\n"),
                IsEmpty());
    EXPECT_THAT(wrong("[span e]\nbackend = usb\nspan = @1-2/0\n"), IsEmpty()) << "by its place";
}

TEST(CardCheck, EachThingThatTheCardIsNotIsNamedByItsLine)
{
    EXPECT_THAT(wrong("[span a]\nbackend = usb\nspan = a2/0\n"),
                ElementsAre("box.ini:3: span = a2/0: this machine has a1/0 (e1), a1/bank (analog)"));
    EXPECT_THAT(wrong("[span a]\nbackend = usb\ntype = t1\nspan = a1/bank\n"),
                ElementsAre("box.ini:3: type = t1: usb:a1/bank is analog now"));
    EXPECT_THAT(wrong("[span a]\nbackend = dahdi\ntype = t1\nspan = 0123/1\n"),
                ElementsAre("box.ini:3: type = t1: dahdi:0123/1 is e1 now"));
    EXPECT_THAT(wrong("[span a]\nbackend = dahdi\nspan = 0123/2\n"),
                ElementsAre("box.ini:1: [span a]: type: dahdi:0123/2 is t1 now"))
        << "e1 is the preset";
    const std::string bank = "[span a]\nbackend = dahdi\nspan = bank/1\ntype = analog\nline_profile = us\n";
    EXPECT_THAT(wrong(bank + "number = 3 +12125559000\n"),
                ElementsAre("box.ini:6: number = 3 +12125559000: port 3 of the card is no line"));
    EXPECT_THAT(wrong(bank + "number = 9 +12125559000\n"), ElementsAre(HasSubstr("port 9 of the card is no line")));
    EXPECT_THAT(wrong(bank + "number = 4 +12125559000\nsignalling = fxs_ks\n"),
                ElementsAre("box.ini:7: signalling = fxs_ks: port 4 of the card faces a telephone (signalling fxo_ks, "
                            "fxo_ls)"));
}

// A start of the daemon assigns spans that nobody has assigned, and a channel bank's E1 may carry analog lines.
TEST(CardCheck, WhatTheDaemonsStartMaySettleIsSaidAndNoProblem)
{
    const CardCheck c = check("[span a]\nbackend = dahdi\nspan = 0124/1\n"
                              "[span b]\nbackend = dahdi\nspan = 0123/1\ntype = analog\nline_profile = us\n"
                              "number = 1 +12125559000\n");
    EXPECT_THAT(c.problems, IsEmpty());
    EXPECT_THAT(c.notCompared, ElementsAre(HasSubstr("span a: 0124/1: this machine has 0123/1 (e1), 0123/2 (t1)"),
                                           HasSubstr("span b: analog lines on dahdi:0123/1, which is e1")));
}

// A file is looked at where its machine is not, too: that is no mistake of the file.
TEST(CardCheck, WhereThereIsNoSuchCardNothingIsWrongAndItIsSaid)
{
    const std::string text = "[span a]\nbackend = dahdi\nspan = 0123/1\n[span b]\nbackend = usb\nspan = a1/0\n";
    const CardCheck elsewhere =
        check(text, {{"dahdi", std::vector<hal::SpanInfo>()}, {"usb", Error{Errc::denied, "/dev/bus/usb: denied"}}});
    EXPECT_THAT(elsewhere.problems, IsEmpty());
    EXPECT_THAT(elsewhere.notCompared,
                ElementsAre("spans of dahdi: this machine has none; those that nobody has assigned yet are not listed",
                            "spans of usb: /dev/bus/usb: denied"));
    EXPECT_THAT(check("[span a]\nconnect = /x\n").notCompared, IsEmpty()) << "virtual spans need no card";
}

} // namespace
