// SPDX-License-Identifier: GPL-2.0-or-later
// One peer of USB/IP: asks what there is, or imports a card and then sends its URBs. Octets in, octets out; no socket.
#pragma once
#include "boards/usbip/bus.h"
#include <memory>

namespace callbox::usbip {

// A card that can be imported, by one peer at a time. Outlives connections.
struct Export {
    std::string busId; // "1-1"
    firmware::Device& device;
    Bus* bus = nullptr;  // while somebody has it
    bool present = true; // false: pulled out of the bus
};
Listing listing(const Export& e);

class Connection {
public:
    using Send = std::function<void(OctetBuffer)>;
    Connection(std::vector<Export*> cards, Send send) : cards_(std::move(cards)), send_(std::move(send)) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // An error: close; the text says why.
    Result<void> receive(Octets octets);
    // As if the card had been imported already: what a kernel expects of a socket handed to vhci_hcd's `attach`.
    void attach(Export& card);
    [[nodiscard]] const Export* card() const { return card_; }

private:
    std::vector<Export*> cards_;
    Send send_;
    Reader reader_;
    Export* card_ = nullptr;
    std::unique_ptr<Bus> bus_;
};

} // namespace callbox::usbip
