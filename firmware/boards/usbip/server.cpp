// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/server.h"
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::usbip {

namespace {

constexpr std::size_t unsentMax = 16 << 20; // octets a peer may leave unread
constexpr std::size_t peersMax = 32;

} // namespace

struct Server::Peer {
    int socket = -1;
    int second = -1; // the same socket, for `writes`: a descriptor can be watched once
    bool done = false;
    OctetBuffer unsent;
    std::unique_ptr<Watch> reads, writes;
    std::unique_ptr<Connection> connection;

    ~Peer()
    {
        connection.reset();
        reads.reset();
        writes.reset();
        for (const int fd : {socket, second})
            if (fd >= 0)
                close(fd);
    }
};

Server::Server(Loop& loop, Log log, std::vector<VirtualCard*> cards)
    : loop_(loop), log_(std::move(log)), cards_(std::move(cards)),
      listener_(loop, log_, [this](int socket) { accept(socket); }),
      clock_(loop, log_, cards_, [this] { dropLeaving(); }), sweeper_(loop)
{
    for (VirtualCard* card : cards_)
        card->onBlink = [this, card](bool on) {
            log_.info(on ? "the card's light blinks" : "the card's light is out", {{"card", card->exported().busId}});
        };
}

Server::~Server()
{
    for (VirtualCard* card : cards_)
        card->onBlink = {};
    peers_.clear();
}

Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port)
{
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    if (inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1)
        return Error{Errc::invalid, "address " + address + ": an IPv4 address such as 127.0.0.1 is wanted"};
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening < 0)
        return systemError(errno, "socket");
    const int one = 1;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    socklen_t size = sizeof at;
    auto* const generic = reinterpret_cast<sockaddr*>(&at);
    if (bind(listening, generic, sizeof at) != 0 || ::listen(listening, 8) != 0 ||
        getsockname(listening, generic, &size) != 0) {
        const Error e = systemError(errno, "listening on " + address + ":" + std::to_string(port));
        close(listening);
        return e;
    }
    if (auto r = listener_.start(listening); !r)
        return r.error();
    return ntohs(at.sin_port);
}

void Server::accept(int socket)
{
    if (peers_.size() >= peersMax) {
        log_.warning("a peer is turned away: there are too many", {{"peers", peers_.size()}});
        close(socket);
        return;
    }
    const int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (auto peer = add(socket); !peer)
        log_.warning("a peer is turned away", {{"error", peer.error()}});
}

Result<Server::Peer*> Server::add(int socket)
{
    Peer& peer = peers_.emplace_back();
    peer.socket = socket;
    std::vector<Export*> cards;
    for (VirtualCard* c : cards_)
        cards.push_back(&c->exported());
    peer.connection =
        std::make_unique<Connection>(std::move(cards), [this, &peer](OctetBuffer o) { send(peer, std::move(o)); });
    auto watch = loop_.watch(socket, Interest::read, [this, &peer] { readable(peer); });
    if (!watch) {
        peers_.pop_back();
        return watch.error();
    }
    peer.reads = std::move(*watch);
    return &peer;
}

Result<void> Server::attach(VirtualCard& card, int socket)
{
    if (!card.exported().present) {
        close(socket);
        return Error{Errc::not_found, "card " + card.exported().busId + ": it is unplugged"};
    }
    if (card.exported().bus) {
        close(socket);
        return Error{Errc::busy, "card " + card.exported().busId + ": a host has it already"};
    }
    if (fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK) != 0) {
        const int failed = errno;
        close(socket);
        return systemError(failed, "making the socket non-blocking");
    }
    auto peer = add(socket);
    if (!peer)
        return peer.error();
    (*peer)->connection->attach(card.exported());
    return {};
}

void Server::readable(Peer& peer)
{
    std::array<std::uint8_t, 65536> buffer;
    if (peer.done)
        return;
    const ssize_t n = recv(peer.socket, buffer.data(), buffer.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        return drop(peer, n == 0 ? "the peer left" : systemError(errno, "recv").what);
    const auto r = peer.connection->receive(Octets(buffer).first(static_cast<std::size_t>(n)));
    if (!r)
        drop(peer, r.error().what);
    clock_.look();
}

void Server::send(Peer& peer, OctetBuffer octets)
{
    if (peer.done)
        return;
    const bool first = peer.unsent.empty();
    peer.unsent.insert(peer.unsent.end(), octets.begin(), octets.end());
    if (peer.unsent.size() > unsentMax)
        return drop(peer, "it does not read its answers");
    if (first)
        flush(peer);
}

void Server::flush(Peer& peer)
{
    while (!peer.unsent.empty() && !peer.done) {
        const ssize_t n = ::send(peer.socket, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            return drop(peer, systemError(errno, "send").what);
        peer.unsent.erase(peer.unsent.begin(), peer.unsent.begin() + n);
    }
    if (peer.unsent.empty() || peer.done) {
        peer.writes.reset();
    } else if (!peer.writes) {
        if (peer.second < 0)
            peer.second = fcntl(peer.socket, F_DUPFD_CLOEXEC, 3);
        if (peer.second < 0)
            return drop(peer, systemError(errno, "a second descriptor of the socket").what);
        auto watch = loop_.watch(peer.second, Interest::write, [this, &peer] { flush(peer); });
        if (!watch)
            return drop(peer, watch.error().what);
        peer.writes = std::move(*watch);
    }
}

// Not at once: who calls may stand in one of the peer's own functions.
void Server::drop(Peer& peer, const std::string& why)
{
    if (std::exchange(peer.done, true))
        return;
    const Export* card = peer.connection->card();
    log_.info("a connection ends", {{"card", card ? card->busId : "none"}, {"why", why}});
    sweeper_.after(Duration::zero(), [this] { sweep(); });
}

void Server::sweep()
{
    peers_.remove_if([](const Peer& p) { return p.done; });
    clock_.look();
}

void Server::dropLeaving()
{
    for (VirtualCard* c : cards_)
        if (c->takeLeaving())
            for (Peer& p : peers_)
                if (p.connection->card() == &c->exported())
                    drop(p, "the card leaves the bus");
}

} // namespace callbox::usbip
