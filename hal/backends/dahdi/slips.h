// SPDX-License-Identifier: GPL-2.0-or-later
// Timing slips of a span (G.822), as its driver counts them. DAHDI shows them in /proc/dahdi/N and nowhere else.
#pragma once
#include <cstdint>
#include <string>

namespace callbox::hal::dahdi {

class Slips {
public:
    // `span`: its number in the system; `root`: where /proc is. What was counted before now is not told.
    void begin(const std::string& root, int span);
    [[nodiscard]] const std::string& file() const { return file_; }
    // What the file says now. It goes through all channels of the span: not on the loop.
    [[nodiscard]] static std::uint32_t counted(const std::string& file);
    // Since this was called last. A driver that counts anew, its card was plugged in again, begins at 0; at most 1000
    // are told.
    std::uint32_t more(std::uint32_t counted);

private:
    std::string file_;
    std::uint32_t known_ = 0;
};

} // namespace callbox::hal::dahdi
