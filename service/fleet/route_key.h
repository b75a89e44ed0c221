// SPDX-License-Identifier: GPL-2.0-or-later
// The key that a switch and a box share, so that only the switch tells the box of calls (POST /v1/expected). The key
// itself never travels: a request carries a moment, a number used once, and a code over all of it (HMAC-SHA-256, RFC
// 2104). Who listens on the way learns no key, and what he has heard cannot be said again: what this process has heard
// it knows, and what is from before its start it does not take. Loop thread only.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/base/number.h>
#include <map>
#include <nlohmann/json_fwd.hpp>

namespace callbox::fleet {

// From a file of its own: 16 to 200 characters, blanks around them left out. Blocks: at start.
Result<Secret> readRouteKey(Files&, const std::string& path);

// The clocks of switch and box may differ by so much.
inline constexpr Duration clocksApart = 5min;

// The object with "at", "nonce" and "mac" in it. The code is over the object without "mac", its names in ascending
// order, without blanks.
nlohmann::json signedWith(const Secret& key, nlohmann::json body, WallTime at, Random&);

// The box's side: knows what it has heard already.
class RouteKey {
public:
    // `started`: of the process. A switch whose clock is behind is refused for so long after it.
    RouteKey(Secret key, WallTime started) : key_(std::move(key)), started_(started) {}
    // Errc::denied says what is wrong with it.
    Result<void> check(const nlohmann::json& body, const Loop&);
    // By how much the switch's clock was ahead of ours (less than 0: behind), where the last request with the right
    // code was refused for that; empty: it was not.
    [[nodiscard]] std::optional<std::chrono::seconds> apart() const { return apart_; }

private:
    Secret key_;
    WallTime started_;
    std::optional<std::chrono::seconds> apart_;
    std::optional<WallTime> latest_;         // what the newest request with the right code shows
    std::map<std::string, TimePoint> heard_; // by nonce, until its moment is too long ago
};

} // namespace callbox::fleet
