// SPDX-License-Identifier: GPL-2.0-or-later
#include "protocol/card_protocol.h"
#include "usb_span.h"

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

Result<Found> findPorts(Bus& bus)
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
        for (const E1Interface& port : layout.e1)
            found.ports.push_back({card + "/" + std::to_string(port.port), d, port});
        if (!layout.banks.empty()) // a card has one
            found.banks.push_back({card + "/bank", d, layout.banks.front()});
    }
    return found;
}

} // namespace callbox::hal::usb
