// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/example_numbers.h"
#include <algorithm>
#include <callbox/base/number_range.h>
#include <charconv>
#include <cstdint>
#include <vector>

namespace callbox::cli {

namespace {

constexpr std::uint64_t block = 10;

std::uint64_t digitsOf(const std::string& e164)
{
    std::uint64_t n = 0;
    if (!e164.empty())
        std::from_chars(e164.data() + 1, e164.data() + e164.size(), n);
    return n;
}

// Blocks that are free, from one on.
class Blocks {
public:
    void take(std::uint64_t first, std::uint64_t last) { taken_.push_back({first, last}); }
    std::uint64_t next(std::uint64_t from)
    {
        const auto hits = [&](const auto& t) { return t.first < from + block && t.second >= from; };
        while (std::any_of(taken_.begin(), taken_.end(), hits))
            from += block;
        take(from, from + block - 1);
        return from;
    }

private:
    std::vector<std::pair<std::uint64_t, std::uint64_t>> taken_;
};

std::string e164(std::uint64_t digits)
{
    return "+" + std::to_string(digits);
}

} // namespace

ExampleNumbers exampleNumbers(ExampleNumbers n)
{
    std::string near = "+12125550100";
    Blocks blocks;
    for (const std::string& range : {n.allow, n.linkFirst.empty() ? "" : n.linkFirst + "-" + n.linkLast, n.access})
        if (const auto r = parseRange(range)) {
            near = r->first.e164();
            blocks.take(digitsOf(r->first.e164()), digitsOf(r->last.e164()));
        }
    const std::uint64_t start = digitsOf(near) / (10 * block) * (10 * block);
    if (n.access.empty())
        n.access = e164(blocks.next(start));
    if (n.linkFirst.empty()) {
        const std::uint64_t links = blocks.next(start + block);
        n.linkFirst = e164(links);
        n.linkLast = e164(links + block - 1);
    }
    if (n.allow.empty()) {
        const std::uint64_t allowed = blocks.next(start + 5 * block);
        n.allow = e164(allowed) + "-" + e164(allowed + block - 1);
    }
    return n;
}

} // namespace callbox::cli
