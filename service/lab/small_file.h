// SPDX-License-Identifier: GPL-2.0-or-later
// A lab's own small files, and what commands write: replaced whole (a reader sees the old or the new one, never half).
// What is no file, as /dev/stdout or a pipe, is written to and stays what it is.
#pragma once
#include <callbox/base/result.h>
#include <string>

namespace callbox::lab {

Result<void> replaceFile(const std::string& path, const std::string& text);

} // namespace callbox::lab
