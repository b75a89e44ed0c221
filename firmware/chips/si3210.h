// SPDX-License-Identifier: GPL-2.0-or-later
// Si3210: a telephone's line with its battery and ringing. Registers by their data sheet.
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::chips {

class Si3210 final : public core::FxsChip {
public:
    explicit Si3210(core::Registers& registers) : registers_(registers) {}
    // Line open, automatic battery off, PCM on, 600 ohm, no gain, the ring of core::Ringer. `slot`: first bit of its
    // octet in a frame of the PCM highway, 0..1023. `loop`: current of the feed, 20..41 mA, in the chip's steps of 3.
    // False: a value is outside its range, or no Si3210 answers; nothing more is written then. Calibration of the DC-DC
    // converter is the board's: it knows its parts.
    bool begin(unsigned slot, bool aLaw, unsigned loop);
    core::FxsReading read() override;
    core::FxsCurrents currents() override;
    void setFeed(core::Linefeed feed) override;
    void setLaw(bool aLaw) override;
    bool setGain(int toLine, int fromLine) override; // -20 to 6 dB
    bool setRinger(const core::Ringer& r) override;  // 15..70 Hz, 12..63 V rms, 0..30 V direct, the peak 90 V at most
    void setLamp(bool on) override;                  // 87 V
    bool setImpedance(unsigned acim) override;
    void setLoopLimit(unsigned milliamps) override;

private:
    bool writeIndirect(std::uint8_t reg, unsigned value);

    core::Registers& registers_;
    unsigned loop_ = 20;              // mA, the board's
    std::uint8_t ringBattery_ = 0x32; // of register 74
};

} // namespace callbox::firmware::chips
