// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"
#include "device/line_framer.h"
#include <optional>

namespace callbox::firmware {

class E1Framer final : public LineFramer {
public:
    explicit E1Framer(E1Port& port) : port_(port) {}

    [[nodiscard]] unsigned bits() const override { return 256; }
    [[nodiscard]] unsigned piece() const override { return 32; }
    void begin() override;
    void settings() override;
    void signal(bool present) override { receiver_.signal(present); }
    void receive(Octets line) override;
    core::Defects finish() override;
    void slip(int frames) override { slips_.order(frames); }
    Buffer transmit(bool alarm = false) override;
    [[nodiscard]] unsigned firstBit() const override { return 0; }

private:
    void chunk(core::FrameIn line);
    void hand(core::FrameIn frame);

    E1Port& port_;
    core::E1Receiver receiver_{core::E1Framing::crc4};
    core::E1Transmitter transmitter_;
    core::E1Framing framing_ = core::E1Framing::crc4;
    std::optional<core::E1Slot0> slotZero_;
    std::array<std::uint8_t, 32> out_{};
    unsigned number_ = 0; // of frames that have none of their own
    Slips slips_;
    unsigned shift_ = 0;                             // by how much numbers are off for those that slipped
    bool firstKnown_ = false, firstErrored_ = false; // sub-multiframe I of a multiframe
    core::E1Counters last_;
    core::Defects defects_ = 0;
};

} // namespace callbox::firmware
