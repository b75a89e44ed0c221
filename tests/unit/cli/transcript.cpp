// SPDX-License-Identifier: GPL-2.0-or-later
#include "transcript.h"
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace callbox::cli::tests {

namespace {

namespace fs = std::filesystem;

fs::path folder()
{
    return fs::path(CALLBOX_TEST_FOLDER) / "transcripts";
}

std::string quoted(const std::string& word)
{
    return word.empty() || word.find_first_of(" \"'#*;") != std::string::npos ? "'" + word + "'" : word;
}

void addStream(std::string& text, const char* name, const std::string& said)
{
    if (said.empty())
        return;
    text += std::string("-- ") + name + "\n" + said;
    if (!said.ends_with('\n'))
        text += "\n-- (no line end)\n";
}

std::size_t lineOf(const std::string& text, std::size_t at)
{
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + std::ptrdiff_t(at), '\n'));
}

} // namespace

void Transcript::add(const Words& words, const Said& said)
{
    text_ += "$ callbox";
    for (const std::string& w : words)
        text_ += " " + quoted(w);
    text_ += "\n";
    addStream(text_, "out", said.out);
    addStream(text_, "err", said.err);
    text_ += "-- exit " + std::to_string(said.exit) + "\n\n";
}

void Transcript::compare(const std::string& name) const
{
    const fs::path path = folder() / (name + ".txt");
    if (const char* update = std::getenv("CALLBOX_UPDATE_TRANSCRIPTS"); update && std::string(update) == "1") {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << text_;
        out.close();
        ASSERT_TRUE(out) << "writing " << path;
        return;
    }
    std::ifstream in(path, std::ios::binary);
    ASSERT_TRUE(in) << path << " is missing; CALLBOX_UPDATE_TRANSCRIPTS=1 writes it, then review it";
    const std::string expected{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (expected == text_)
        return;
    const auto at = static_cast<std::size_t>(
        std::mismatch(expected.begin(), expected.end(), text_.begin(), text_.end()).first - expected.begin());
    const std::size_t from = at < 300 ? 0 : at - 300;
    ADD_FAILURE() << path << ":" << lineOf(expected, at) << ": here it was said\n"
                  << expected.substr(from, 600) << "\n---- and now it says\n"
                  << text_.substr(from, 600)
                  << "\n---- if that is meant, CALLBOX_UPDATE_TRANSCRIPTS=1 writes it anew; review the difference";
}

std::vector<std::string> transcriptNames()
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder()))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace callbox::cli::tests
