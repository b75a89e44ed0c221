// SPDX-License-Identifier: GPL-2.0-or-later
// The host's side of USB/IP as a bus of the usb backend: what a kernel with vhci-hcd does between a program and a
// virtual card, without a kernel. Octets go to the card's server and come back as they would over a socket; the card
// behind it is the firmware itself. Time is the loop's: a millisecond of it is one of each card.
#pragma once
#include "../../hal/backends/usb/transport.h"
#include "boards/usbip/virtual_card.h"
#include <callbox/base/loop.h>
#include <list>

namespace callbox::tests {

class UsbipHost {
public:
    explicit UsbipHost(Loop& loop) : loop_(loop), clock_(loop) {}
    ~UsbipHost();

    // The card is put in: a host enumerates and configures it. Cards outlive the host.
    void plug(usbip::VirtualCard&);
    void unplug(usbip::VirtualCard&);
    // Cards whose clocks run, plugged in or not. One that leaves the bus by itself, for a new start, is put in again.
    void run(std::vector<usbip::VirtualCard*> cards);
    // For a program; it may have several.
    std::unique_ptr<hal::usb::Bus> bus();

    // ---- What goes wrong between card and program ----
    // The next packets of isochronous data IN are lost on the bus, so many of each card.
    void loseIn(usbip::VirtualCard&, unsigned packets);
    // The next answers of interrupt endpoints, so many of each card, are lost on the bus: the transfer fails, or, not
    // `noticed`, nobody learns that there was one.
    void loseEvents(usbip::VirtualCard&, unsigned events, bool noticed);
    [[nodiscard]] unsigned eventsToLose(const usbip::VirtualCard&); // still
    // Vendor requests of this code are stalled; 0: none.
    void refuse(usbip::VirtualCard&, std::uint8_t request);
    // Looks at, and may change, each packet of isochronous data before it goes to the card.
    void onOut(usbip::VirtualCard&, std::function<void(std::span<std::uint8_t> packet)>);
    // The programs stand still for so long: what the cards answer meanwhile comes at once when that is over.
    void standStill(Duration d) { stands_ = loop_.now() + d; }
    // Another program has interfaces of it.
    void take(usbip::VirtualCard&, bool taken);
    // URBs that were given and not answered: none is forgotten.
    [[nodiscard]] std::size_t underWay(usbip::VirtualCard&);

    struct Plugged; // one card as the host has it
private:
    void tick();
    void replug(usbip::VirtualCard&);
    Plugged* find(const usbip::VirtualCard&);
    friend class HostBus;

    Loop& loop_;
    Timer clock_;
    TimePoint next_{}, stands_{};
    std::vector<usbip::VirtualCard*> running_;
    std::list<std::shared_ptr<Plugged>> plugged_;
    std::vector<std::weak_ptr<Callback>> arrivals_; // who waits for a card
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace callbox::tests
