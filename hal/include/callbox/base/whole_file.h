// SPDX-License-Identifier: GPL-2.0-or-later
// Small files that are read and written as a whole: what a program keeps over its restarts. May block on a disk: at
// start-up, or from an Executor's job.
#pragma once
#include <callbox/base/files.h>
#include <string_view>

namespace callbox {

// All of it, of a file, a pipe or a device; `doing` begins what an error says: "opening the configuration". A folder is
// an error like a disk that fails.
Result<std::string> readToEnd(const std::string& path, std::string_view doing = "opening");
// Something is there, and no file: a device, a pipe, a folder. What is written there is not to replace it.
bool isNoFile(const std::string& path);
// At most `most` octets of it; a longer file is cut there.
Result<std::string> readWhole(Files& files, const std::string& path, std::size_t most);
// The new file is whole and on disk before it takes the old one's name: after a power cut it is the one or the other.
Result<void> replaceDurably(Files& files, const std::string& path, std::string_view text);

} // namespace callbox
