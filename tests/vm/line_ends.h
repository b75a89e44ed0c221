// SPDX-License-Identifier: GPL-2.0-or-later
// What tests of analog lines over the kernel have in common.
#pragma once
#include "line/line_pair.h"
#include <algorithm>
#include <map>

namespace callbox::tests {

inline SpanConfig bankOf(PortKind kind, unsigned port = 1, LineStart start = LineStart::kewl)
{
    SpanConfig c{.name = "bank", .type = SpanType::analog, .dChannel = Timeslot{0}};
    c.ports.push_back({Timeslot{static_cast<std::uint8_t>(port)}, kind, start});
    return c;
}

// Says one octet and keeps what it hears.
class OneOctet final : public SpanEvents {
public:
    explicit OneOctet(std::uint8_t say) : say_(say) {}
    void onTick(const SpanTick& t) override
    {
        for (const SlotBlock& s : t.slots) {
            std::fill(s.tx.begin(), s.tx.end(), say_);
            for (const std::uint8_t o : s.rx)
                ++heard[o];
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override {}
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    std::map<std::uint8_t, std::uint64_t> heard;

private:
    std::uint8_t say_;
};

} // namespace callbox::tests
