// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/listener.h"
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::usbip {

namespace {

constexpr Duration pause = 1s; // after a failure to accept

} // namespace

Listener::Listener(Loop& loop, Log log, std::function<void(int)> came)
    : loop_(loop), log_(std::move(log)), came_(std::move(came)), again_(loop)
{
}

Listener::~Listener()
{
    watch_.reset();
    if (listening_ >= 0)
        close(listening_);
}

Result<void> Listener::start(int listening)
{
    listening_ = listening;
    return watch();
}

Result<void> Listener::watch()
{
    auto watch = loop_.watch(listening_, Interest::read, [this] { accept(); });
    if (!watch)
        return watch.error();
    watch_ = std::move(*watch);
    return {};
}

void Listener::accept()
{
    const int socket = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0)
        return came_(socket);
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
        return;
    log_.warning("no peer can be let in for a second", {{"error", systemError(errno, "accept")}});
    watch_.reset();
    again_.after(pause, [this] { again(); });
}

void Listener::again()
{
    if (!watch())
        again_.after(pause, [this] { again(); });
}

} // namespace callbox::usbip
