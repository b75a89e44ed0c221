// SPDX-License-Identifier: GPL-2.0-or-later
// Si3050 with Si3019 line side: an exchange's line behind an isolating capacitor link. Registers by their data sheet.
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::chips {

using core::DaaCountry;

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
    bool setGain(int toLine, int fromLine) override; // -15 to 12 dB
    bool setCountry(const DaaCountry&) override;

private:
    void hookControl();
    void setGain(std::uint8_t whole, std::uint8_t tenths, int gain);

    core::Registers& registers_;
    bool offHook_ = false, monitor_ = false;
};

} // namespace callbox::firmware::chips
