// SPDX-License-Identifier: GPL-2.0-or-later
// A listening socket on the loop. When there are no descriptors left for who comes, he is let in later: the socket
// stays readable meanwhile, and nothing spins.
#pragma once
#include <callbox/base/edges.h>
#include <functional>

namespace callbox::usbip {

class Listener {
public:
    // `came`: takes the peer's socket, which does not block.
    Listener(Loop& loop, Log log, std::function<void(int socket)> came);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    Result<void> start(int listening); // takes it, whatever happens

private:
    Result<void> watch();
    void accept();
    void again();

    Loop& loop_;
    Log log_;
    std::function<void(int)> came_;
    int listening_ = -1;
    std::unique_ptr<Watch> watch_;
    Timer again_;
};

} // namespace callbox::usbip
