// SPDX-License-Identifier: GPL-2.0-or-later
// The electrical manners of a country's lines, as the card's protocol has them.
#pragma once
#include "descriptors.h"
#include "requests.h"
#include <callbox/hal/line_country.h>
#include <callbox/hal/span_io.h>

namespace callbox::hal::usb {

card_analog_country countryOf(const LineTermination&, PortKind);

// To each of these ports of an idle bank, which keeps it. Returns the ports that did not take it, "1, 3"; all of them
// if the card cannot.
Task<std::string> setCountry(Loop&, Device&, BankInterface, std::vector<PortConfig>, LineTermination, bool can);

} // namespace callbox::hal::usb
