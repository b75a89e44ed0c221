// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/route_key.h"
#include "digest/hmac.h"
#include <algorithm>
#include <callbox/base/bytes.h>
#include <nlohmann/json.hpp>

namespace callbox::fleet {

namespace {

using nlohmann::json;

constexpr std::size_t shortestKey = 16, longestKey = 200;
constexpr std::size_t nonceDigits = 32;

std::string codeOf(const Secret& key, json body)
{
    body.erase("mac");
    const std::string text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return digest::hmacSha256Hex(key, text);
}

std::string textOf(const json& body, const char* name)
{
    const auto it = body.find(name);
    return it != body.end() && it->is_string() ? it->get<std::string>() : std::string();
}

} // namespace

Result<Secret> readRouteKey(Files& files, const std::string& path)
{
    auto file = files.open(path, OpenMode::read);
    if (!file)
        return file.error().because("route_key_file = " + path);
    OctetBuffer octets(longestKey * 2);
    const auto size = (*file)->read(0, octets);
    if (!size)
        return size.error().because("route_key_file = " + path);
    std::string text(octets.begin(), octets.begin() + std::ptrdiff_t(*size));
    constexpr const char* blanks = " \t\r\n";
    text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
    text.erase(text.find_last_not_of(blanks) + 1);
    if (text.size() < shortestKey || text.size() > longestKey)
        return Error{Errc::invalid, "route_key_file = " + path + ": a file with one key of " +
                                        std::to_string(shortestKey) + " to " + std::to_string(longestKey) +
                                        " characters"};
    return Secret(std::move(text));
}

json signedWith(const Secret& key, json body, WallTime at, Random& random)
{
    OctetBuffer nonce;
    for (int i = 0; i < 2; ++i)
        for (std::uint64_t bits = random.next(), k = 0; k < sizeof bits; ++k, bits >>= 8)
            nonce.push_back(static_cast<std::uint8_t>(bits));
    body["at"] = isoUtc(at);
    body["nonce"] = toHex(nonce);
    body["mac"] = codeOf(key, body);
    return body;
}

Result<void> RouteKey::check(const json& body, const Loop& loop)
{
    if (!body.is_object() || !Secret(codeOf(key_, body)).matches(textOf(body, "mac")))
        return Error{Errc::denied, "mac: is not made with the key of this box's route_key_file"};
    const WallTime now = loop.wallNow();
    const auto at = parseIsoUtc(textOf(body, "at"));
    if (at && (!latest_ || *at > *latest_)) { // else somebody says again what he has heard: it tells nothing of clocks
        latest_ = *at;
        apart_.reset();
        if (std::chrono::abs(*at - now) > clocksApart)
            apart_ = std::chrono::duration_cast<std::chrono::seconds>(*at - now);
    }
    if (!at || std::chrono::abs(*at - now) > clocksApart)
        return Error{Errc::denied, "at: " + (at ? isoUtc(*at) : std::string("no moment")) +
                                       "; this box's clock shows " + isoUtc(now) +
                                       ", and the two may be 5 minutes apart"};
    if (*at < std::chrono::time_point_cast<std::chrono::milliseconds>(started_)) // as exact as `at`
        return Error{Errc::denied, "at: " + isoUtc(*at) + " is before this process began, " + isoUtc(started_) +
                                       ": it cannot know whether the request has come before"};
    const std::string nonce = textOf(body, "nonce");
    if (nonce.size() != nonceDigits)
        return Error{Errc::denied, "nonce: " + std::to_string(nonceDigits) + " hexadecimal digits, never the same"};
    std::erase_if(heard_, [&](const auto& h) { return loop.now() - h.second > 2 * clocksApart; });
    if (!heard_.emplace(nonce, loop.now()).second)
        return Error{Errc::denied, "nonce: this request has come before"};
    apart_.reset();
    return {};
}

} // namespace callbox::fleet
