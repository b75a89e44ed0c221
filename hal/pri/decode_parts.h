// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: the parts of decode.h.
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/hal/cause.h>
#include <span>

namespace callbox::hal::pri {

// A code point and its word.
struct Word {
    unsigned code;
    std::string_view word;
};
// "other (N)" where the table lacks it.
std::string wordOf(std::span<const Word> words, unsigned code);

std::string elementName(unsigned codeset, std::uint8_t id); // "Element 5a" where it has none here
// Its contents in words. What is missing or wrong is added to `damage` with the element's name.
std::string elementText(unsigned codeset, std::uint8_t id, Octets content, std::vector<std::string>& damage);

// Components of a Facility information element (EN 300 196-1 11.2.2.1, ECMA-165): "invoke 1 divertingLegInformation2:
// ...; reject 2".
std::string facilityText(Octets content, std::vector<std::string>& damage);

std::string causeText(unsigned value); // Q.850 table 1, every value

} // namespace callbox::hal::pri
