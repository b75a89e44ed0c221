// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/program_output.h"
#include "cli/end_of_text.h"
#include <callbox/base/async.h>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace callbox::cli {

namespace {

// A child whose output comes to us. Ended, if it still runs, and waited for when destroyed.
class Child {
public:
    static Result<std::unique_ptr<Child>> start(std::vector<std::string>& argv)
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return systemError(errno, "a pipe for " + argv[0]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK); // ours only: programs do not expect it of their output
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        std::vector<char*> words;
        words.reserve(argv.size() + 1);
        for (std::string& w : argv)
            words.push_back(w.data());
        words.push_back(nullptr);
        pid_t pid = 0;
        const int failed = ::posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (failed) {
            ::close(ends[0]);
            return failed == ENOENT ? Error{Errc::not_found, argv[0] + " is not installed"}
                                    : systemError(failed, "starting " + argv[0]);
        }
        return std::unique_ptr<Child>(new Child(pid, ends[0]));
    }
    ~Child()
    {
        ::close(fd_);
        if (!ended_) {
            ::kill(pid_, SIGKILL);
            end();
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    // Its exit code; -1 when a signal ended it. Waits.
    int end()
    {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    Child(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
    pid_t pid_;
    int fd_;
    bool ended_ = false;
};

} // namespace

Task<std::string> outputOf(Loop& loop, std::vector<std::string> argv, Duration limit, std::size_t most)
{
    const std::unique_ptr<Child> child = co_await Child::start(argv);
    std::string out;
    Event<bool> done(loop); // true: its output ended
    Timer late(loop);
    late.after(limit, [&] { done.set(false); });
    const std::unique_ptr<Watch> watch = co_await loop.watch(child->fd(), Interest::read, [&] {
        char octets[16384];
        const ssize_t n = ::read(child->fd(), octets, sizeof octets);
        if (n > 0) {
            out.append(octets, std::size_t(n));
            if (out.size() > 2 * most)
                keepEnd(out, most);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            done.set(true);
        }
    });
    const bool ended = co_await done.wait();
    if (!ended)
        co_await fail(Errc::timeout, argv[0] + " had not ended after " + std::to_string(toMs(limit)) + " ms");
    if (child->end() != 0 && out.empty())
        co_await fail(Errc::io, argv[0] + " failed and printed nothing");
    keepEnd(out, most);
    co_return std::move(out);
}

} // namespace callbox::cli
