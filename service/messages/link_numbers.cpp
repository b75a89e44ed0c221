// SPDX-License-Identifier: GPL-2.0-or-later
#include "link_numbers.h"
#include <unordered_set>

namespace callbox::messages {

namespace {

constexpr int codeTries = 1000; // a number has few live pairs: the first free code comes at once

std::uint64_t valueOf(std::string_view digits)
{
    std::uint64_t v = 0;
    for (const char c : digits)
        v = v * 10 + std::uint64_t(c - '0');
    return v;
}

std::string padded(std::uint64_t v, std::size_t digits)
{
    std::string s = std::to_string(v);
    return s.size() < digits ? std::string(digits - s.size(), '0') + s : s;
}

} // namespace

LinkNumbers::LinkNumbers(const StoreConfig& c, Random& random)
    : random_(random), first_(valueOf(c.poolFirst.digits())), digits_(c.poolFirst.digits().size())
{
    const std::uint64_t last = valueOf(c.poolLast.digits());
    used_.resize(last >= first_ ? std::size_t(last - first_ + 1) : 0);
}

std::string LinkNumbers::numberAt(std::size_t index) const
{
    return "+" + padded(first_ + index, digits_);
}

std::size_t LinkNumbers::indexOf(const std::string& link) const
{
    if (link.size() != digits_ + 1)
        return used_.size();
    const std::uint64_t v = valueOf(std::string_view(link).substr(1));
    return v >= first_ && v - first_ < used_.size() ? std::size_t(v - first_) : used_.size();
}

void LinkNumbers::count(const std::string& link, int by)
{
    if (const std::size_t i = indexOf(link); i < used_.size())
        used_[i] += static_cast<std::uint32_t>(by);
}

void LinkNumbers::load(Database& db)
{
    std::fill(used_.begin(), used_.end(), 0U);
    Query q = db.query("SELECT link, count(*) FROM pairs GROUP BY link");
    while (q.step())
        count(q.text(0), static_cast<int>(q.integer(1)));
}

std::string LinkNumbers::freeCode(Database& db, const std::string& link)
{
    for (int i = 0; i < codeTries; ++i) {
        std::string code = padded(random_.below(1'000'000), 6);
        Query q = db.query("SELECT 1 FROM pairs WHERE link = ? AND code = ? AND until = 0");
        if (!q.bind(link).bind(code).step())
            return code;
    }
    return {};
}

Result<LinkNumbers::Pair> LinkNumbers::allot(Database& db, const std::string& number, RecipientId recipient)
{
    std::unordered_set<std::size_t> held;
    {
        Query q = db.query("SELECT link FROM pairs WHERE number = ?");
        q.bind(number);
        while (q.step())
            held.insert(indexOf(q.text(0)));
    }
    std::vector<std::size_t> least;
    std::uint32_t fewest = UINT32_MAX;
    for (std::size_t i = 0; i < used_.size(); ++i) {
        if (used_[i] > fewest || (!held.empty() && held.count(i)))
            continue;
        if (used_[i] < fewest) {
            fewest = used_[i];
            least.clear();
        }
        least.push_back(i);
    }
    if (least.empty())
        return Error{Errc::no_space, "link numbers: this recipient holds all " + std::to_string(used_.size()) +
                                         " of the pool, live or in quarantine"};
    Pair p;
    p.link = numberAt(least[std::size_t(random_.below(least.size()))]);
    p.code = freeCode(db, p.link);
    if (p.code.empty())
        return Error{Errc::no_space, "link numbers: no free code on " + p.link.substr(0, 6) + "..."};
    db.query("INSERT INTO pairs(link, number, code, recipient) VALUES(?,?,?,?)")
        .bind(p.link)
        .bind(number)
        .bind(p.code)
        .bind(recipient)
        .step();
    if (auto r = db.failure(); !r)
        return r.error();
    count(p.link, 1);
    return p;
}

} // namespace callbox::messages
