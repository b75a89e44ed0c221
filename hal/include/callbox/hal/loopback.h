// SPDX-License-Identifier: GPL-2.0-or-later
// Loops of a whole span, for tests: an optional ability of a SpanIo (dynamic_cast). While one stands the span carries
// no calls, and its D channel goes down by itself. stop() ends it. Loop thread only.
#pragma once
#include <callbox/base/result.h>
#include <optional>

namespace callbox::hal {

enum class Loopback {
    none,
    local,   // what we send comes in; towards the line AIS or what the card sends then
    line,    // what comes in goes out as it came, framing and all (network line loop)
    payload, // what comes in goes out, in a framing of our own
};
std::string_view name(Loopback);
std::optional<Loopback> loopback(std::string_view name);

class LoopbackControl {
public:
    // In force from the next tick on. Errc::unsupported: this card has no such loop; Errc::gone: the span is not
    // running.
    virtual Result<void> setLoopback(Loopback) = 0;

protected:
    ~LoopbackControl() = default;
};

} // namespace callbox::hal
