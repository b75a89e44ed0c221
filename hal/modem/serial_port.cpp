// SPDX-License-Identifier: GPL-2.0-or-later
// A modem's octets over a serial port or a pty: raw, 8N1, not blocking, ours alone.
#include "port_owner.h"
#include <callbox/hal/modem_io.h>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

namespace callbox::hal {

namespace {

constexpr std::size_t mostQueued = 64 << 10;

speed_t speedOf(int baud)
{
    switch (baud) {
    case 9600:
        return B9600;
    case 19200:
        return B19200;
    case 38400:
        return B38400;
    case 57600:
        return B57600;
    case 230400:
        return B230400;
    case 460800:
        return B460800;
    default:
        return B115200;
    }
}

class SerialPort final : public ModemIo {
public:
    SerialPort(Loop& loop, std::string path, int baud) : loop_(loop), path_(std::move(path)), baud_(baud), retry_(loop)
    {
    }
    ~SerialPort() override { SerialPort::stop(); }

    Result<void> start(ModemIoEvents& events) override
    {
        stop();
        const int fd = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            return openFailed(errno);
        if (auto r = makeOurs(fd); !r) {
            ::close(fd);
            return r;
        }
        if (auto r = makeRaw(fd); !r) {
            ::close(fd);
            return r;
        }
        auto watch = loop_.watch(fd, Interest::read, [this] { readable(); });
        if (!watch) {
            ::close(fd);
            return watch.error();
        }
        fd_ = fd;
        events_ = &events;
        watch_ = std::move(*watch);
        return {};
    }

    void stop() noexcept override
    {
        watch_.reset();
        retry_.cancel();
        queue_.clear();
        events_ = nullptr;
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = -1;
    }

    Result<void> write(Octets octets) override
    {
        if (fd_ < 0)
            return Error{Errc::gone, path_ + " is not open"};
        if (queue_.size() + octets.size() > mostQueued)
            return Error{Errc::busy, path_ + " takes no more"};
        queue_.insert(queue_.end(), octets.begin(), octets.end());
        flush();
        return {};
    }

private:
    [[nodiscard]] Error busy() const
    {
        const std::string owner = modem::portOwner(path_);
        return {Errc::busy, path_ + " is used by " + (owner.empty() ? "another program (ModemManager?)" : owner) +
                                ": stop it, or tell it to leave this port alone"};
    }
    [[nodiscard]] Error openFailed(int e) const
    {
        if (e == ENOENT || e == ENODEV || e == ENXIO || e == EIO)
            return {Errc::not_found, path_ + ": no such device now"};
        return e == EBUSY ? busy() : systemError(e, "opening " + path_);
    }
    // A lock for programs that ask, and no second open() for those that do not. The other end of a pty keeps it open,
    // with the refusal that would outlive us there; no stranger probes a pty.
    Result<void> makeOurs(int fd) const
    {
        constexpr unsigned firstPty = 136, lastPty = 143; // major numbers (devices.txt)
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
            return errno == EWOULDBLOCK ? busy() : systemError(errno, "locking " + path_);
        struct stat st {};
        if (::fstat(fd, &st) != 0)
            return systemError(errno, "looking at " + path_);
        const unsigned kind = major(st.st_rdev);
        if (S_ISCHR(st.st_mode) && (kind < firstPty || kind > lastPty))
            ::ioctl(fd, TIOCEXCL);
        return {};
    }
    Result<void> makeRaw(int fd) const
    {
        termios t{};
        if (::tcgetattr(fd, &t) != 0)
            return systemError(errno, path_ + " is no serial port");
        ::cfmakeraw(&t);
        t.c_cflag |= CLOCAL | CREAD;
        t.c_cc[VMIN] = 1; // so that "nothing now" and "hung up" differ
        t.c_cc[VTIME] = 0;
        ::cfsetspeed(&t, speedOf(baud_));
        if (::tcsetattr(fd, TCSANOW, &t) != 0)
            return systemError(errno, "setting " + path_);
        ::tcflush(fd, TCIOFLUSH); // what was meant for who had it before
        return {};
    }
    void readable()
    {
        std::uint8_t buffer[4096];
        const ssize_t n = ::read(fd_, buffer, sizeof buffer);
        const int e = n < 0 ? errno : 0;
        if (n > 0) {
            events_->onBytes(Octets(buffer, static_cast<std::size_t>(n)));
            return;
        }
        if (e == EAGAIN || e == EINTR)
            return;
        lost(e);
    }
    void lost(int e)
    {
        ModemIoEvents* events = events_;
        stop();
        if (events)
            events->onGone(
                Error{Errc::gone, e ? systemError(e, path_ + " went away").what : path_ + " went away: a hang-up"});
    }
    void flush()
    {
        while (!queue_.empty()) {
            const ssize_t n = ::write(fd_, queue_.data(), queue_.size());
            if (n > 0) {
                queue_.erase(queue_.begin(), queue_.begin() + n);
                continue;
            }
            const int e = n < 0 ? errno : EAGAIN;
            if (e == EINTR)
                continue;
            if (e == EAGAIN) // a slow line: the rest in a moment
                retry_.after(5ms, [this] { flush(); });
            else
                retry_.after(0ms, [this, e] { lost(e); }); // told from the loop, not from inside write()
            return;
        }
    }

    Loop& loop_;
    std::string path_;
    int baud_;
    int fd_ = -1;
    ModemIoEvents* events_ = nullptr;
    std::unique_ptr<Watch> watch_;
    OctetBuffer queue_;
    Timer retry_;
};

} // namespace

std::unique_ptr<ModemIo> makeSerialPort(Loop& loop, std::string path, int baud)
{
    return std::make_unique<SerialPort>(loop, std::move(path), baud);
}

} // namespace callbox::hal
