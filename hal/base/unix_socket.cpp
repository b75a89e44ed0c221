// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/unix_socket.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace callbox {

namespace {

// A descriptor closed at the end of its scope.
struct Fd {
    int fd = -1;
    Fd() = default;
    Fd(const Fd&) = delete;
    ~Fd()
    {
        if (fd >= 0)
            close(fd);
    }
    int take() { return std::exchange(fd, -1); }
};

struct Address {
    sockaddr_un value{};
    Fd folder;
};

Result<void> resolve(const std::string& path, Address& a)
{
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
    a.folder.fd = open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (a.folder.fd < 0)
        return systemError(errno, "opening the folder " + folder);
    const std::string through = "/proc/self/fd/" + std::to_string(a.folder.fd) + "/" + leaf;
    if (leaf.empty() || through.size() >= sizeof a.value.sun_path)
        return Error{Errc::invalid, path + ": the socket's own name must have 1 to 80 characters"};
    a.value.sun_family = AF_UNIX;
    std::memcpy(a.value.sun_path, through.c_str(), through.size() + 1);
    return {};
}

const sockaddr* generic(const Address& a)
{
    return reinterpret_cast<const sockaddr*>(&a.value);
}

Result<void> prepare(const std::string& path, int type, Address& a, Fd& s)
{
    if (auto r = resolve(path, a); !r)
        return r;
    s.fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s.fd < 0)
        return systemError(errno, "making a socket");
    return {};
}

} // namespace

Result<int> connectUnix(const std::string& path, int type)
{
    Address a;
    Fd s;
    if (auto r = prepare(path, type, a, s); !r)
        return r.error();
    if (connect(s.fd, generic(a), sizeof a.value) < 0) {
        const int e = errno;
        if (e == EAGAIN)
            return Error{Errc::timeout, path + ": its process takes no more connections; it may be stopped"};
        return systemError(e, "connecting to " + path);
    }
    return s.take();
}

Result<int> listenUnix(const std::string& path, int type)
{
    Address a;
    Fd s;
    if (auto r = prepare(path, type, a, s); !r)
        return r.error();
    if (bind(s.fd, generic(a), sizeof a.value) < 0) {
        if (errno != EADDRINUSE)
            return systemError(errno, "binding " + path);
        auto other = connectUnix(path, type);
        if (other)
            close(*other);
        // Whoever does not answer a connection may still live: stopped, or of another kind.
        if (other || (other.error().code != Errc::gone && other.error().code != Errc::not_found))
            return Error{Errc::busy, path + ": another process listens there"};
        unlink(a.value.sun_path);
        if (bind(s.fd, generic(a), sizeof a.value) < 0)
            return systemError(errno, "binding " + path);
    }
    chmod(a.value.sun_path, 0600);
    if (listen(s.fd, 64) < 0)
        return systemError(errno, "listening on " + path);
    return s.take();
}

} // namespace callbox
