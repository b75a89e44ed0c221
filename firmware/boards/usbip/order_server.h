// SPDX-License-Identifier: GPL-2.0-or-later
// A Unix socket on which lines are answered by lines. Whoever may open it may do everything.
#pragma once
#include "boards/usbip/listener.h"
#include <list>

namespace callbox::usbip {

class OrderServer {
public:
    // `answer`: of a line, without line ends; called on the loop.
    OrderServer(Loop& loop, Log log, std::function<std::string(std::string_view)> answer);
    ~OrderServer();
    OrderServer(const OrderServer&) = delete;
    OrderServer& operator=(const OrderServer&) = delete;

    // The path may be of any length. Errc::busy: somebody listens there.
    Result<void> listen(const std::string& path);

private:
    struct Peer;
    void accept(int socket);
    void readable(Peer& peer);
    void drop(Peer& peer, std::string_view why);

    Loop& loop_;
    Log log_;
    std::function<std::string(std::string_view)> answer_;
    Listener listener_;
    std::list<Peer> peers_;
    Timer sweeper_;
};

} // namespace callbox::usbip
