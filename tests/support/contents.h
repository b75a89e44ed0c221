// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/base/files.h>

namespace callbox::tests {

// All octets of a file; none where there is no file.
inline OctetBuffer contents(Files& files, const std::string& path)
{
    auto file = files.open(path, OpenMode::read);
    if (!file)
        return {};
    OctetBuffer out(std::size_t((*file)->size().value_or(0)));
    (void)(*file)->read(0, out);
    return out;
}

} // namespace callbox::tests
