// SPDX-License-Identifier: GPL-2.0-or-later
// Si3050 with Si3019 line side: an exchange's line behind an isolating capacitor link. Registers by their data sheet.
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::chips {

// Electrical manners of a country, data sheet table "Country specific register settings".
struct DaaCountry {
    std::uint8_t ohs = 0; // slow on-hook
    std::uint8_t ohs2 = 0;
    std::uint8_t rz = 0;   // synthesised ringer impedance
    std::uint8_t rt = 0;   // ring threshold: 0: 13.5..16.5 V, 1: 19.35..23.65 V
    std::uint8_t ilim = 0; // 1: 60 mA limit (TBR21)
    std::uint8_t dcv = 3;  // 0..3
    std::uint8_t mini = 0; // 0..3
    std::uint8_t acim = 0; // AC termination, 0..15: 0 600 ohm, 2 TBR21, 3 Germany
};

class Si3050 final : public core::FxoChip {
public:
    explicit Si3050(core::Registers& registers) : registers_(registers) {}
    void reset(); // before begin(), 50 ms or more
    // Settings, and powers up the link; the line side answers up to 2 s later (FxoReading::alive).
    // `slot`: first bit of its octet in a frame of the PCM highway, 0..1023. False: a value is outside its range, or no
    // Si3050 answers; nothing more is written then.
    bool begin(const DaaCountry& country, unsigned slot, bool aLaw);
    core::FxoReading read() override;
    void setHook(bool offHook) override;
    void setOnHookMonitor(bool on) override;
    void setLaw(bool aLaw) override;

private:
    void hookControl();

    core::Registers& registers_;
    bool offHook_ = false, monitor_ = false;
};

} // namespace callbox::firmware::chips
