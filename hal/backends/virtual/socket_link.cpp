// SPDX-License-Identifier: GPL-2.0-or-later
// A link over a Unix SEQPACKET socket. The listener takes one peer at a time and refuses a second; the connector tries
// again every 200 ms. What the socket does not take at once waits here, bounded.
#include "link.h"
#include <array>
#include <callbox/base/unix_socket.h>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::hal::virtualspan {

namespace {

constexpr std::size_t largestPacket = 65536;
constexpr std::size_t packetsAtOnce = 4;
constexpr std::size_t queueLimit = 8 << 20; // octets waiting here; far more than 500 ms of a full span
constexpr int socketBuffer = 1 << 20;
constexpr Duration retryEvery = 200ms;

class SocketLink final : public Link {
public:
    SocketLink(Loop& loop, std::string path, bool listens)
        : loop_(loop), path_(std::move(path)), listens_(listens), retry_(loop)
    {
    }
    ~SocketLink() override { SocketLink::stop(); }

    Result<void> start(LinkEvents& events) override
    {
        events_ = &events;
        if (!listens_) {
            retry_.after(Duration::zero(), [this] { tryConnect(); });
            return {};
        }
        auto fd = listenUnix(path_, SOCK_SEQPACKET);
        if (!fd)
            return fd.error();
        listenFd_ = *fd;
        auto watch = loop_.watch(listenFd_, Interest::read, [this] { acceptPeer(); });
        if (!watch)
            return watch.error();
        listenWatch_ = std::move(*watch);
        return {};
    }
    void stop() noexcept override
    {
        events_ = nullptr;
        retry_.cancel();
        closePeer();
        listenWatch_.reset();
        if (listenFd_ >= 0)
            close(std::exchange(listenFd_, -1));
    }
    bool send(Octets packet) override
    {
        if (fd_ < 0)
            return false;
        if (waiting_.empty()) {
            if (::send(fd_, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) == ssize_t(packet.size()))
                return true;
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
                return false; // the reading side finds the end of the connection
        }
        if (waitingOctets_ + packet.size() > queueLimit)
            return false;
        waiting_.emplace_back(packet.begin(), packet.end());
        waitingOctets_ += packet.size();
        if (!writeWatch_)
            if (auto w = loop_.watch(dup_, Interest::write, [this] { flush(); }))
                writeWatch_ = std::move(*w);
        return true;
    }

private:
    void tryConnect()
    {
        if (auto fd = connectUnix(path_, SOCK_SEQPACKET))
            adopt(*fd);
        else
            retry_.after(retryEvery, [this] { tryConnect(); });
    }
    void acceptPeer()
    {
        const int fd = accept4(listenFd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        if (fd_ >= 0)
            close(fd); // one peer at a time; the second sees the connection end and tries again later
        else
            adopt(fd);
    }
    void adopt(int fd)
    {
        fd_ = fd;
        // A second descriptor for writing: one watch per descriptor.
        dup_ = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &socketBuffer, sizeof socketBuffer) < 0)
            setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &socketBuffer, sizeof socketBuffer);
        auto watch = loop_.watch(fd_, Interest::read, [this] { receive(); });
        if (!watch) {
            disconnected();
            return;
        }
        readWatch_ = std::move(*watch);
        events_->onConnected();
    }
    // Takes several packets with one system call, and knows without a further one when no more are there.
    void receive()
    {
        // Bounded, so that one busy span cannot starve the loop.
        for (int i = 0; i < 16 && fd_ >= 0; ++i) {
            std::array<iovec, packetsAtOnce> parts;
            std::array<mmsghdr, packetsAtOnce> packets{};
            for (std::size_t k = 0; k < packetsAtOnce; ++k) {
                parts[k] = {buffers_[k].data(), buffers_[k].size()};
                packets[k].msg_hdr.msg_iov = &parts[k];
                packets[k].msg_hdr.msg_iovlen = 1;
            }
            const int n = recvmmsg(fd_, packets.data(), packetsAtOnce, MSG_DONTWAIT, nullptr);
            if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
                return;
            if (n <= 0) {
                disconnected();
                return;
            }
            for (std::size_t k = 0; k < std::size_t(n) && fd_ >= 0; ++k) {
                if (packets[k].msg_len == 0) { // the peer has closed: there are no empty packets
                    disconnected();
                    return;
                }
                events_->onPacket(Octets(buffers_[k].data(), packets[k].msg_len));
            }
            if (std::size_t(n) < packetsAtOnce)
                return;
        }
    }
    void flush()
    {
        while (!waiting_.empty()) {
            const OctetBuffer& p = waiting_.front();
            if (::send(fd_, p.data(), p.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
                return;
            waitingOctets_ -= p.size();
            waiting_.pop_front();
        }
        writeWatch_.reset();
    }
    void closePeer() noexcept
    {
        readWatch_.reset();
        writeWatch_.reset();
        waiting_.clear();
        waitingOctets_ = 0;
        if (fd_ >= 0)
            close(std::exchange(fd_, -1));
        if (dup_ >= 0)
            close(std::exchange(dup_, -1));
    }
    void disconnected()
    {
        closePeer();
        if (!listens_)
            retry_.after(retryEvery, [this] { tryConnect(); });
        events_->onDisconnected();
    }

    Loop& loop_;
    std::string path_;
    bool listens_;
    Timer retry_;
    LinkEvents* events_ = nullptr;
    int listenFd_ = -1;
    int fd_ = -1;
    int dup_ = -1;
    std::unique_ptr<Watch> listenWatch_, readWatch_, writeWatch_;
    std::deque<OctetBuffer> waiting_;
    std::size_t waitingOctets_ = 0;
    std::array<std::array<std::uint8_t, largestPacket>, packetsAtOnce> buffers_; // touched as far as packets reach
};

} // namespace

std::unique_ptr<Link> makeListeningLink(Loop& loop, std::string path)
{
    return std::make_unique<SocketLink>(loop, std::move(path), true);
}

std::unique_ptr<Link> makeConnectingLink(Loop& loop, std::string path)
{
    return std::make_unique<SocketLink>(loop, std::move(path), false);
}

} // namespace callbox::hal::virtualspan
