// SPDX-License-Identifier: GPL-2.0-or-later
// How two virtual ends reach each other: whole packets, in order, none lost while connected. Loop thread only.
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/base/edges.h>
#include <memory>

namespace callbox::hal::virtualspan {

class LinkEvents {
public:
    virtual void onConnected() = 0;
    virtual void onPacket(Octets) = 0;
    virtual void onDisconnected() = 0;

protected:
    ~LinkEvents() = default;
};

class Link {
public:
    virtual ~Link() = default; // implies stop()
    virtual Result<void> start(LinkEvents&) = 0;
    virtual void stop() noexcept = 0;
    // False: not connected, or too much is queued already; the packet is lost.
    virtual bool send(Octets) = 0;
};

// Two ends in one process; a packet arrives in a later turn of the loop.
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> makeLocalLinks(Loop&);
// A Unix SEQPACKET socket: the listener takes one peer at a time, the connector tries for ever.
std::unique_ptr<Link> makeListeningLink(Loop&, std::string path);
std::unique_ptr<Link> makeConnectingLink(Loop&, std::string path);

} // namespace callbox::hal::virtualspan
