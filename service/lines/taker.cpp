// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/taker.h"

namespace callbox::lines {

namespace {

constexpr std::size_t longest = 200;

} // namespace

Result<void> checkTaker(const std::string& by)
{
    if (by.empty())
        return Error{Errc::invalid, "by: who listens, as a text; the log keeps it"};
    if (by.size() > longest)
        return Error{Errc::invalid, "by: who listens, in at most " + std::to_string(longest) + " octets, not " +
                                        std::to_string(by.size())};
    return {};
}

} // namespace callbox::lines
