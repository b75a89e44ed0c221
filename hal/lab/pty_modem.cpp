// SPDX-License-Identifier: GPL-2.0-or-later
// The emulated modem behind a pty. Our end keeps the other one open too, so that a daemon may come and go; unplugging
// closes both, which whoever has it open sees as a hang-up.
#include <callbox/lab/at_modem.h>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

namespace callbox::lab {

namespace {

constexpr std::size_t mostQueued = 64 << 10;

class Pty final : public PtyModem {
public:
    Pty(Loop& loop, AtModem& modem, std::string link) : loop_(loop), modem_(modem), link_(std::move(link)), retry_(loop)
    {
    }
    ~Pty() override { unplug(); }

    Result<void> plug(bool in) override
    {
        unplug();
        return in ? plugIn() : Result<void>();
    }

private:
    Result<void> plugIn()
    {
        char name[128] = {};
        termios raw{};
        ::cfmakeraw(&raw);
        raw.c_cflag |= CS8 | CREAD | CLOCAL;
        if (::openpty(&ours_, &theirs_, name, &raw, nullptr) != 0)
            return systemError(errno, "making a pty for " + modem_.name());
        for (const int fd : {ours_, theirs_})
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        ::fcntl(ours_, F_SETFL, O_NONBLOCK);
        if (auto r = linkTo(name); !r)
            return r;
        auto watch = loop_.watch(ours_, Interest::read, [this] { readable(); });
        if (!watch)
            return watch.error();
        watch_ = std::move(*watch);
        modem_.reset();
        modem_.setOutput([this](Octets o) {
            if (queue_.size() + o.size() <= mostQueued) // more is lost, as on a line whose buffer is full
                queue_.insert(queue_.end(), o.begin(), o.end());
            flush();
        });
        return {};
    }
    Result<void> linkTo(const char* device)
    {
        std::error_code ec;
        const auto kind = std::filesystem::symlink_status(link_, ec).type();
        if (kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::symlink)
            return Error{Errc::invalid, link_ + " is something else than a link; the modem's name is not put there"};
        std::filesystem::remove(link_, ec);
        std::filesystem::create_symlink(device, link_, ec);
        if (ec)
            return Error{Errc::io, "linking " + link_ + ": " + ec.message()};
        linked_ = true;
        return {};
    }
    void unplug()
    {
        modem_.setOutput({});
        watch_.reset();
        retry_.cancel();
        queue_.clear();
        std::error_code ignored;
        if (std::exchange(linked_, false))
            std::filesystem::remove(link_, ignored);
        for (int* fd : {&ours_, &theirs_}) {
            if (*fd >= 0)
                ::close(*fd);
            *fd = -1;
        }
    }
    void flush()
    {
        while (!queue_.empty()) {
            const ssize_t n = ::write(ours_, queue_.data(), queue_.size());
            if (n <= 0) { // a daemon that does not read: the rest when it does
                retry_.after(5ms, [this] { flush(); });
                return;
            }
            queue_.erase(queue_.begin(), queue_.begin() + n);
        }
    }
    void readable()
    {
        std::uint8_t buffer[4096];
        const ssize_t n = ::read(ours_, buffer, sizeof buffer);
        if (n > 0)
            modem_.input(Octets(buffer, static_cast<std::size_t>(n)));
    }
    Loop& loop_;
    AtModem& modem_;
    std::string link_;
    int ours_ = -1;
    int theirs_ = -1;
    std::unique_ptr<Watch> watch_;
    OctetBuffer queue_;
    Timer retry_;
    bool linked_ = false;
};

} // namespace

Result<std::unique_ptr<PtyModem>> PtyModem::make(Loop& loop, AtModem& modem, std::string link)
{
    auto pty = std::make_unique<Pty>(loop, modem, std::move(link));
    if (auto r = pty->plug(true); !r)
        return r.error();
    return std::unique_ptr<PtyModem>(std::move(pty));
}

} // namespace callbox::lab
