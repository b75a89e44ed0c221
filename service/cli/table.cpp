// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/table.h"
#include <algorithm>
#include <numeric>
#include <ostream>
#include <sstream>

namespace callbox::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8; // a column that shrinks keeps so much

constexpr std::size_t roomy = 30; // a sentence with less room beside its row stands under it
constexpr std::size_t indent = 4;

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

namespace {

// Broken between words.
void printWrapped(std::ostream& out, const std::string& text, std::size_t width)
{
    std::string line;
    const auto flush = [&] {
        if (!line.empty())
            out << std::string(indent, ' ') << line << '\n';
        line.clear();
    };
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!line.empty() && indent + displayWidth(line) + 1 + displayWidth(word) > width)
            flush();
        line += (line.empty() ? "" : " ") + word;
    }
    flush();
}

} // namespace

Table::Layout Table::layout(std::size_t limit) const
{
    Layout l;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        l.columns.push_back(c);
        l.widths.push_back(displayWidth(columns_[c].title));
        for (const auto& row : rows_)
            l.widths[c] = std::max(l.widths[c], displayWidth(row[c]));
    }
    const auto over = [&] {
        const std::size_t total = std::accumulate(l.widths.begin(), l.widths.end(), gap * (l.widths.size() - 1));
        return limit && total > limit ? total - limit : 0;
    };
    const auto leaveOut = [&](std::size_t place) {
        l.columns.erase(l.columns.begin() + static_cast<std::ptrdiff_t>(place));
        l.widths.erase(l.widths.begin() + static_cast<std::ptrdiff_t>(place));
    };
    for (std::size_t i = l.columns.size(); i-- > 0;)
        if (columns_[l.columns[i]].below && over() > 0 && l.widths[i] < over() + roomy) {
            l.below = l.columns[i];
            leaveOut(i);
        }
    for (std::size_t i = l.columns.size(); i-- > 0;)
        if (columns_[l.columns[i]].spare && over() > 0)
            leaveOut(i);
    while (over() > 0) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < l.columns.size(); ++i)
            if (columns_[l.columns[i]].shrinks && l.widths[i] > narrowest && (!widest || l.widths[i] > *widest))
                widest = &l.widths[i];
        if (!widest)
            break;
        --*widest;
    }
    return l;
}

void Table::print(std::ostream& out, std::size_t width) const
{
    const Layout l = layout(width);
    const auto line = [&](const auto& cellOf) {
        std::string text;
        for (std::size_t i = 0; i < l.columns.size(); ++i) {
            const std::size_t c = l.columns[i];
            const std::string cell = cutTo(cellOf(c), l.widths[i]);
            const std::string padding(l.widths[i] - displayWidth(cell), ' ');
            text += (i ? std::string(gap, ' ') : "") + (columns_[c].right ? padding + cell : cell + padding);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << '\n';
    };
    line([&](std::size_t c) -> const std::string& { return columns_[c].title; });
    for (const auto& row : rows_) {
        line([&](std::size_t c) -> const std::string& { return row[c]; });
        if (l.below)
            printWrapped(out, row[*l.below], width);
    }
}

} // namespace callbox::cli
