// SPDX-License-Identifier: GPL-2.0-or-later
// The ports and banks of the cards on a bus, by the names that a configuration gives them.
#pragma once
#include "descriptors.h"
#include <callbox/base/result.h>
#include <variant>

namespace callbox::hal::usb {

// Card and interface of a span.
struct FoundPlace {
    std::string id;      // "SERIAL/0", "SERIAL/bank"; of a card without a usable serial number as `byPlace`
    std::string byPlace; // "@LOCATION/0"
    DeviceFacts device;
    std::variant<E1Interface, BankInterface> at;

    [[nodiscard]] bool is(std::string_view name) const { return name == id || name == byPlace; }
};
struct Found {
    std::vector<FoundPlace> places;
    std::vector<std::string> wrong; // "card 0123…: interface 0: …"
};
Result<Found> findPlaces(Bus&);
bool isBank(std::string_view id);
std::string cardId(const DeviceFacts&); // "SERIAL" or "@LOCATION"
// Cards that are looked at: a device of another maker that has an interface of this class is left alone.
bool isCard(const DeviceFacts&);

} // namespace callbox::hal::usb
