// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/converse.h"
#include <algorithm>
#include <array>
#include <callbox/base/async.h>
#include <cerrno>
#include <sys/socket.h>

namespace callbox::lab {

namespace {

constexpr std::size_t lineMax = 64 << 10;

struct Listening {
    Listening(Loop& loop, int s, std::size_t n) : socket(s), octets(n), over(loop) {}
    void readable()
    {
        std::array<char, 4096> buffer;
        const std::size_t room = octets == 0 ? buffer.size() : std::min(buffer.size(), octets - came.size());
        const ssize_t n = over.isSet() ? 0 : recv(socket, buffer.data(), room, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n > 0)
            came.append(buffer.data(), static_cast<std::size_t>(n));
        const bool whole = octets == 0 ? came.ends_with('\n') : came.size() == octets;
        if (n <= 0 || whole || came.size() > lineMax)
            over.set(whole);
    }
    int socket;
    std::size_t octets;
    std::string came;
    Event<bool> over; // whether all came
};

} // namespace

Task<std::string> converse(Loop& loop, const Socket& socket, std::string question, std::size_t octets, Duration limit)
{
    if (send(socket.fd, question.data(), question.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(question.size()))
        co_await fail(Errc::gone, "it takes no question");
    Listening listening(loop, socket.fd, octets);
    const std::unique_ptr<Watch> watch =
        co_await loop.watch(socket.fd, Interest::read, [&listening] { listening.readable(); });
    const std::optional<bool> whole = co_await listening.over.waitFor(limit);
    if (!whole)
        co_await fail(Errc::timeout, "no answer within " + std::to_string(toMs(limit)) + " ms");
    if (!*whole)
        co_await fail(Errc::gone, "it closed the connection before it had answered");
    if (octets == 0)
        listening.came.pop_back();
    co_return std::move(listening.came);
}

} // namespace callbox::lab
