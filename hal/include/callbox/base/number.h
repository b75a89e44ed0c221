// SPDX-License-Identifier: GPL-2.0-or-later
// Telephone numbers and secrets: types that do not print by accident. Text for a log or an export is masked;
// the whole is given only to who asks for it by name.
#pragma once
#include <callbox/base/result.h>
#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace callbox {

// An E.164 number: '+' and 2 to 15 digits (ITU-T E.164 6.1), or empty = none.
class PhoneNumber {
public:
    PhoneNumber() = default;
    // "+12125550199"; Errc::invalid says what is wrong without repeating the whole number.
    static Result<PhoneNumber> parse(std::string_view e164);

    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] const std::string& e164() const { return text_; } // the whole number, with '+'
    [[nodiscard]] std::string_view digits() const;                  // without '+'
    [[nodiscard]] std::string masked() const;                       // "+1212*****99"; "" if empty
    auto operator<=>(const PhoneNumber&) const = default;

private:
    std::string text_;
};

// A code or PIN: compares in constant time, prints as "***".
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string s) : text_(std::move(s)) {}
    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] bool matches(std::string_view other) const;

private:
    std::string text_;
};

// Digits as they came in a signalling message: "+1212*****99" style masking for logs.
std::string maskDigits(std::string_view digits);

} // namespace callbox

template <> struct std::hash<callbox::PhoneNumber> {
    std::size_t operator()(const callbox::PhoneNumber& n) const { return std::hash<std::string>()(n.e164()); }
};
