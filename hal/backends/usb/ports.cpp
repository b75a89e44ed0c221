// SPDX-License-Identifier: GPL-2.0-or-later
#include "ports.h"
#include "protocol/card_protocol.h"

namespace callbox::hal::usb {

namespace {

// What a configuration file can hold; a device may call itself anything.
bool plain(std::string_view serial)
{
    return !serial.empty() && serial.size() <= 64 &&
           serial.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._") == std::string_view::npos;
}

} // namespace

bool isBank(std::string_view id)
{
    return id.ends_with("/bank");
}

bool isCard(const DeviceFacts& d)
{
    return (d.vendor == CARD_VENDOR && d.product == CARD_PRODUCT) ||
           (d.vendor == CARD_ICE1_VENDOR && d.product == CARD_ICE1_PRODUCT);
}

std::string cardId(const DeviceFacts& d)
{
    return plain(d.serial) ? d.serial : "@" + d.location;
}

Result<Found> findPlaces(Bus& bus)
{
    const auto devices = bus.devices();
    if (!devices)
        return devices.error();
    Found found;
    for (const DeviceFacts& d : *devices) {
        if (!isCard(d))
            continue;
        const Layout layout = readConfiguration(d.configuration);
        const std::string card = cardId(d);
        for (const std::string& wrong : layout.wrong)
            found.wrong.push_back("card " + card + ": " + wrong);
        const auto add = [&](const std::string& name, const auto& at) {
            found.places.push_back({card + "/" + name, "@" + d.location + "/" + name, d, at});
        };
        for (const E1Interface& port : layout.e1)
            add(std::to_string(port.port), port);
        if (!layout.banks.empty()) // a card has one
            add("bank", layout.banks.front());
    }
    return found;
}

} // namespace callbox::hal::usb
