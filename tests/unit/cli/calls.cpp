// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls.h"
#include <sstream>

namespace callbox::cli::tests {

const std::vector<CommandCalls>& commandCalls()
{
    static const std::string socket = "LAB/box1/state/control.sock";
    static const std::string switchSocket = "LAB/switch/control.sock";
    static const std::vector<CommandCalls> all{
        {"box activate", {"--dir", "LAB"}, {{"--socket", socket}, {"--dir", "LAB", "--box", "box1"}}},
        {"box drain",
         {"--dir", "LAB", "--why", "new modem", "--until", "2026-11-22T18:00:00Z"},
         {{"--socket", socket}, {"--socket", socket, "--until", "tomorrow"}}},
        {"box maintenance", {"--dir", "LAB", "--box", "box2", "--yes"}, {{"--dir", "LAB"}}},
        {"box status",
         {"--dir", "LAB"},
         {{"--socket", socket}, {"--dir", "LAB", "--box", "box2"}, {"--dir", "LAB", "--box", "box9"}}},
        {"bundle",
         {"--dir", "LAB", "--root", "OUT/machine", "--out", "OUT/bundle.tar"},
         {{"--socket", "OUT/nothing.sock", "--root", "OUT/machine", "--file", "OUT/dahdi.ini", "--out", "OUT/dead.tar"},
          {"--dir", "LAB", "--box", "box1", "--root", "OUT/machine", "--out", "OUT/nowhere/bundle.tar"},
          {"--dir", "EMPTY", "--out", "OUT/empty.tar"}},
         false},
        {"call export",
         {"box1-tie1-u1", "--dir", "LAB", "--out", "OUT/call.tar"},
         {{"box1-tie1-7", "--dir", "LAB", "--box", "box1", "--out", "OUT/call.tar", "--with-numbers"},
          {"box1-tie1-5", "--dir", "LAB", "--out", "OUT/call.tar", "--with-audio"},
          {"trunk1-17", "--dir", "LAB", "--out", "OUT/call.tar", "--at", "2026-11-22T14:05:30Z"},
          {"trunk1-17", "--dir", "LAB", "--out", "OUT/call.tar", "--at", "noon"},
          {"trunk1-99", "--dir", "LAB", "--out", "OUT/call.tar"},
          {"trunk1", "--dir", "LAB", "--out", "OUT/call.tar"},
          {"box1-tie1-u1", "--dir", "LAB", "--out", "OUT/nowhere/call.tar"}}},
        {"call hangup",
         {"box1-tie1-7", "--dir", "LAB", "--yes"},
         {{"box1-tie1-7", "--dir", "LAB"},
          {"nothing-1", "--dir", "LAB", "--yes"},
          {"box1-tie1-7", "--yes", "--socket", socket}}},
        {"call list", {"--dir", "LAB"}, {{"--socket", socket}, {"--dir", "LAB", "--switch"}}},
        {"completion", {"bash"}, {{"fish"}}, false},
        {"config check",
         {"LAB/box1/box.ini"},
         {{"LAB/switch/switch.ini"}, {"OUT/call.json"}, {"OUT/nothing.ini"}},
         false},
        {"config generate",
         {"--virtual", "OUT/trunk1.sock", "--state", "OUT/state"},
         {{},
          {"--virtual", "OUT/trunk1.sock", "--access", "+4930123400", "--pool", "+4930123401-+4930123499", "--allow",
           "+49301235000-+49301235999", "--out", "OUT/generated.ini"},
          {"--virtual", "OUT/trunk1.sock", "--access", "me"},
          {"--virtual", "OUT/trunk1.sock", "--pool", "+4930123401"}},
         false},
        {"config show", {"--dir", "LAB"}, {{"--socket", socket}, {"--dir", "LAB", "--box", "box1"}}},
        {"doctor",
         {"--dir", "LAB", "--box", "box1", "--root", "OUT/machine"},
         {{"--dir", "LAB", "--root", "OUT/machine"},
          {"span", "box1-tie1", "--dir", "LAB", "--root", "OUT/machine"},
          {"span", "trunk9", "--dir", "LAB", "--root", "OUT/machine"},
          {"span", "--dir", "LAB"},
          {"--socket", "OUT/nothing.sock", "--root", "OUT/machine", "--file", "OUT/dahdi.ini"},
          {"--dir", "EMPTY"}},
         false},
        {"help", {}, {}, false},
        {"lab call",
         {"--dir", "LAB", "--from", "+12125550199", "--to", "+12125559000", "--redirecting", "+12125550123"},
         {{"--dir", "LAB", "--from", "+12125550199", "--to", "+12125550000"},
          {"--dir", "LAB", "--from", "somebody", "--to", "+12125559000"},
          {"--dir", "LAB", "--from", "+12125550199", "--to", "+12125559000", "--play", "OUT/nothing.wav"}}},
        {"lab down", {"--dir", "LAB"}, {{"--dir", "EMPTY/nowhere"}}, false},
        {"lab fault",
         {"--dir", "LAB", "--box", "box1", "--what", "span-los"},
         {{"--dir", "LAB", "--box", "box1", "--what", "modem-silent"},
          {"--dir", "LAB", "--switch", "--what", "disk-full"},
          {"--dir", "LAB", "--what", "kill"},
          {"--dir", "LAB", "--box", "box9", "--what", "kill"},
          {"--dir", "LAB", "--box", "box1", "--what", "kill"}}},
        {"lab load", {"--dir", "LAB", "--rate", "6", "--calls", "60", "--hold", "5"}, {}},
        {"lab phone",
         {"--dir", "LAB", "--number", "+12125550123", "--answers", "yes", "--press", "1p1"},
         {{"--dir", "LAB", "--number", "+12125550123", "--answers", "yes", "--press", "one"}}},
        {"lab sms", {"--dir", "LAB", "--to", "+12125550123"}, {}},
        {"lab up",
         {"--dir", "LAB", "--boxes", "2", "--country", "us"},
         {{"--dir", "LAB", "--standalone", "--boxes", "2"}},
         false},
        {"message delete",
         {"17", "--dir", "LAB", "--yes"},
         {{"17", "--dir", "LAB"}, {"99", "--dir", "LAB", "--yes"}, {"17", "--socket", socket, "--yes"}}},
        {"message export",
         {"17", "--dir", "LAB", "--out", "OUT/17.wav"},
         {{"99", "--dir", "LAB", "--out", "OUT/99.wav"}, {"17", "--dir", "LAB", "--out", "OUT/nowhere/17.wav"}}},
        {"message list",
         {"--dir", "LAB"},
         {{"--socket", socket},
          {"--dir", "LAB", "--state", "stored"},
          {"--dir", "LAB", "--to", "+12125550124"},
          {"--dir", "LAB", "--to", "me"}}},
        {"message show",
         {"17", "--dir", "LAB"},
         {{"2018", "--dir", "LAB"}, {"99", "--dir", "LAB"}, {"17", "--socket", socket}}},
        {"modem status", {"--dir", "LAB"}, {{"--socket", socket}}},
        {"number list", {"--dir", "LAB"}, {{"--socket", socket}}},
        {"span status",
         {"--dir", "LAB"},
         {{"box1-tie1", "--dir", "LAB"}, {"trunk9", "--dir", "LAB"}, {"--dir", "LAB", "--switch"}}},
        {"switch boxes", {"--dir", "LAB"}, {{"--socket", switchSocket}}},
        {"switch explain", {"trunk1-17", "--dir", "LAB"}, {{"trunk1-99", "--dir", "LAB"}}},
        {"switch simulate",
         {"--dir", "LAB", "--status", "OUT/boxes.json", "--call", "OUT/call.json"},
         {{"--status", "OUT/boxes.json", "--call", "OUT/call.json"},
          {"--status", "OUT/call.json", "--call", "OUT/call.json"}}},
        {"trace at",
         {"box1-modem1", "--dir", "LAB"},
         {{"box1-modem1", "--dir", "LAB", "--masked"}, {"box9-modem1", "--dir", "LAB"}}},
        {"trace dchannel",
         {"box1-tie1", "--dir", "LAB", "--pcap", "OUT/d.pcap"},
         {{"box1-tie1", "--dir", "LAB", "--pcap", "OUT/d.pcap", "--with-numbers", "--last", "5"},
          {"box1-tie1", "--dir", "LAB", "--pcap", "OUT/d.pcap", "--last", "5", "--follow"},
          {"box1-tie1", "--dir", "LAB"},
          {"box1-tie1", "--dir", "LAB", "--with-numbers", "--messages"},
          {"box1-tie1", "--dir", "LAB", "--pcap", ""},
          {"trunk9", "--dir", "LAB", "--pcap", "OUT/d.pcap"}}},
        {"trace decode",
         {"OUT/captured.pcap"},
         {{"OUT/captured.pcap", "--with-numbers", "--messages"},
          {"OUT/cut.pcap"},
          {"OUT/call.json"},
          {"OUT/nothing.pcap"}},
         false},
    };
    return all;
}

Words wordsOf(const CommandCalls& c, const Words& rest)
{
    Words words;
    std::istringstream in(c.command);
    for (std::string word; in >> word;)
        words.push_back(word);
    words.insert(words.end(), rest.begin(), rest.end());
    return words;
}

Words inEmptyFolder(Words words)
{
    for (std::string& w : words)
        if (w == "LAB" || w.starts_with("LAB/"))
            w.replace(0, 3, "EMPTY");
    return words;
}

} // namespace callbox::cli::tests
