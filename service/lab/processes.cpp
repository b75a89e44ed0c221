// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/processes.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace callbox::lab {

namespace {

constexpr Duration killedLimit = 10s; // for the kernel to end what SIGKILL hit

struct Stat {
    char state = '?';
    std::uint64_t started = 0;
};

// proc(5): the name in parentheses may hold anything, so fields are counted from its last ')'.
std::optional<Stat> statOf(pid_t pid)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto close = text.rfind(')');
    if (close == std::string::npos)
        return std::nullopt;
    std::istringstream fields(text.substr(close + 1));
    Stat s;
    fields >> s.state;
    std::string skipped;
    constexpr int startTimeField = 22;
    for (int field = 4; field < startTimeField; ++field)
        fields >> skipped;
    fields >> s.started;
    return fields ? std::optional(s) : std::nullopt;
}

struct Fd {
    explicit Fd(int f) : fd(f) {}
    Fd(Fd&& o) noexcept : fd(std::exchange(o.fd, -1)) {}
    Fd& operator=(Fd&&) = delete;
    ~Fd()
    {
        if (fd >= 0)
            ::close(fd);
    }
    int fd;
};

// A descriptor of this very process: opened first, then compared, so that the number cannot change hands in between.
std::optional<Fd> open(const Process& p)
{
    Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, p.pid, 0)));
    if (fd.fd < 0 || !isAlive(p))
        return std::nullopt;
    return fd;
}

struct SpawnSetup {
    SpawnSetup()
    {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSetup()
    {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

void detach(SpawnSetup& s, const Process& p)
{
    posix_spawn_file_actions_addopen(&s.actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&s.actions, 1, p.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
    posix_spawn_file_actions_adddup2(&s.actions, 1, 2);
    posix_spawn_file_actions_addclosefrom_np(&s.actions, 3);
    posix_spawn_file_actions_addchdir_np(&s.actions, p.folder.c_str());
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&s.attributes, &none);
    posix_spawnattr_setsigdefault(&s.attributes, &all);
    posix_spawnattr_setflags(&s.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

// Waits until all have ended; returns those that have not.
std::vector<const Process*> waitAll(std::span<const Process> all, Duration limit)
{
    const auto until = std::chrono::steady_clock::now() + limit;
    std::vector<const Process*> left;
    for (const Process& p : all) {
        const auto fd = open(p);
        if (!fd)
            continue;
        int r = 0;
        do {
            const auto rest = until - std::chrono::steady_clock::now();
            pollfd poll{fd->fd, POLLIN, 0};
            r = ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(toMs(rest), 0)));
        } while (r < 0 && errno == EINTR);
        if (r == 0)
            left.push_back(&p);
        ::waitpid(p.pid, nullptr, WNOHANG); // buried where it is ours
    }
    return left;
}

} // namespace

Result<void> start(Process& p)
{
    SpawnSetup setup;
    detach(setup, p);
    std::vector<char*> args;
    for (std::string& a : p.argv)
        args.push_back(a.data());
    args.push_back(nullptr);
    if (const int e = posix_spawn(&p.pid, args[0], &setup.actions, &setup.attributes, args.data(), environ); e != 0)
        return systemError(e, "starting " + p.argv[0] + " (log " + p.log + ")");
    if (const auto s = statOf(p.pid))
        p.started = s->started;
    return {};
}

bool isAlive(const Process& p)
{
    const auto s = p.pid > 0 ? statOf(p.pid) : std::nullopt;
    return s && s->started == p.started && s->state != 'Z' && s->state != 'X';
}

Result<void> sendSignal(const Process& p, int signal)
{
    const auto fd = open(p);
    if (!fd || ::syscall(SYS_pidfd_send_signal, fd->fd, signal, nullptr, 0) < 0) {
        if (fd && errno != ESRCH)
            return systemError(errno, p.name + " (pid " + std::to_string(p.pid) + ")");
        return Error{Errc::gone, p.name + " does not run"};
    }
    return {};
}

Result<void> end(std::span<const Process> all, Duration patience)
{
    for (const Process& p : all)
        for (const int signal : {SIGTERM, SIGCONT})
            if (auto r = sendSignal(p, signal); !r && r.error().code != Errc::gone)
                return r.error();
    for (const Process* p : waitAll(all, patience))
        if (auto r = sendSignal(*p, SIGKILL); !r && r.error().code != Errc::gone)
            return r.error();
    std::string left;
    for (const Process* p : waitAll(all, killedLimit))
        left += " " + p->name + " (pid " + std::to_string(p->pid) + ")";
    if (!left.empty())
        return Error{Errc::timeout, "not even SIGKILL ended" + left};
    return {};
}

Result<void> waitForEnd(const Process& p, Duration limit)
{
    if (!waitAll({&p, 1}, limit).empty())
        return Error{Errc::timeout, p.name + " (pid " + std::to_string(p.pid) + ") still runs"};
    return {};
}

std::string endOfLog(const std::string& path, std::size_t lines)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return "(no log at " + path + ")";
    constexpr std::streamoff most = 64 << 10;
    in.seekg(0, std::ios::end);
    in.seekg(std::max<std::streamoff>(0, std::streamoff(in.tellg()) - most));
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    std::size_t at = text.size();
    for (std::size_t n = 0; n < lines && at != std::string::npos && at > 0; ++n)
        at = text.rfind('\n', at - 1);
    if (text.empty())
        return "(the log " + path + " is empty)";
    return at == std::string::npos || at == 0 ? text : text.substr(at + 1);
}

} // namespace callbox::lab
