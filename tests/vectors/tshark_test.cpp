// SPDX-License-Identifier: GPL-2.0-or-later
// The second opinion: tshark finds every message well-formed that is meant to be, and reads the same type from it.
#include "support/command.h"
#include "vector_file.h"
#include <algorithm>
#include <callbox/hal/trace_ring.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::tests;

namespace {

const WallTime noon{std::chrono::milliseconds(1'763'812'800'000)};

struct Sample {
    std::string where;
    OctetBuffer message;
    bool qsig = false; // a private exchange's: its Facilities are others
};

OctetBuffer framed(Octets message)
{
    OctetBuffer f{0x02, 0x01, 0x00, 0x00}; // an I frame of SAPI 0, TEI 0
    f.insert(f.end(), message.begin(), message.end());
    return f;
}

std::vector<Sample> wellFormedOnes()
{
    std::vector<Sample> samples;
    const auto all = readAllVectors(VECTORS_DIR);
    EXPECT_TRUE(all);
    if (!all)
        return samples;
    for (const Vector& v : *all)
        for (const Step& s : v.steps)
            if (s.kind == Step::Kind::expect || (s.kind == Step::Kind::send && !s.malformed))
                samples.push_back(
                    {v.file + ":" + std::to_string(s.line) + " " + v.name, s.octets, v.type.starts_with("qsig")});
    return samples;
}

// One line a message: type, tab, what tshark finds malformed, tab, QSIG's operations. All of one kind of exchange.
std::vector<std::string> tsharkReads(const std::vector<Sample>& samples)
{
    const bool qsig = !samples.empty() && samples.front().qsig;
    std::deque<TracedFrame> frames;
    for (const Sample& s : samples)
        frames.push_back({noon, Direction::received, framed(s.message)});
    const OctetBuffer pcap = toPcap(frames, {}, true, true);
    const std::string file =
        (std::filesystem::temp_directory_path() / ("vectors-" + std::to_string(getpid()) + ".pcap")).string();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(pcap.data()), std::streamsize(pcap.size()));
    // Facility as EN 300 207-1 has it; by itself tshark takes every network for a QSIG one.
    const std::string facility = std::string("q932.facility_encoding:Dissect facility as ") + (qsig ? "QSIG" : "ETSI");
    const CommandResult r = run({"tshark", "-r", file, "-o", facility, "-T", "fields", "-e", "q931.message_type", "-e",
                                 "_ws.malformed", "-e", "_ws.expert.message", "-e", "qsig.operation"});
    std::filesystem::remove(file);
    EXPECT_EQ(r.exitCode, 0) << r.err;
    std::vector<std::string> lines;
    std::istringstream in(r.out);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

bool isQ931(const OctetBuffer& m)
{
    return m.size() > 4 && m[0] == 0x08;
}

TEST(Tshark, ReadsEveryWellFormedVectorAsWeMeantIt)
{
    std::vector<Sample> samples = wellFormedOnes();
    ASSERT_GE(samples.size(), 100u);
    const auto privateOnes =
        std::stable_partition(samples.begin(), samples.end(), [](const Sample& s) { return !s.qsig; });
    std::vector<std::string> lines = tsharkReads({samples.begin(), privateOnes});
    for (std::string& line : tsharkReads({privateOnes, samples.end()}))
        lines.push_back(std::move(line));
    ASSERT_EQ(lines.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!isQ931(samples[i].message))
            continue; // NI2's maintenance messages are another protocol to tshark
        const std::size_t at = 2 + (samples[i].message[1] & 0x0F);
        const std::string type = "0x" + hex(Octets(samples[i].message).subspan(at, 1));
        std::string said = lines[i].substr(0, lines[i].find('\t'));
        for (char& c : said)
            c = c == 'x' ? c : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        EXPECT_EQ(said, type) << samples[i].where;
        EXPECT_EQ(lines[i].find("alformed"), std::string::npos) << samples[i].where << ": " << lines[i];
    }
}

// Not merely well-formed: the operations are those that were meant, by ECMA-174, 176 and 178.
TEST(Tshark, KnowsTheOperationsOfAPrivateExchange)
{
    std::vector<Sample> samples = wellFormedOnes();
    std::erase_if(samples, [](const Sample& s) { return !s.qsig; });
    std::set<std::string> operations;
    for (const std::string& line : tsharkReads(samples))
        operations.insert(line.substr(line.rfind('\t') + 1));
    for (const char* operation : {"4", "7", "9", "12", "19"})
        EXPECT_TRUE(operations.contains(operation)) << operation << ": " << testing::PrintToString(operations);
}

TEST(Tshark, SeesAMalformedMessage)
{
    // A redirecting number cut off within the Facility's component.
    const Sample bad{"bad", {0x08, 0x02, 0x00, 0x01, 0x05, 0x04, 0x03, 0x80}};
    const auto lines = tsharkReads({bad});
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NE(lines[0].find("alformed"), std::string::npos) << lines[0];
}

} // namespace
