// SPDX-License-Identifier: GPL-2.0-or-later
// The electrical manners of a country's analog lines: an optional ability of a bank's SpanIo (dynamic_cast), and the
// data for it (hal/profiles/terminations.cpp). How such a line sounds is callbox/hal/country.h. Loop thread only.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace callbox::hal {

// Of a DAA and a SLIC, by the numbers of the Si3050's data sheet, which makers of other chips have as well by other
// names.
struct LineTermination {
    std::string_view code;         // as CountryProfile::code
    std::uint8_t impedance = 0;    // of the AC termination, 0..15: 0 600 ohm, 2 270 + (750 | 150 nF) (TBR 21), ...
    bool currentLimit = false;     // 60 mA off hook (TBR 21)
    std::uint8_t hookSpeed = 0;    // how fast the current goes when the hook closes: 0, 1 OHS, 2 OHS2
    std::uint8_t dcVoltage = 3;    // 0..3, DCV: the voltage off hook, 3 the highest
    std::uint8_t leastCurrent = 0; // 0..3, MINI: 10, 12, 14, 16 mA
    std::uint8_t ringMin = 0, ringMax = 0; // Hz of a ring, 10..70
};
std::span<const LineTermination> lineTerminations();
const LineTermination* findTermination(std::string_view code); // null: none of that code

class LineCountry {
public:
    // Of countryProfiles(), for every later start. A card that has no such settings says so in the log and goes on.
    virtual void setLineCountry(std::string_view code) = 0;

protected:
    ~LineCountry() = default;
};

} // namespace callbox::hal
