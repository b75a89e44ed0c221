// SPDX-License-Identifier: GPL-2.0-or-later
#include "vector_file.h"
#include <algorithm>
#include <callbox/hal/trunk_profile.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace callbox::tests {

namespace {

std::string trimmed(std::string s)
{
    // A comment is a # at the line's beginning or after a blank: "*61#" is a number.
    for (std::size_t i = 0; i < s.size(); ++i)
        if (s[i] == '#' && (i == 0 || s[i - 1] == ' '))
            s.resize(i);
    const auto first = s.find_first_not_of(" \t\r");
    if (first == std::string::npos)
        return {};
    return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

// "08 02 00 01": pairs of digits and nothing else.
bool takeOctets(const std::string& line, OctetBuffer& out)
{
    std::istringstream words(line);
    OctetBuffer octets;
    for (std::string w; words >> w;) {
        if (w.size() != 2 || w.find_first_not_of("0123456789ABCDEFabcdef") != std::string::npos)
            return false;
        octets.push_back(static_cast<std::uint8_t>(std::stoul(w, nullptr, 16)));
    }
    out.insert(out.end(), octets.begin(), octets.end());
    return true;
}

std::optional<Step::Kind> stepOf(const std::string& word)
{
    constexpr std::pair<std::string_view, Step::Kind> kinds[] = {
        {"send", Step::Kind::send}, {"expect", Step::Kind::expect}, {"quiet", Step::Kind::quiet},
        {"do", Step::Kind::act},    {"saw", Step::Kind::saw},       {"far", Step::Kind::far},
        {"wait", Step::Kind::wait}};
    for (const auto& [name, kind] : kinds)
        if (word == name)
            return kind;
    return {};
}

bool takeLine(Vector& v, const std::string& line, int number)
{
    const auto blank = std::min(line.find(' '), line.size());
    const std::string word = line.substr(0, blank);
    const std::string rest = trimmed(line.substr(blank));
    if (word == "clause") {
        v.clause = rest;
        return true;
    }
    if (word == "side") {
        std::istringstream(rest) >> v.side >> v.type;
        return (v.side == "user" || v.side == "network") && hal::findProfile(v.type.substr(0, v.type.find('+')));
    }
    if (const auto kind = stepOf(word)) {
        v.steps.push_back({*kind, number});
        v.steps.back().malformed = rest == "malformed";
        v.steps.back().words = rest;
        return true;
    }
    if (v.steps.empty() || (v.steps.back().kind != Step::Kind::send && v.steps.back().kind != Step::Kind::expect))
        return false;
    return takeOctets(line, v.steps.back().octets);
}

} // namespace

Result<std::vector<Vector>> readVectors(const std::string& path)
{
    std::ifstream in(path);
    if (!in)
        return Error{Errc::io, path + ": cannot be read"};
    std::vector<Vector> vectors;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        line = trimmed(line);
        if (line.empty())
            continue;
        if (line.starts_with("vector ")) {
            Vector v;
            v.name = trimmed(line.substr(7));
            v.file = std::filesystem::path(path).filename();
            v.line = number;
            vectors.push_back(v);
        } else if (vectors.empty() || !takeLine(vectors.back(), line, number)) {
            return Error{Errc::invalid, path + ":" + std::to_string(number) + ": " + line + ": not understood"};
        }
    }
    for (const Vector& v : vectors)
        if (v.clause.empty() || v.side.empty() || v.steps.empty())
            return Error{Errc::invalid, path + ": " + v.name + " wants a clause, a side and steps"};
    return vectors;
}

Result<std::vector<Vector>> readAllVectors(const std::string& folder)
{
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".vectors")
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Vector> all;
    for (const std::string& path : paths) {
        auto some = readVectors(path);
        if (!some)
            return some.error();
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

std::string hex(Octets octets)
{
    std::string out;
    for (const std::uint8_t o : octets) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        if (!out.empty())
            out += ' ';
        out += digits[o >> 4];
        out += digits[o & 15];
    }
    return out;
}

} // namespace callbox::tests
