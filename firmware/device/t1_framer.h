// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "core/t1_receiver.h"
#include "core/t1_transmitter.h"
#include "device/line_framer.h"

namespace callbox::firmware {

class T1Framer final : public LineFramer {
public:
    explicit T1Framer(E1Port& port) : port_(port) {}

    [[nodiscard]] unsigned bits() const override { return core::t1Bits; }
    [[nodiscard]] unsigned piece() const override { return 1; }
    void begin() override;
    void settings() override;
    void signal(bool present) override { receiver_.signal(present); }
    void receive(Octets line) override;
    core::Defects finish() override;
    void slip(int frames) override { slips_.order(frames); }
    Buffer transmit(bool alarm = false) override;
    [[nodiscard]] unsigned firstBit() const override { return first_; }

private:
    E1Port& port_;
    core::T1Framing framing_ = core::T1Framing::esf;
    core::T1Receiver receiver_{framing_};
    core::T1Transmitter transmitter_{framing_};
    std::array<std::uint8_t, core::T1Transmitter::octetsMost> out_{};
    Slips slips_;
    unsigned sent_ = 0;    // bits already in the octet that begins with the next frame
    unsigned first_ = 0;   // the same, of the frame sent last
    unsigned without_ = 0; // bits without alignment that are not yet told as frames
    core::T1Counters last_;
    core::Defects defects_ = 0;
};

} // namespace callbox::firmware
