// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/number.h>

namespace callbox {

Result<PhoneNumber> PhoneNumber::parse(std::string_view text)
{
    const bool digitsOnly = text.size() > 1 && text.substr(1).find_first_not_of("0123456789") == std::string_view::npos;
    if (text.size() < 3 || text.size() > 16 || text.front() != '+' || !digitsOnly)
        return Error{Errc::invalid, "\"" + maskDigits(text.substr(0, 20)) +
                                        "\" is no number: '+' and 2 to 15 digits are needed, as +12125550199"};
    PhoneNumber n;
    n.text_ = text;
    return n;
}

std::string_view PhoneNumber::digits() const
{
    return text_.empty() ? std::string_view() : std::string_view(text_).substr(1);
}

std::string PhoneNumber::masked() const
{
    return maskDigits(text_);
}

bool Secret::matches(std::string_view other) const
{
    unsigned difference = text_.size() == other.size() ? 0 : 1;
    for (std::size_t i = 0; i < text_.size() && i < other.size(); ++i)
        difference |= static_cast<unsigned char>(text_[i]) ^ static_cast<unsigned char>(other[i]);
    return difference == 0;
}

std::string maskDigits(std::string_view digits)
{
    std::string out(digits);
    const std::size_t shown = out.starts_with('+') ? 5 : 4;
    for (std::size_t i = shown; i + 2 < out.size(); ++i)
        out[i] = '*';
    // A number too short for the middle to hide anything is hidden whole.
    if (out.size() <= shown + 2)
        for (std::size_t i = out.starts_with('+') ? 1 : 0; i < out.size(); ++i)
            out[i] = '*';
    return out;
}

} // namespace callbox
