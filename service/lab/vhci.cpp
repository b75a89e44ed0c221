// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/vhci.h"
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sstream>
#include <sys/socket.h>

namespace callbox::lab {

namespace {

constexpr Duration importLimit = 5s;
constexpr std::size_t headOctets = 8, deviceOctets = 312, busIdOctets = 32;
constexpr std::size_t busAt = 288, numberAt = 292, speedAt = 296; // in what is told of a device

std::uint32_t numberIn(const std::string& octets, std::size_t at)
{
    std::uint32_t v = 0;
    for (std::size_t i = at; i < at + 4; ++i)
        v = v << 8 | static_cast<std::uint8_t>(octets[i]);
    return v;
}

Result<Socket> connectTcp(const std::string& address)
{
    const auto colon = address.rfind(':');
    std::uint16_t port = 0;
    sockaddr_in at{};
    at.sin_family = AF_INET;
    const char* const end = address.data() + address.size();
    if (colon == std::string::npos || std::from_chars(address.data() + colon + 1, end, port).ptr != end ||
        inet_pton(AF_INET, address.substr(0, colon).c_str(), &at.sin_addr) != 1)
        return Error{Errc::invalid, "\"" + address + "\" is no address such as 127.0.0.1:3240"};
    at.sin_port = htons(port);
    Socket s(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int one = 1;
    if (s.fd < 0 || connect(s.fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        return systemError(errno, "connecting to " + address);
    return s;
}

} // namespace

Result<Vhci> Vhci::find(const std::string& root)
{
    std::string folder = root + "/sys/devices/platform/vhci_hcd.0";
    if (access(folder.c_str(), F_OK) != 0)
        return Error{Errc::not_found, "this kernel has no virtual USB host controller (" + folder +
                                          " is not there); as root: modprobe vhci-hcd"};
    const std::string path = folder + "/attach";
    if (const Socket file(open(path.c_str(), O_WRONLY | O_CLOEXEC)); file.fd < 0)
        return Error{Errc::denied, "only root may attach a card to this kernel (" +
                                       systemError(errno, "opening " + path).what + "); try it with sudo"};
    return Vhci(std::move(folder));
}

// "hs  0000 004 000 00000000 000000 0-0": hub, port, state, of which 004 is free. Cards are no SuperSpeed devices.
Result<unsigned> Vhci::freePort() const
{
    const std::string path = folder_ + "/status";
    std::ifstream in(path);
    bool understood = false;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string hub;
        unsigned port = 0, state = 0;
        if (!(words >> hub >> port >> state) || (hub != "hs" && hub != "ss"))
            continue;
        understood = true;
        if (hub == "hs" && state == 4)
            return port;
    }
    if (!understood)
        return Error{Errc::unsupported, path + ": not what a kernel since 4.13 says of its ports"};
    return Error{Errc::busy, "the virtual USB host controller has no free port (" + path + ")"};
}

Result<void> Vhci::hand(unsigned port, int socket, std::uint32_t device, std::uint32_t speed) const
{
    const std::string path = folder_ + "/attach";
    const Socket file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    std::ostringstream text;
    text << port << ' ' << socket << ' ' << device << ' ' << speed << '\n';
    const std::string all = text.str();
    if (file.fd < 0 || write(file.fd, all.data(), all.size()) != static_cast<ssize_t>(all.size()))
        return systemError(errno, "writing to " + path);
    return {};
}

Task<unsigned> Vhci::attach(Loop& loop, std::string address, std::string busId) const
{
    const unsigned port = co_await freePort();
    const Socket socket = co_await connectTcp(address);
    std::string question("\x01\x11\x80\x03\0\0\0\0", headOctets);
    question += busId.substr(0, busIdOctets - 1);
    question.resize(headOctets + busIdOctets);
    const std::string head = co_await converse(loop, socket, std::move(question), headOctets, importLimit);
    if (numberIn(head, 4) != 0)
        co_await fail(Errc::busy, "card " + busId + ": it is unplugged, or another host has it");
    std::string nothing;
    const std::string device = co_await converse(loop, socket, std::move(nothing), deviceOctets, importLimit);
    const std::uint32_t id = numberIn(device, busAt) << 16 | numberIn(device, numberAt);
    co_await hand(port, socket.fd, id, numberIn(device, speedAt));
    co_return port;
}

} // namespace callbox::lab
