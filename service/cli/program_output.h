// SPDX-License-Identifier: GPL-2.0-or-later
// What another program prints, bounded in time and size.
#pragma once
#include <callbox/base/loop.h>

namespace callbox::cli {

// Standard output of `argv`, found by PATH; its end, if it is more than `most` octets. Errc::not_found: there is no
// such program; Errc::timeout: it was ended after `limit`; Errc::io: it failed and printed nothing.
Task<std::string> outputOf(Loop&, std::vector<std::string> argv, Duration limit, std::size_t most);

} // namespace callbox::cli
