// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <callbox/base/bytes.h>
#include <callbox/base/whole_file.h>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace callbox {

bool isNoFile(const std::string& path)
{
    std::error_code none;
    const auto there = std::filesystem::status(path, none);
    return std::filesystem::exists(there) && !std::filesystem::is_regular_file(there);
}

Result<std::string> readToEnd(const std::string& path, std::string_view doing)
{
    const std::string attempted = std::string(doing) + (doing.empty() ? "" : " ") + path;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return systemError(errno, attempted);
    std::string text;
    std::array<char, 65536> piece;
    for (;;) {
        const ssize_t n = ::read(fd, piece.data(), piece.size());
        if (n < 0 && errno == EINTR)
            continue;
        const int failed = n < 0 ? errno : 0;
        if (n <= 0) {
            ::close(fd);
            if (failed)
                return systemError(failed, attempted);
            return text;
        }
        text.append(piece.data(), std::size_t(n));
    }
}

Result<std::string> readWhole(Files& files, const std::string& path, std::size_t most)
{
    auto file = files.open(path, OpenMode::read);
    if (!file)
        return file.error();
    std::vector<std::uint8_t> octets(most);
    const auto n = (*file)->read(0, octets);
    if (!n)
        return n.error();
    return std::string(octets.begin(), octets.begin() + std::ptrdiff_t(*n));
}

Result<void> replaceDurably(Files& files, const std::string& path, std::string_view text)
{
    const std::string fresh = path + ".new";
    auto file = files.open(fresh, OpenMode::create);
    if (!file)
        return file.error();
    if (auto r = (*file)->truncate(0); !r)
        return r;
    if (auto r = (*file)->write(0, asOctets(text)); !r)
        return r;
    if (auto r = (*file)->sync(); !r)
        return r;
    file->reset();
    if (auto r = files.rename(fresh, path); !r)
        return r;
    return files.syncDirectory(path.substr(0, path.find_last_of('/')));
}

} // namespace callbox
