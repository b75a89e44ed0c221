// SPDX-License-Identifier: GPL-2.0-or-later
// A tar file in memory: the ustar format (POSIX.1-2017, pax: "ustar Interchange Format") of plain files. Sixty lines
// instead of libarchive, which brings twelve formats, compression and code that follows links into the tool.
#pragma once
#include <callbox/base/time.h>

namespace callbox::cli {

class Tar {
public:
    explicit Tar(WallTime madeAt) : madeAt_(madeAt) {}
    // Errc::invalid: a name that does not fit (255 octets with a '/' in reach, no control characters, no "..").
    Result<void> add(const std::string& name, std::string_view content);
    [[nodiscard]] std::size_t size() const { return octets_.size(); }
    // The file's octets, ended; once.
    std::string take();

private:
    WallTime madeAt_;
    std::string octets_;
};

// Replaces `path` by a file that only its owner may read.
Result<void> writePrivately(const std::string& path, std::string_view octets);

} // namespace callbox::cli
