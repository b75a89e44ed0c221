// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/small_file.h"
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace callbox::lab {

Result<void> replaceFile(const std::string& path, const std::string& text)
{
    const std::string fresh = path + ".new";
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out)
        return systemError(errno, "writing " + fresh);
    if (std::rename(fresh.c_str(), path.c_str()) != 0)
        return systemError(errno, "renaming " + fresh);
    return {};
}

Result<std::string> readFile(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return systemError(errno, "opening " + path);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (in.bad())
        return Error{Errc::io, "reading " + path + " failed"};
    return text;
}

} // namespace callbox::lab
