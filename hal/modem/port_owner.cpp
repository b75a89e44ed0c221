// SPDX-License-Identifier: GPL-2.0-or-later
#include "port_owner.h"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace callbox::hal::modem {

namespace fs = std::filesystem;

namespace {

bool hasOpen(const fs::path& process, const fs::path& device)
{
    std::error_code ec;
    for (fs::directory_iterator fd(process / "fd", ec), none; !ec && fd != none; fd.increment(ec)) {
        std::error_code ignored;
        if (fs::read_symlink(fd->path(), ignored) == device)
            return true;
    }
    return false;
}

} // namespace

std::string portOwner(const std::string& path)
{
    std::error_code ec;
    const fs::path device = fs::canonical(path, ec);
    if (ec)
        return {};
    const std::string own = std::to_string(::getpid());
    for (fs::directory_iterator process("/proc", ec), none; !ec && process != none; process.increment(ec)) {
        const std::string id = process->path().filename().string();
        if (id == own || !std::all_of(id.begin(), id.end(), [](unsigned char c) { return c >= '0' && c <= '9'; }))
            continue;
        if (!hasOpen(process->path(), device))
            continue;
        std::string name;
        std::ifstream comm(process->path() / "comm");
        std::getline(comm, name);
        return name.append(" (process ").append(id).append(")");
    }
    return {};
}

} // namespace callbox::hal::modem
