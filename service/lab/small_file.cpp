// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/small_file.h"
#include <callbox/base/whole_file.h>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace callbox::lab {

namespace fs = std::filesystem;

namespace {

Result<void> write(const std::string& path, const std::string& text)
{
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out)
        return systemError(errno, "writing " + path);
    return {};
}

} // namespace

Result<void> replaceFile(const std::string& path, const std::string& text)
{
    if (isNoFile(path))
        return write(path, text);
    std::error_code none;
    const fs::path behind = fs::canonical(path, none); // a link stays one
    const std::string target = none ? path : behind.string(), fresh = target + ".new";
    auto written = write(fresh, text);
    if (written && std::rename(fresh.c_str(), target.c_str()) != 0)
        written = systemError(errno, "renaming " + fresh);
    if (!written)
        std::remove(fresh.c_str());
    return written;
}

} // namespace callbox::lab
