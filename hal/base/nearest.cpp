// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <callbox/base/nearest.h>
#include <numeric>
#include <vector>

namespace callbox {

namespace {

// Levenshtein distance; words are short.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

} // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known)
{
    std::optional<std::string> best;
    std::size_t least = std::min<std::size_t>(3, word.size() / 2) + 1;
    for (const std::string& k : known)
        if (const std::size_t d = distance(word, k); d < least) {
            least = d;
            best = k;
        }
    return best;
}

} // namespace callbox
