// SPDX-License-Identifier: GPL-2.0-or-later
// Tables for people: aligned columns under a header, cut to the terminal's width where there is one. What comes from
// outside is shown without control characters: a number or a text cannot steer the terminal. On a narrow terminal a
// table gives up, in this order: a long text's place in the row, columns that are spare, the ends of what shrinks.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace callbox::cli {

struct Column {
    std::string title;
    bool right = false;   // numbers
    bool shrinks = false; // is cut when the line is too wide
    bool below = false;   // a sentence: under its row, whole, when there is little room beside it; one column at most
    bool spare = false;   // is left out when the line is too wide
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<std::string> row); // as many cells as columns
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    // width: of the terminal; 0: as wide as it gets.
    void print(std::ostream& out, std::size_t width) const;

private:
    struct Layout {
        std::vector<std::size_t> columns; // that are shown, by their index ...
        std::vector<std::size_t> widths;  // ... and how wide
        std::optional<std::size_t> below;
    };
    [[nodiscard]] Layout layout(std::size_t limit) const;
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

std::string printable(std::string_view text);                // control characters become '?', line ends and tabs blanks
std::size_t displayWidth(std::string_view utf8);             // code points
std::string cutTo(std::string_view utf8, std::size_t width); // ends with "…" when something was cut

} // namespace callbox::cli
