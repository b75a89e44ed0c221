// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bundle.h"
#include "cli/end_of_text.h"
#include "cli/redact.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace callbox::cli {

void Bundle::addText(const std::string& name, const std::string& from, std::string text)
{
    const std::size_t cut = keepEnd(text, mostOfOne);
    put(name, from, shown(text), cut);
}

void Bundle::addJson(const std::string& name, const std::string& from, const nlohmann::json& document)
{
    const nlohmann::json j = numbers_ == Numbers::whole ? document : redacted(document);
    put(name, from, j.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", 0);
}

void Bundle::addOctets(const std::string& name, const std::string& from, std::string octets)
{
    put(name, from, octets, 0);
}

void Bundle::failed(const std::string& what, const std::string& why)
{
    failures_.push_back({{"what", shown(what)}, {"why", shown(why)}});
}

bool Bundle::mayCollect(const std::string& what)
{
    if (loop_.now() >= deadline_)
        failed(what, "no time was left");
    else if (tar_.size() >= mostOfAll)
        failed(what, "no room was left");
    else
        return true;
    return false;
}

void Bundle::put(const std::string& name, const std::string& from, std::string_view octets, std::size_t cut)
{
    if (octets.size() > mostOfAll - std::min(mostOfAll, tar_.size()))
        return failed(name, "no room was left");
    const std::string place = freeName(shown(name));
    if (const auto added = tar_.add("callbox-bundle/" + place, octets); !added)
        return failed(name, added.error().what);
    files_.push_back({{"file", place}, {"from", shown(from)}, {"octets", octets.size()}, {"octets_left_out", cut}});
}

std::string Bundle::shown(const std::string& text) const
{
    return numbers_ == Numbers::whole ? text : redacted(std::string_view(text));
}

std::string Bundle::freeName(const std::string& name) const
{
    const auto taken = [&](const std::string& n) {
        return std::any_of(files_.begin(), files_.end(), [&](const auto& f) { return f["file"] == n; });
    };
    std::string free = name;
    for (int i = 2; taken(free); ++i)
        free = name + "-" + std::to_string(i);
    return free;
}

std::string Bundle::take()
{
    const nlohmann::json manifest{
        {"version", 1},
        {"made_at", isoUtc(loop_.wallNow())},
        {"files", files_},
        {"failed", failures_},
        {"numbers", numbers_ == Numbers::whole ? "whole" : "masked"},
    };
    // There is always room for it.
    static_cast<void>(tar_.add("callbox-bundle/manifest.json", manifest.dump(2) + "\n"));
    return tar_.take();
}

Result<std::string> endOfFile(const std::string& path, std::size_t most)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return systemError(errno, path);
    const off_t before = ::lseek(fd, 0, SEEK_END) - off_t(most);
    ::lseek(fd, std::max<off_t>(before - 1, 0), SEEK_SET); // one more: it may be the end of a line
    std::string out;
    char octets[65536];
    ssize_t n = 0;
    while (out.size() < 2 * most && ((n = ::read(fd, octets, sizeof octets)) > 0 || (n < 0 && errno == EINTR)))
        out.append(octets, std::size_t(std::max<ssize_t>(n, 0)));
    const int failed = n < 0 ? errno : 0;
    ::close(fd);
    if (failed)
        return systemError(failed, path);
    keepEnd(out, most);
    return out;
}

} // namespace callbox::cli
