// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/clock_source.h>
#include <callbox/hal/echo_canceller.h>
#include <callbox/hal/span_io.h>

namespace callbox::hal::dahdi {

struct SpanKeys {
    std::string id;                   // see identity.h; looked up at each start
    std::optional<ClockChoice> clock; // empty: as it was configured outside
    EchoChoice echo;
};
std::unique_ptr<SpanIo> makeSpan(const Edges&, SpanKeys);

} // namespace callbox::hal::dahdi
