// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <regex>

namespace callbox::tests {

namespace fs = std::filesystem;

std::string callboxProgram()
{
    return CALLBOX_BIN "/callbox";
}

Lab::Lab(Arguments options)
{
    std::string pattern = (fs::temp_directory_path() / "callbox e2e XXXXXX").string();
    if (!mkdtemp(pattern.data()))
        throw std::runtime_error("no temporary folder at " + pattern);
    scratch_ = pattern;
    dir_ = scratch_ +
           "/a lab in a folder whose path is longer than the address of a Unix socket may be and holds blanks, "
           "as a vendor's may";
    if (const char* wires = std::getenv("CALLBOX_WIRES"))
        options.insert(options.end(), {"--wires", wires});
    const CommandResult r = command({"lab", "up"}, std::move(options));
    if (r.exitCode != 0)
        throw std::runtime_error("lab up: exit " + std::to_string(r.exitCode) + "\n" + r.out + r.err);
}

Lab::~Lab()
{
    if (checkTraces_)
        checkDChannels();
    const CommandResult r = command({"lab", "down"});
    EXPECT_EQ(r.exitCode, 0) << r.out << r.err;
    if (::testing::Test::HasFailure() && std::getenv("CALLBOX_KEEP"))
        std::printf("kept: %s\n", scratch_.c_str());
    else
        fs::remove_all(scratch_);
}

json Lab::description() const
{
    std::ifstream in(dir_ + "/lab.json");
    return json::parse(in, nullptr, false);
}

Arguments Lab::arguments(Arguments nounVerb, Arguments rest) const
{
    Arguments argv{callboxProgram()};
    argv.insert(argv.end(), nounVerb.begin(), nounVerb.end());
    argv.insert(argv.end(), {"--dir", dir_});
    argv.insert(argv.end(), rest.begin(), rest.end());
    return argv;
}

CommandResult Lab::command(Arguments nounVerb, Arguments rest) const
{
    return run(arguments(std::move(nounVerb), std::move(rest)));
}

json Lab::query(Arguments nounVerb, Arguments rest) const
{
    rest.push_back("--json");
    const CommandResult r = command(nounVerb, std::move(rest));
    json j = json::parse(r.out, nullptr, false);
    EXPECT_FALSE(j.is_discarded()) << nounVerb[0] << " " << nounVerb.back() << ": exit " << r.exitCode << "\n"
                                   << r.out << r.err;
    if (j.is_discarded())
        return json::object();
    EXPECT_EQ(j.value("version", 0), 1) << j.dump();
    return j;
}

std::unique_ptr<Background> Lab::calling(Arguments options) const
{
    options.push_back("--json");
    return std::make_unique<Background>(arguments({"lab", "call"}, std::move(options)));
}

json Lab::report(Background& call)
{
    const CommandResult r = call.finish();
    json j = json::parse(r.out, nullptr, false);
    EXPECT_FALSE(j.is_discarded()) << "lab call: exit " << r.exitCode << "\n" << r.out << r.err;
    return j.is_discarded() ? json::object() : j;
}

json Lab::deposit(const std::string& file, const std::string& from, const std::string& to) const
{
    const std::string access = description().at("access_number");
    return call({"--from", from, "--to", access, "--redirecting", to, "--play", file});
}

G711 Lab::stored(const json& message) const
{
    static int n = 0;
    const std::string path = file("stored" + std::to_string(++n) + ".wav");
    const CommandResult r =
        command({"message", "export"}, {message.at("id").get<std::string>(), "--out", path}); // an id names its box
    EXPECT_EQ(r.exitCode, 0) << r.err;
    return r.exitCode == 0 ? readG711(path) : G711();
}

json Lab::sms(const std::string& to, int count, int wait) const
{
    return query({"lab", "sms"}, {"--to", to, "--count", std::to_string(count), "--wait", std::to_string(wait)})
        .value("sms", json::array());
}

json Lab::waitFor(Arguments nounVerb, const std::function<bool(const json&)>& done, Arguments rest) const
{
    json last;
    for (int i = 0; i < 4000; ++i) { // each question starts a process and takes its own time
        last = query(nounVerb, rest);
        if (done(last))
            return last;
    }
    ADD_FAILURE() << nounVerb[0] << " " << nounVerb.back() << " never said what was waited for; last: " << last.dump();
    return last;
}

json Lab::storedMessages(std::size_t atLeast) const
{
    json out;
    waitFor({"message", "list"}, [&](const json& list) {
        out = json::array();
        for (const json& m : list.value("messages", json::array()))
            if (m.value("state", "") == "stored")
                out.push_back(m);
        return out.size() >= atLeast;
    });
    return out;
}

void Lab::waitUntilHeard() const
{
    waitFor({"message", "list"}, [](const json& list) {
        for (const json& m : list.value("messages", json::array()))
            for (const json& r : m.value("recipients", json::array()))
                if (!r.value("heard_at", json()).is_null())
                    return true;
        return false;
    });
}

void Lab::checkDChannels() const
{
    const json spans = query({"span", "status"}).value("spans", json::array());
    EXPECT_FALSE(spans.empty());
    for (const json& span : spans) {
        const std::string name = span.value("name", "");
        const std::string pcap = scratch_ + "/" + name + ".pcap";
        Arguments options{name, "--pcap", pcap, "--with-numbers"};
        const CommandResult traced = command({"trace", "dchannel"}, options);
        EXPECT_EQ(traced.exitCode, 0) << name << ": " << traced.err;
        if (traced.exitCode != 0)
            continue;
        // Facility as EN 300 207-1 has it; by itself tshark takes every network for a QSIG one.
        const CommandResult r = run({"tshark", "-r", pcap, "-o", "q932.facility_encoding:Dissect facility as ETSI",
                                     "-Y", "_ws.malformed", "-V"});
        EXPECT_EQ(r.exitCode, 0) << r.err;
        EXPECT_EQ(r.out, "") << "malformed packets on the D channel of " << name;
    }
}

SmsWords readSms(const std::string& text)
{
    static const std::regex words(
        R"(Voice message(?: from (\+\d+)|, number withheld), (\d{1,2} [A-Z][a-z]{2} \d\d:\d\d), (\d+:\d\d)\. To listen call (\+\d+), code (\d{6})\..*)");
    std::smatch m;
    if (!std::regex_match(text, m, words))
        return {};
    return {m[1], m[2], m[3], m[4], m[5]};
}

std::vector<unsigned char> noise(const std::string& law, std::size_t samples, unsigned seed)
{
    // Codes of middle and upper level only, both signs: never silent for long, never a tone.
    std::mt19937 random(seed);
    std::vector<unsigned char> out(samples);
    for (unsigned char& octet : out) {
        const unsigned magnitude = 0x20 + random() % 0x30;
        const unsigned sign = random() & 1 ? 0x80 : 0;
        octet = static_cast<unsigned char>(law == "alaw" ? (sign | magnitude) ^ 0x55 : ~(sign | magnitude));
    }
    return out;
}

std::vector<unsigned char> allCodes(std::size_t samples, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<unsigned char> codes(256);
    for (std::size_t i = 0; i < codes.size(); ++i)
        codes[i] = static_cast<unsigned char>(i);
    std::vector<unsigned char> out;
    while (out.size() < samples) {
        std::shuffle(codes.begin(), codes.end(), random);
        out.insert(out.end(), codes.begin(), codes.end());
    }
    out.resize(samples);
    return out;
}

namespace {

void put(std::string& s, std::uint32_t v, int octets)
{
    for (int i = 0; i < octets; ++i)
        s += static_cast<char>(v >> (8 * i));
}

std::uint32_t get(const std::string& s, std::size_t at, int octets)
{
    std::uint32_t v = 0;
    for (int i = 0; i < octets; ++i)
        v |= std::uint32_t(static_cast<unsigned char>(s.at(at + std::size_t(i)))) << (8 * i);
    return v;
}

} // namespace

void writeG711(const std::string& path, const std::string& law, const std::vector<unsigned char>& samples)
{
    const auto n = static_cast<std::uint32_t>(samples.size());
    std::string h = "RIFF";
    put(h, 50 + n + (n & 1), 4);
    h += "WAVEfmt ";
    put(h, 18, 4);
    put(h, law == "alaw" ? 6 : 7, 2);
    put(h, 1, 2);
    put(h, 8000, 4);
    put(h, 8000, 4);
    put(h, 1, 2);
    put(h, 8, 2);
    put(h, 0, 2);
    h += "fact";
    put(h, 4, 4);
    put(h, n, 4);
    h += "data";
    put(h, n, 4);
    std::ofstream out(path, std::ios::binary);
    out << h;
    out.write(reinterpret_cast<const char*>(samples.data()), std::streamsize(samples.size()));
    if (n & 1)
        out.put(0);
    ASSERT_TRUE(out.good()) << path;
}

G711 readG711(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    G711 out;
    if (all.size() < 12 || all.compare(0, 4, "RIFF") || all.compare(8, 4, "WAVE")) {
        ADD_FAILURE() << path << " is no WAV file";
        return out;
    }
    for (std::size_t at = 12; at + 8 <= all.size();) {
        const std::string id = all.substr(at, 4);
        const std::size_t size = get(all, at + 4, 4);
        at += 8;
        if (id == "fmt ")
            out.law = get(all, at, 2) == 6 ? "alaw" : get(all, at, 2) == 7 ? "mulaw" : "other";
        if (id == "data") {
            const std::string data = all.substr(at, size);
            EXPECT_EQ(data.size(), size) << path << " is shorter than its header says";
            out.samples.assign(data.begin(), data.end());
        }
        at += size + (size & 1);
    }
    return out;
}

std::size_t findRun(const std::vector<unsigned char>& hay, const std::vector<unsigned char>& needle)
{
    const auto it =
        std::search(hay.begin(), hay.end(), std::boyer_moore_horspool_searcher(needle.begin(), needle.end()));
    return it == hay.end() ? std::string::npos : std::size_t(it - hay.begin());
}

} // namespace callbox::tests
