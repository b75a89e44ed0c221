// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "boards/usbip/line_framer.h"
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"
#include <optional>

namespace callbox::usbip {

class E1Framer final : public LineFramer {
public:
    explicit E1Framer(firmware::E1Port& port) : port_(port) {}

    [[nodiscard]] unsigned bits() const override { return 256; }
    [[nodiscard]] unsigned piece() const override { return 32; }
    void begin() override;
    void settings() override;
    void signal(bool present) override { receiver_.signal(present); }
    void receive(firmware::Octets line) override;
    firmware::core::Defects finish() override;
    void slip(int frames) override { slips_.order(frames); }
    firmware::Octets transmit(const BitPipe& line) override;

private:
    void chunk(firmware::core::FrameIn line);
    void hand(firmware::core::FrameIn frame);
    void spoil(const BitPipe& line);

    firmware::E1Port& port_;
    firmware::core::E1Receiver receiver_{firmware::core::E1Framing::crc4};
    firmware::core::E1Transmitter transmitter_;
    firmware::core::E1Framing framing_ = firmware::core::E1Framing::crc4;
    std::optional<firmware::core::E1Slot0> slotZero_;
    std::array<std::uint8_t, 32> out_{};
    unsigned number_ = 0; // of frames that have none of their own
    Slips slips_;
    unsigned shift_ = 0;                             // by how much numbers are off for those that slipped
    unsigned lostSignals_ = 0;                       // frame alignment signals in a row that were spoiled
    bool firstKnown_ = false, firstErrored_ = false; // sub-multiframe I of a multiframe
    firmware::core::E1Counters last_;
    firmware::core::Defects defects_ = 0;
};

} // namespace callbox::usbip
