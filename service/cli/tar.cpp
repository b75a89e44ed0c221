// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/tar.h"
#include <algorithm>
#include <array>
#include <callbox/base/whole_file.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace callbox::cli {

namespace {

constexpr std::size_t block = 512;
constexpr std::size_t longestName = 100, longestPrefix = 155;

using Header = std::array<char, block>;

void put(Header& h, std::size_t at, std::string_view text)
{
    std::copy(text.begin(), text.end(), h.begin() + std::ptrdiff_t(at));
}

// The '/' that splits a long name into prefix and name; npos: none does.
std::size_t splitOf(const std::string& name)
{
    for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1))
        if (at <= longestPrefix && at > 0 && name.size() - at - 1 <= longestName && at + 1 < name.size())
            return at;
    return std::string::npos;
}

bool isPlain(const std::string& name)
{
    return !name.empty() && name.front() != '/' && ("/" + name + "/").find("/../") == std::string::npos &&
           std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

} // namespace

Result<void> Tar::add(const std::string& name, std::string_view content)
{
    const bool isLong = name.size() > longestName;
    const std::size_t split = isLong ? splitOf(name) : std::string::npos;
    if (!isPlain(name) || (isLong && split == std::string::npos))
        return Error{Errc::invalid, "a name that a tar file cannot have"};
    Header h{};
    put(h, 0, isLong ? name.substr(split + 1) : name);
    put(h, 100, "0000600");
    put(h, 108, "0000000");
    put(h, 116, "0000000");
    put(h, 124, fmt::format("{:011o}", content.size()));
    put(h, 136, fmt::format("{:011o}", std::max<std::int64_t>(0, madeAt_.time_since_epoch().count() / 1000)));
    put(h, 148, "        "); // the checksum counts itself as blanks
    put(h, 156, "0");
    put(h, 257, std::string_view("ustar\00000", 8));
    put(h, 265, "root");
    put(h, 297, "root");
    if (isLong)
        put(h, 345, name.substr(0, split));
    unsigned sum = 0;
    for (char c : h)
        sum += static_cast<unsigned char>(c);
    put(h, 148, fmt::format("{:06o}", sum));
    h[154] = '\0';
    octets_.append(h.data(), h.size());
    octets_.append(content);
    octets_.append((block - content.size() % block) % block, '\0');
    return {};
}

std::string Tar::take()
{
    octets_.append(2 * block, '\0');
    return std::move(octets_);
}

Result<void> writePrivately(const std::string& path, std::string_view octets)
{
    const bool through = isNoFile(path); // a device or a pipe stays what it is
    const std::string partial = path + ".part-" + std::to_string(::getpid());
    const int fd = through ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC)
                           : ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return systemError(errno, "writing " + path);
    int failed = 0;
    for (std::size_t at = 0; at < octets.size() && !failed;) {
        const ssize_t n = ::write(fd, octets.data() + at, octets.size() - at);
        if (n >= 0)
            at += std::size_t(n);
        else if (errno != EINTR)
            failed = errno;
    }
    if (!failed && ::fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
        failed = errno;
    if (::close(fd) != 0 && !failed)
        failed = errno;
    if (!failed && !through && ::rename(partial.c_str(), path.c_str()) != 0)
        failed = errno;
    if (!failed)
        return {};
    if (!through)
        ::unlink(partial.c_str());
    return systemError(failed, "writing " + path);
}

} // namespace callbox::cli
