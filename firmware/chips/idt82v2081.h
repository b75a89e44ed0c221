// SPDX-License-Identifier: GPL-2.0-or-later
// IDT82V2081: the line interface of one E1 or T1 line: pulses, line code, clock recovery, loss of signal. Behind it lie
// bits and a clock each way. Registers by what drivers of this family say in public; amplitudes of T1 pulses, jitter
// attenuator and loops without that: to be held to the data sheet before a board is made. One thread; nothing waits.
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::chips {

struct LineInterfaceSettings {
    bool t1 = false;
    bool zeroCode = true;      // HDB3 or B8ZS; else AMI
    unsigned ohms = 120;       // E1 75, 120; T1 100
    unsigned buildOut = 0;     // T1: 0..4: 0 to 655 ft by 133 ft; 5..7: -7.5, -15, -22.5 dB
    unsigned sensitivity = 12; // dB that a line may lose: 12, 18, 36, 43
    bool remoteLoop = false;   // what the line says goes back, behind the clock recovery
    friend bool operator==(const LineInterfaceSettings&, const LineInterfaceSettings&) = default;
};

struct LineInterfaceReading {
    bool alive = false;   // it is set as it was set: a chip that lost its power, or is none, is not
    bool los = false;     // no pulses: G.775 for E1, ANSI T1.231 for T1
    bool noClock = false; // TCLK does not come
    bool driver = false;  // a short circuit, or an open line
    unsigned lossDb = 0;  // of the received signal
};

class Idt82v2081 {
public:
    explicit Idt82v2081(core::Registers& registers) : registers_(registers) {} // outlive it

    // Registers as after power on. It answers 1 ms later again.
    void reset();
    // False: a value is outside its range, or it did not keep what was written; its transmitter is off then.
    bool set(const LineInterfaceSettings&);
    [[nodiscard]] LineInterfaceReading read();
    // Violations of the line code and zeros in excess since the last call; 65535: that many or more. At most
    // one in ten bits can be one: to be asked every 300 ms at least.
    [[nodiscard]] unsigned codeErrors();

private:
    bool keep(std::uint8_t reg, std::uint8_t value);

    core::Registers& registers_;
    std::uint8_t termination_ = 0, global_ = 0;
    bool set_ = false;
};

} // namespace callbox::firmware::chips
