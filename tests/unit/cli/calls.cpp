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
        {"config show", {"--dir", "LAB"}, {{"--socket", socket}, {"--dir", "LAB", "--box", "box1"}}},
        {"help", {}, {}, false},
        {"lab call",
         {"--dir", "LAB", "--from", "+12125550199", "--to", "+12125559000", "--redirecting", "+12125550123"},
         {{"--dir", "LAB", "--from", "+12125550199", "--to", "+12125550000"},
          {"--dir", "LAB", "--from", "somebody", "--to", "+12125559000"},
          {"--dir", "LAB", "--from", "+12125550199", "--to", "+12125559000", "--play", "OUT/nothing.wav"}}},
        {"lab down", {"--dir", "LAB"}, {{"--dir", "EMPTY/nowhere"}}, false},
        {"lab exchange",
         {"--dir", "LAB", "--span", "dahdi:E/1", "--country", "us"},
         {{"--dir", "LAB", "--span", "card:1"},
          {"--dir", "LAB", "--span", "box9-tie1", "--config", "LAB/box1/box.ini"},
          {"--dir", "LAB", "--span", "dahdi:E/1", "--switch-type", "r2"},
          {"--dir", "LAB", "--span", "dahdi:E/1", "--box", "box1"},
          {"--dir", "LAB", "--span", "dahdi:E/1", "--access", "me"}},
         false},
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
        {"test bert",
         {"box1-tie1", "--dir", "LAB"},
         {{"box1-tie1", "--dir", "LAB", "--slot", "7"},
          {"box1-tie1", "--dir", "LAB", "--slot", "3", "--all"},
          {"box1-tie1", "--dir", "LAB", "--insert", "1e-5", "--pattern", "qrss", "--minutes", "15"},
          {"box1-tie1", "--dir", "LAB", "--insert", "many"},
          {"trunk9", "--dir", "LAB"}}},
        {"test level", {"box1-tie1", "--dir", "LAB"}, {{"box1-tie1", "--dir", "LAB", "--slot", "7"}}},
        {"test loop",
         {"box1-tie1", "--dir", "LAB", "--kind", "payload", "--yes"},
         {{"box1-tie1", "--dir", "LAB", "--kind", "payload"}, {"box1-tie1", "--dir", "LAB", "--kind", "none"}}},
        {"test tone",
         {"box1-tie1", "--dir", "LAB"},
         {{"box1-tie1", "--dir", "LAB", "--listen"},
          {"--call", "box1-tie1-7", "--dir", "LAB"},
          {"box1-tie1", "--call", "box1-tie1-7", "--dir", "LAB"},
          {"box1-tie1", "--dir", "LAB", "--listen", "--hz", "800"}}},
        {"trace at",
         {"box1-modem1", "--dir", "LAB"},
         {{"box1-modem1", "--dir", "LAB", "--masked"}, {"box9-modem1", "--dir", "LAB"}}},
        {"trace dchannel",
         {"box1-tie1", "--dir", "LAB", "--pcap", "OUT/d.pcap"},
         {{"box1-tie1", "--dir", "LAB", "--pcap", "OUT/d.pcap", "--with-numbers", "--last", "5"},
          {"box1-tie1", "--dir", "LAB", "--pcap", "OUT/d.pcap", "--last", "5", "--follow"},
          {"trunk9", "--dir", "LAB", "--pcap", "OUT/d.pcap"}}},
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
