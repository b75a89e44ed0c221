// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "boards/usbip/line_framer.h"
#include "core/t1_receiver.h"
#include "core/t1_transmitter.h"

namespace callbox::usbip {

class T1Framer final : public LineFramer {
public:
    explicit T1Framer(firmware::E1Port& port) : port_(port) {}

    [[nodiscard]] unsigned bits() const override { return firmware::core::t1Bits; }
    [[nodiscard]] unsigned piece() const override { return 1; }
    void begin() override;
    void settings() override;
    void signal(bool present) override { receiver_.signal(present); }
    void receive(firmware::Octets line) override;
    firmware::core::Defects finish() override;
    void slip(int frames) override { slips_.order(frames); }
    firmware::Octets transmit(const BitPipe& line) override;

private:
    firmware::E1Port& port_;
    firmware::core::T1Framing framing_ = firmware::core::T1Framing::esf;
    firmware::core::T1Receiver receiver_{framing_};
    firmware::core::T1Transmitter transmitter_{framing_};
    std::array<std::uint8_t, firmware::core::T1Transmitter::octetsMost> out_{};
    Slips slips_;
    unsigned sent_ = 0;    // bits already in the octet that begins with the next frame
    unsigned without_ = 0; // bits without alignment that are not yet told as frames
    firmware::core::T1Counters last_;
    firmware::core::Defects defects_ = 0;
};

} // namespace callbox::usbip
