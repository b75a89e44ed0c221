// SPDX-License-Identifier: GPL-2.0-or-later
// The little of the pcap format that following a trace needs: where its records begin, and when they were.
#pragma once
#include <callbox/base/result.h>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace callbox::cli {

constexpr std::size_t pcapHeaderSize = 24;

struct PcapRecord {
    std::int64_t ms = 0;     // since 1970 UTC
    std::string_view octets; // its header included
};
// Errc::invalid: no pcap as a daemon makes it.
Result<std::vector<PcapRecord>> pcapRecords(std::string_view file);

// Takes one answer after another and gives what is new in each.
class PcapFollower {
public:
    // The octets to append to a file: with the file's header the first time.
    Result<std::string> take(std::string_view file);
    [[nodiscard]] std::int64_t lastMs() const { return lastMs_; }
    [[nodiscard]] std::size_t frames() const { return frames_; }

private:
    bool begun_ = false;
    std::int64_t lastMs_ = 0;
    std::size_t frames_ = 0;
    std::multiset<std::string> ofLastMs_; // the records of that very millisecond: they may come again
};

} // namespace callbox::cli
