// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's virtual USB host controller (vhci_hcd): a card that is imported by USB/IP is handed to it as a socket.
#pragma once
#include "lab/converse.h"

namespace callbox::lab {

class Vhci {
public:
    // Of the machine whose files lie below `root`; "" is this one. Errc::not_found: the kernel has none, with what to
    // do; Errc::denied: it is not ours to use.
    static Result<Vhci> find(const std::string& root);

    // Imports the card `busId` from `address` ("127.0.0.1:3240") and hands it over. Returns its port of the controller;
    // the kernel's drivers may take a second more to find the card. Errc::busy: no port is free, or a host has it.
    Task<unsigned> attach(Loop& loop, std::string address, std::string busId) const;

private:
    explicit Vhci(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<unsigned> freePort() const;
    [[nodiscard]] Result<void> hand(unsigned port, int socket, std::uint32_t device, std::uint32_t speed) const;

    std::string folder_;
};

} // namespace callbox::lab
