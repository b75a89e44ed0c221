// SPDX-License-Identifier: GPL-2.0-or-later
// callbox: the one tool for people.
#include "cli/run.h"
#include "cli/watch.h"
#include <csignal>
#include <filesystem>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

std::size_t widthOf(int fd)
{
    winsize size{};
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // `callbox ... | head` ends us by a failed write
    std::error_code ec;
    const std::string programs = std::filesystem::read_symlink("/proc/self/exe", ec).parent_path().string();
    const bool outIsTerminal = isatty(STDOUT_FILENO) == 1;
    callbox::cli::Terminal terminal{std::cout, std::cerr, outIsTerminal, isatty(STDERR_FILENO) == 1,
                                    outIsTerminal ? widthOf(STDOUT_FILENO) : 0};
    callbox::RealLoop loop;
    return callbox::cli::run(std::vector<std::string>(argv + 1, argv + argc), terminal, programs, loop,
                             [] { return callbox::cli::readerLeft(STDOUT_FILENO); });
}
