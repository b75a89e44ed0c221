// SPDX-License-Identifier: GPL-2.0-or-later
// Where the rows are from: the table "Country specific register settings" of the DAA's data sheet, by way of what
// drivers of DAHDI's analog cards send (driver/pure/opermode.c has all of it, and a test compares). Frequencies of
// rings: 15..68 Hz is what FCC part 68 has for type B ringers; elsewhere 16 2/3, 25 and 50 Hz occur. Nothing was
// measured on a line.
#include <algorithm>
#include <callbox/hal/line_country.h>

namespace callbox::hal {

namespace {

constexpr std::uint8_t least = 15, most = 70; // Hz
constexpr std::uint8_t ohs = 1, ohs2 = 2;

constexpr LineTermination european(std::string_view code, std::uint8_t impedance)
{
    return {code, impedance, true, ohs2, 3, 0, least, most};
}

constexpr LineTermination terminations[] = {
    {"generic", 2, true, 0, 3, 0, least, most}, // TBR 21
    {"us", 0, false, 0, 3, 0, least, most},
    european("gb", 5),
    european("de", 3),
    european("fr", 2),
    european("it", 2),
    european("es", 2),
    european("nl", 2),
    european("at", 3),
    european("ch", 2),
    {"au", 3, false, ohs, 0, 3, least, most},
};

} // namespace

std::span<const LineTermination> lineTerminations()
{
    return terminations;
}

const LineTermination* findTermination(std::string_view code)
{
    const auto* found = std::find_if(std::begin(terminations), std::end(terminations),
                                     [&](const LineTermination& t) { return t.code == code; });
    return found == std::end(terminations) ? nullptr : found;
}

} // namespace callbox::hal
