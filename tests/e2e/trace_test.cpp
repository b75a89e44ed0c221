// SPDX-License-Identifier: GPL-2.0-or-later
// What a technician reads afterwards: the D channels of one call, and what was said with the modem.
#include "support/gammu.h"
#include "support/lab.h"
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";

// The frames of a LINKTYPE_LINUX_LAPD capture in the machine's octet order: 16 octets of pseudo header, then LAPD.
std::vector<std::string> frames(const std::string& pcap)
{
    std::ifstream in(pcap, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto word = [&](std::size_t at) {
        std::uint32_t v = 0;
        for (std::size_t i = 0; i < 4; ++i)
            v |= std::uint32_t(static_cast<unsigned char>(all.at(at + i))) << (8 * i);
        return v;
    };
    std::vector<std::string> out;
    EXPECT_GE(all.size(), 24u) << pcap;
    if (all.size() < 24)
        return out;
    EXPECT_EQ(word(20), 177u) << "LINKTYPE_LINUX_LAPD";
    for (std::size_t at = 24; at + 16 <= all.size(); at += 16 + word(at + 8))
        out.push_back(all.substr(at + 16, word(at + 8)));
    return out;
}

// I frames whose Q.931 message (protocol discriminator 8, a call reference of two octets) is a SETUP.
std::vector<std::string> setups(const std::string& pcap)
{
    std::vector<std::string> out;
    for (const std::string& f : frames(pcap))
        if (f.size() > 16 + 8 && !(f[16 + 2] & 1) && f[16 + 4] == 8 && f[16 + 5] == 2 && f[16 + 8] == 5)
            out.push_back(f);
    return out;
}

bool names(const std::string& frame, const std::string& e164)
{
    return frame.find(e164.substr(e164.size() - 10)) != std::string::npos;
}

class Traces : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Countries, Traces, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(Traces, OneCallIsASetUpOnTheTrunkAndOneOnTheTieWithAllNumbers)
{
    Lab lab({"--boxes", "1", "--country", GetParam()});
    const std::string law = std::string(GetParam()) == "us" ? "mulaw" : "alaw";
    writeG711(lab.file("spoken.wav"), law, noise(law, 16000, 1));
    const json call = lab.deposit(lab.file("spoken.wav"), caller, recipient);
    ASSERT_TRUE(call.value("connected", false)) << call.dump();
    const std::string access = lab.description().at("access_number");
    for (const char* span : {"trunk1", "box1-tie1"}) {
        const std::string pcap = lab.file(std::string(span) + "-all.pcap");
        ASSERT_EQ(lab.command({"trace", "dchannel"}, {span, "--pcap", pcap, "--with-numbers"}).exitCode, 0);
        const auto found = setups(pcap);
        ASSERT_EQ(found.size(), 1u) << span;
        for (const std::string& e164 : {caller, recipient, access})
            EXPECT_TRUE(names(found[0], e164)) << e164 << " on " << span;

        const std::string masked = lab.file(std::string(span) + "-masked.pcap");
        ASSERT_EQ(lab.command({"trace", "dchannel"}, {span, "--pcap", masked}).exitCode, 0);
        ASSERT_EQ(setups(masked).size(), 1u) << span;
        for (const std::string& e164 : {caller, recipient, access})
            EXPECT_FALSE(names(setups(masked)[0], e164)) << e164 << " on " << span;
        const CommandResult read = run({"tshark", "-r", pcap, "-Y", "q931.message_type == 0x05", "-T", "fields", "-e",
                                        "q931.calling_party_number.digits", "-e", "q931.called_party_number.digits"});
        EXPECT_NE(read.out.find(caller.substr(2)), std::string::npos)
            << "Wireshark's reading: " << read.out << read.err;
        EXPECT_NE(read.out.find(access.substr(2)), std::string::npos) << "Wireshark's reading: " << read.out;
    }
}

TEST(Trace, WhatTheModemWasToldLibgammuReadsAsTheTextThePhoneReceived)
{
    Lab lab({"--standalone"});
    writeG711(lab.file("spoken.wav"), "alaw", noise("alaw", 16000, 1));
    ASSERT_TRUE(lab.deposit(lab.file("spoken.wav"), caller, recipient).value("connected", false));
    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const json trace = lab.query({"trace", "at"}, {sms[0].value("modem", "")});
    std::string text, number;
    bool command = false;
    for (const json& line : trace.at("lines")) {
        if (!line.value("sent", false))
            continue;
        const std::string said = line.value("text", "");
        command = command || said.starts_with("AT+CMGS=");
        const std::string hex = said.substr(0, said.find_first_not_of("0123456789ABCDEF"));
        if (!command || hex.size() < 40)
            continue;
        callbox::OctetBuffer pdu;
        for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
            pdu.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
        const auto part = readByGammu(pdu);
        ASSERT_TRUE(part) << hex;
        text += part->text;
        number = part->number;
    }
    EXPECT_TRUE(command) << trace.dump();
    EXPECT_EQ(text, sms[0].value("text", ""));
    EXPECT_EQ(number, recipient);
}

} // namespace
