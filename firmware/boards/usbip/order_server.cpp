// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/order_server.h"
#include <array>
#include <callbox/base/unix_socket.h>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::usbip {

namespace {

constexpr std::size_t lineMax = 4096; // octets
constexpr std::size_t peersMax = 16;

} // namespace

struct OrderServer::Peer {
    int socket = -1;
    bool done = false;
    std::string came;
    std::unique_ptr<Watch> watch;

    ~Peer()
    {
        watch.reset();
        if (socket >= 0)
            close(socket);
    }
};

OrderServer::OrderServer(Loop& loop, Log log, std::function<std::string(std::string_view)> answer)
    : loop_(loop), log_(std::move(log)), answer_(std::move(answer)),
      listener_(loop, log_, [this](int socket) { accept(socket); }), sweeper_(loop)
{
}

OrderServer::~OrderServer() = default;

Result<void> OrderServer::listen(const std::string& path)
{
    auto socket = listenUnix(path, SOCK_STREAM);
    if (!socket)
        return socket.error();
    return listener_.start(*socket);
}

void OrderServer::accept(int socket)
{
    if (peers_.size() >= peersMax) {
        log_.warning("one who gives orders is turned away: there are too many", {{"peers", peers_.size()}});
        close(socket);
        return;
    }
    Peer& peer = peers_.emplace_back();
    peer.socket = socket;
    auto watch = loop_.watch(socket, Interest::read, [this, &peer] { readable(peer); });
    if (!watch)
        return peers_.pop_back();
    peer.watch = std::move(*watch);
}

void OrderServer::readable(Peer& peer)
{
    std::array<char, lineMax> buffer;
    if (peer.done)
        return;
    const ssize_t n = recv(peer.socket, buffer.data(), buffer.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        return drop(peer, "");
    peer.came.append(buffer.data(), static_cast<std::size_t>(n));
    for (std::size_t end; (end = peer.came.find('\n')) != std::string::npos && !peer.done;) {
        const std::string said = answer_(std::string_view(peer.came).substr(0, end)) + "\n";
        peer.came.erase(0, end + 1);
        // A socket has room for a hundred answers: who leaves so many unread wants none.
        if (send(peer.socket, said.data(), said.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(said.size()))
            drop(peer, "it does not read its answers");
    }
    if (peer.came.size() > lineMax)
        drop(peer, "its line has no end");
}

// Not at once: who calls stands in one of the peer's own functions.
void OrderServer::drop(Peer& peer, std::string_view why)
{
    peer.done = true;
    if (!why.empty())
        log_.warning("one who gives orders is sent away", {{"why", why}});
    sweeper_.after(Duration::zero(), [this] { peers_.remove_if([](const Peer& p) { return p.done; }); });
}

} // namespace callbox::usbip
