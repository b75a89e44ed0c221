// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <callbox/base/number_range.h>
#include <charconv>

namespace callbox {

namespace {

std::uint64_t value(const PhoneNumber& n)
{
    std::uint64_t v = 0; // 15 digits at most
    std::from_chars(n.digits().data(), n.digits().data() + n.digits().size(), v);
    return v;
}

} // namespace

bool NumberRange::contains(const PhoneNumber& n) const
{
    return n.e164().size() == first.e164().size() && !(n < first) && !(last < n);
}

std::uint64_t NumberRange::size() const
{
    return first.empty() ? 0 : value(last) - value(first) + 1;
}

Result<NumberRange> makeRange(const PhoneNumber& first, const PhoneNumber& last)
{
    if (last.e164().size() != first.e164().size() || last < first)
        return Error{Errc::invalid, "a range is FIRST-LAST with as many digits in both, the smaller first"};
    return NumberRange{first, last};
}

Result<NumberRange> parseRange(std::string_view text)
{
    const auto dash = text.find('-');
    const auto first = PhoneNumber::parse(text.substr(0, dash));
    if (!first)
        return first.error();
    const auto last = dash == std::string_view::npos ? first : PhoneNumber::parse(text.substr(dash + 1));
    if (!last)
        return last.error();
    return makeRange(*first, *last);
}

bool overlap(const NumberRange& a, const NumberRange& b)
{
    return a.first.e164().size() == b.first.e164().size() && a.first <= b.last && b.first <= a.last;
}

bool contains(const std::vector<NumberRange>& ranges, const PhoneNumber& n)
{
    return std::any_of(ranges.begin(), ranges.end(), [&](const NumberRange& r) { return r.contains(n); });
}

} // namespace callbox
