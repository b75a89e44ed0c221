// SPDX-License-Identifier: GPL-2.0-or-later
// A lab's own small files: read whole, replaced whole (a reader sees the old or the new one, never half).
#pragma once
#include <callbox/base/result.h>
#include <string>

namespace callbox::lab {

Result<void> replaceFile(const std::string& path, const std::string& text);
Result<std::string> readFile(const std::string& path);

} // namespace callbox::lab
