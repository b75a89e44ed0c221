// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges of telephone numbers: link pools, recipients an installation serves, where boxes may call.
#pragma once
#include <callbox/base/number.h>
#include <cstdint>
#include <vector>

namespace callbox {

struct NumberRange {
    PhoneNumber first, last; // inclusive, as many digits in both
    [[nodiscard]] bool contains(const PhoneNumber&) const;
    [[nodiscard]] std::uint64_t size() const; // how many numbers; 0 for one that was never set
    bool operator==(const NumberRange&) const = default;
};

// "+12125559001-+12125560000", or one number. Errc::invalid says what is wrong.
Result<NumberRange> parseRange(std::string_view);
Result<NumberRange> makeRange(const PhoneNumber& first, const PhoneNumber& last);
bool overlap(const NumberRange&, const NumberRange&);
bool contains(const std::vector<NumberRange>&, const PhoneNumber&);

} // namespace callbox
