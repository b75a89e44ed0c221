// SPDX-License-Identifier: GPL-2.0-or-later
// A question over a connected stream socket and the octets that come back.
#pragma once
#include <callbox/base/loop.h>
#include <unistd.h>

namespace callbox::lab {

// A descriptor, closed at the end of its scope.
struct Socket {
    explicit Socket(int f) : fd(f) {}
    Socket(Socket&& o) noexcept : fd(std::exchange(o.fd, -1)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket()
    {
        if (fd >= 0)
            ::close(fd);
    }
    int fd;
};

// Returns so many octets and takes not one more from the socket; 0: a line, without its end. The socket outlives the
// task. Errc::gone: the other side left before it had said so much; Errc::timeout.
Task<std::string> converse(Loop& loop, const Socket& socket, std::string question, std::size_t octets, Duration limit);

} // namespace callbox::lab
