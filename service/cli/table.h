// SPDX-License-Identifier: GPL-2.0-or-later
// Tables for people: aligned columns under a header, cut to the terminal's width where there is one. What comes from
// outside is shown without control characters: a number or a text cannot steer the terminal.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace callbox::cli {

struct Column {
    std::string title;
    bool right = false;   // numbers
    bool shrinks = false; // is cut when the line is too wide
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<std::string> row); // as many cells as columns
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    // width: of the terminal; 0: as wide as it gets.
    void print(std::ostream& out, std::size_t width) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths(std::size_t limit) const;
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

std::string printable(std::string_view text);                // control characters become '?', line ends and tabs blanks
std::size_t displayWidth(std::string_view utf8);             // code points
std::string cutTo(std::string_view utf8, std::size_t width); // ends with "…" when something was cut

} // namespace callbox::cli
