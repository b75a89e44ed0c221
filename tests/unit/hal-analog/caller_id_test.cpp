// SPDX-License-Identifier: GPL-2.0-or-later
// Caller id as samples: what is sent is read, and what is damaged is not.
#include "../../../hal/analog/caller_id.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::analog;

namespace {

constexpr CallerIdKind kinds[] = {CallerIdKind::bell202, CallerIdKind::v23, CallerIdKind::dtmf};

OctetBuffer samplesOf(CallerIdKind kind, const CallerId& id)
{
    const auto now = parseIsoUtc("2026-11-22T14:05:00.000Z");
    const auto source = makeCallerIdSource(kind, id, *now, Law::alaw);
    OctetBuffer out(800, idleOctet(Law::alaw)), block(160);
    for (std::size_t n = block.size(); n == block.size();) {
        n = source->read(block, Law::alaw);
        out.insert(out.end(), block.begin(), block.begin() + std::ptrdiff_t(n));
    }
    out.insert(out.end(), 1600, idleOctet(Law::alaw));
    return out;
}

std::vector<CallerId> received(CallerIdKind kind, const OctetBuffer& samples)
{
    CallerIdReceiver receiver(kind, Law::alaw);
    std::vector<CallerId> out;
    for (std::size_t at = 0; at + 160 <= samples.size(); at += 160)
        if (const auto id = receiver.feed(Octets(samples).subspan(at, 160)))
            out.push_back(*id);
    return out;
}

CallerId from(std::string number)
{
    CallerId id;
    id.number = std::move(number);
    id.presentation = Presentation::allowed;
    return id;
}

TEST(CallerIds, WhatIsSentIsRead)
{
    CallerId named = from("12125550199"), withheld, unavailable, diverted = from("004930123456");
    named.name = "SMITH JOHN";
    withheld.presentation = Presentation::restricted;
    diverted.redirecting = "12125550123";
    for (const CallerIdKind kind : kinds)
        for (const CallerId& sent : {named, withheld, unavailable, diverted, from("1")}) {
            CallerId expected = sent;
            if (kind == CallerIdKind::dtmf)
                expected.name.clear(); // digits have no letters
            if (kind == CallerIdKind::bell202)
                expected.redirecting.clear();
            EXPECT_EQ(received(kind, samplesOf(kind, sent)), std::vector{expected}) << name(kind) << " " << sent.number;
        }
}

TEST(CallerIds, DigitsOfOtherNetworksAreRead)
{
    const auto read = [](const std::string& digits) {
        const auto source = makeDtmfSource(digits);
        OctetBuffer all, block(160);
        for (std::size_t n = block.size(); n == block.size();) {
            n = source->read(block, Law::alaw);
            all.insert(all.end(), block.begin(), block.begin() + std::ptrdiff_t(n));
        }
        all.resize(all.size() + 1600, idleOctet(Law::alaw));
        return received(CallerIdKind::dtmf, all);
    };
    CallerId withheld, unavailable;
    withheld.presentation = Presentation::restricted;
    EXPECT_EQ(read("D2125550199C"), std::vector{from("2125550199")});
    EXPECT_EQ(read("2125550199#"), std::vector{from("2125550199")});
    EXPECT_EQ(read("A2125550199#"), std::vector{from("2125550199")});
    EXPECT_EQ(read("D1#"), std::vector{withheld});
    EXPECT_EQ(read("D3#"), std::vector{unavailable});
    EXPECT_TRUE(read("C").empty());
    EXPECT_TRUE(read("#").empty());
    EXPECT_TRUE(read("A12*3C").empty());
}

TEST(CallerIds, ADamagedMessageTellsNothing)
{
    for (const CallerIdKind kind : {CallerIdKind::bell202, CallerIdKind::v23}) {
        OctetBuffer samples = samplesOf(kind, from("12125550199"));
        const std::size_t middle = samples.size() - 1600 - 1000; // among the digits
        for (std::size_t i = middle; i < middle + 80; ++i)
            samples[i] = idleOctet(Law::alaw);
        EXPECT_TRUE(received(kind, samples).empty()) << name(kind);
    }
}

TEST(CallerIds, NoiseAndSpeechAreNoCaller)
{
    std::uint32_t state = 1;
    OctetBuffer noise(8000 * 60);
    for (std::uint8_t& octet : noise) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::uint8_t>(state >> 24);
    }
    for (const CallerIdKind kind : kinds)
        EXPECT_TRUE(received(kind, noise).empty()) << name(kind);
}

} // namespace
