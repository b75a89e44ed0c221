// SPDX-License-Identifier: GPL-2.0-or-later
// The always-on D channel trace: the last frames of a span in memory, exported as a pcap file of LINKTYPE_LINUX_LAPD
// (177) that Wireshark and tshark open. Bounded in octets; the oldest go first. Loop thread only.
#pragma once
#include <callbox/base/time.h>
#include <callbox/hal/types.h>
#include <deque>
#include <functional>
#include <span>

namespace callbox::hal {

enum class Direction { received, sent };

struct TracedFrame {
    WallTime at;
    Direction direction;
    OctetBuffer frame;
};

class TraceRing {
public:
    explicit TraceRing(std::size_t octets = 4 << 20) : limit_(octets) {}
    void add(WallTime at, Direction, Octets frame);
    [[nodiscard]] const std::deque<TracedFrame>& frames() const { return frames_; }
    [[nodiscard]] std::uint64_t total() const { return total_; } // ever added, for followers

private:
    std::size_t limit_;
    std::size_t held_ = 0;
    std::uint64_t total_ = 0;
    std::deque<TracedFrame> frames_;
};

// The pcap octets of `frames` not older than `since`. `networkSide`: this span's end is the network's, which sets the
// C/R direction Wireshark shows. Digits of numbers are masked in place unless `withNumbers`.
OctetBuffer toPcap(const std::deque<TracedFrame>& frames, WallTime since, bool networkSide, bool withNumbers);
// Digits of calling, called, redirecting and connected numbers in a Q.931 message (IE and diversion facility)
// become '*' from the sixth on, all but the last two; lengths stay.
void maskNumbers(std::span<std::uint8_t> lapdFrame);

} // namespace callbox::hal
