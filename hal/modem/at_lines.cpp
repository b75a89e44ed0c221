// SPDX-License-Identifier: GPL-2.0-or-later
#include "at_lines.h"

namespace callbox::hal::modem {

namespace {

constexpr std::size_t longestLine = 2048; // a PDU has 352 digits at most; more is noise

} // namespace

void AtLines::feed(Octets octets, const std::function<void(const std::string&)>& onLine)
{
    for (const std::uint8_t o : octets) {
        if (o == '\r' || o == '\n') {
            if (!line_.empty())
                onLine(std::exchange(line_, {}));
            continue;
        }
        if (o == 0 || line_.size() >= longestLine)
            continue;
        line_ += static_cast<char>(o);
        if (line_ == "> ") {
            line_.clear();
            onLine(">");
        }
    }
}

} // namespace callbox::hal::modem
