// SPDX-License-Identifier: GPL-2.0-or-later
// Si3210: a telephone's line with its battery and ringing. Registers by their data sheet.
#pragma once
#include "core/line_chips.h"

namespace callbox::firmware::chips {

class Si3210 final : public core::FxsChip {
public:
    explicit Si3210(core::Registers& registers) : registers_(registers) {}
    // Line open, automatic battery off, PCM on. `slot`: first bit of its octet in a frame of the PCM highway, 0..1023.
    // `loop`: current of the feed, 20..41 mA, in the chip's steps of 3. False: a value is outside its range, or no
    // Si3210 answers; nothing more is written then. Calibration of the DC-DC converter is the board's: it knows its
    // parts.
    bool begin(unsigned slot, bool aLaw, unsigned loop);
    core::FxsReading read() override;
    void setFeed(core::Linefeed) override;
    void setLaw(bool aLaw) override;

private:
    core::Registers& registers_;
};

} // namespace callbox::firmware::chips
