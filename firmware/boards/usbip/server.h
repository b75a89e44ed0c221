// SPDX-License-Identifier: GPL-2.0-or-later
// USB/IP over TCP on the loop, for the cards of one process, whose clock it has.
#pragma once
#include "boards/usbip/card_clock.h"
#include "boards/usbip/listener.h"
#include <callbox/base/edges.h>
#include <list>

namespace callbox::usbip {

class Server {
public:
    // Cards outlive the server.
    Server(Loop& loop, Log log, std::vector<VirtualCard*> cards);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // `address`: an IPv4 address. 32 peers at most are served, whatever they do. The port that was taken: `port`, or
    // any free one if that is 0.
    Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
    // A connected stream socket whose peer has the card already (vhci_hcd's `attach`); it is closed here.
    Result<void> attach(VirtualCard& card, int socket);
    void start() { clock_.start(); } // the cards' time

private:
    struct Peer;
    Result<Peer*> add(int socket);
    void accept(int socket);
    void readable(Peer& peer);
    void send(Peer& peer, OctetBuffer octets);
    void flush(Peer& peer);
    void drop(Peer& peer, const std::string& why);
    void dropLeaving(); // peers of cards that leave the bus
    void sweep();       // peers that are done

    Loop& loop_;
    Log log_;
    std::vector<VirtualCard*> cards_;
    Listener listener_;
    std::list<Peer> peers_;
    CardClock clock_;
    Timer sweeper_;
};

} // namespace callbox::usbip
