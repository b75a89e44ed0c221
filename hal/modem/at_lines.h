// SPDX-License-Identifier: GPL-2.0-or-later
// Octets from a modem to lines, in whatever pieces they come (ITU-T V.250 5.7.1): "\r\nOK\r\n", echoes, and the prompt
// "> " that has no end of line. Noise and endless lines are cut at a limit.
#pragma once
#include <callbox/base/bytes.h>
#include <functional>
#include <string>

namespace callbox::hal::modem {

class AtLines {
public:
    // Calls `onLine` for every line that is not empty; the prompt comes as ">".
    void feed(Octets octets, const std::function<void(const std::string&)>& onLine);
    void clear() { line_.clear(); }

private:
    std::string line_;
};

} // namespace callbox::hal::modem
