// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/span_io.h>

namespace callbox::hal::dahdi {

// `id`: see identity.h; looked up at each start.
std::unique_ptr<SpanIo> makeSpan(const Edges&, std::string id);

} // namespace callbox::hal::dahdi
