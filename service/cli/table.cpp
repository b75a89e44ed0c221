// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/table.h"
#include <algorithm>
#include <numeric>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8; // a column that shrinks keeps so much

bool continues(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

} // namespace

std::string printable(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        // C1 controls are U+0080 to U+009F: 0xC2 0x80 to 0xC2 0x9F.
        const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c == '\n' || c == '\r' || c == '\t') {
            out += ' ';
        } else if (c < 0x20 || c == 0x7F || c1) {
            out += '?';
            i += c1 ? 1 : 0;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::size_t displayWidth(std::string_view utf8)
{
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return !continues(c); }));
}

std::string cutTo(std::string_view utf8, std::size_t width)
{
    if (displayWidth(utf8) <= width)
        return std::string(utf8);
    std::size_t at = 0;
    for (std::size_t n = 0; n + 1 < width; ++n)
        for (++at; at < utf8.size() && continues(utf8[at]);)
            ++at;
    return std::string(utf8.substr(0, at)) + (width ? "…" : "");
}

void Table::add(std::vector<std::string> row)
{
    for (std::string& cell : row)
        cell = printable(cell);
    row.resize(columns_.size());
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t limit) const
{
    std::vector<std::size_t> w;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        w.push_back(displayWidth(columns_[c].title));
        for (const auto& row : rows_)
            w[c] = std::max(w[c], displayWidth(row[c]));
    }
    std::size_t total = std::accumulate(w.begin(), w.end(), gap * (w.size() - 1));
    while (limit && total > limit) {
        std::size_t* widest = nullptr;
        for (std::size_t c = 0; c < columns_.size(); ++c)
            if (columns_[c].shrinks && w[c] > narrowest && (!widest || w[c] > *widest))
                widest = &w[c];
        if (!widest)
            break;
        --*widest;
        --total;
    }
    return w;
}

void Table::print(std::ostream& out, std::size_t width) const
{
    const std::vector<std::size_t> w = widths(width);
    const auto line = [&](const auto& cellOf) {
        std::string text;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string cell = cutTo(cellOf(c), w[c]);
            const std::string padding(w[c] - displayWidth(cell), ' ');
            text += (c ? std::string(gap, ' ') : "") + (columns_[c].right ? padding + cell : cell + padding);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << '\n';
    };
    line([&](std::size_t c) -> const std::string& { return columns_[c].title; });
    for (const auto& row : rows_)
        line([&](std::size_t c) -> const std::string& { return row[c]; });
}

} // namespace callbox::cli
