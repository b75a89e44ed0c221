// SPDX-License-Identifier: GPL-2.0-or-later
// Which clock a span sends by: an optional ability of a span's SpanIo (dynamic_cast). Two ends with clocks of their own
// slip (G.822): one of them takes the other's, a subscriber the network's. Loop thread only.
#pragma once
#include <callbox/base/result.h>
#include <optional>
#include <string>

namespace callbox::hal {

// What a configuration says: "card", the card's own; "line", what comes in on this span; "line 2", the same as second
// choice of a card whose spans send by one clock.
struct ClockChoice {
    unsigned priority = 1; // 0: card; 1 is the first choice, at most 15
    bool operator==(const ClockChoice&) const = default;
};
constexpr std::string_view clockWords = "line, card, or line N: the Nth choice (1 to 15) of a card with one clock";
std::optional<ClockChoice> parseClock(std::string_view); // empty: none of these
std::string toString(const ClockChoice&);

struct ClockState {
    std::optional<ClockChoice> set; // empty: not by us
    enum class From {
        card,  // or of whatever paces the span
        line,  // of this span
        other, // another span's line
    } from = From::card;
    std::string span; // other: which, as a backend's probe names it ("dahdi:X/2"); empty: it is not known
};
std::string_view name(ClockState::From);

class ClockSource {
public:
    // Now. At most a system call or a few. Errors: the card is gone or does not tell.
    [[nodiscard]] virtual Result<ClockState> clock() const = 0;
    // At once and for each later start. Calls of other spans go on; this one may slip once, and so may those that send
    // by it. Errc::unsupported: nothing can be chosen here; Errc::gone: it is not running.
    virtual Result<void> setClock(ClockChoice) = 0;

protected:
    ~ClockSource() = default;
};

} // namespace callbox::hal
