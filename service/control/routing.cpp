// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing.h"
#include <charconv>
#include <nlohmann/json.hpp>

namespace callbox::control {

namespace {

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::vector<std::string_view> split(std::string_view path)
{
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(path.front() == '/');
        const auto end = path.find('/');
        parts.push_back(path.substr(0, end));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    }
    return parts;
}

bool matches(const Route& route, const std::vector<std::string_view>& parts, std::vector<std::string>& captured)
{
    const auto wanted = split(route.pattern);
    if (wanted.size() != parts.size())
        return false;
    captured.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (wanted[i] == "{}" && !parts[i].empty())
            captured.push_back(percentDecode(parts[i]));
        else if (wanted[i] != parts[i])
            return false;
    }
    return true;
}

int httpStatus(Errc code)
{
    switch (code) {
    case Errc::invalid:
        return 400;
    case Errc::denied:
        return 403;
    case Errc::not_found:
        return 404;
    case Errc::busy:
        return 409;
    case Errc::unsupported:
        return 405;
    case Errc::timeout:
        return 504;
    case Errc::gone:
        return 410;
    case Errc::no_space:
        return 507;
    case Errc::io:
        return 500;
    }
    return 500;
}

} // namespace

std::string percentDecode(std::string_view s)
{
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '%' && i + 2 < s.size() && hexValue(s[i + 1]) >= 0 && hexValue(s[i + 2]) >= 0) {
            out += static_cast<char>(hexValue(s[i + 1]) << 4 | hexValue(s[i + 2]));
            i += 2;
        } else {
            out += s[i];
        }
    }
    return out;
}

std::string percentEncode(std::string_view s)
{
    static constexpr char hex[] = "0123456789ABCDEF";
    static constexpr std::string_view plain = "-_.~";
    std::string out;
    for (const char c : s) {
        const auto o = static_cast<unsigned char>(c);
        const bool alphanumeric = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (alphanumeric || plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += hex[o >> 4];
            out += hex[o & 15];
        }
    }
    return out;
}

Result<TcpAddress> parseAddress(const std::string& text)
{
    const Error wrong{Errc::invalid, "\"" + text + "\" is no ADDRESS:PORT, like 127.0.0.1:8080"};
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
        return wrong;
    TcpAddress a;
    a.host = text.substr(0, colon);
    if (a.host.size() > 2 && a.host.front() == '[' && a.host.back() == ']')
        a.host = a.host.substr(1, a.host.size() - 2);
    else if (a.host == "localhost")
        a.host = "127.0.0.1";
    else if (a.host.find(':') != std::string::npos)
        return wrong;
    const char* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data() + colon + 1, end, a.port);
    if (ec != std::errc() || stop != end)
        return wrong;
    return a;
}

void splitTarget(std::string_view target, Request& into)
{
    const auto mark = target.find('?');
    into.path = std::string(target.substr(0, mark));
    into.query.clear();
    if (mark == std::string_view::npos)
        return;
    std::string_view rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        std::string pair(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        for (char& c : pair)
            if (c == '+')
                c = ' ';
        const auto equals = pair.find('=');
        const std::string key = percentDecode(std::string_view(pair).substr(0, equals));
        into.query[key] =
            equals == std::string::npos ? std::string() : percentDecode(std::string_view(pair).substr(equals + 1));
    }
}

Result<const Route*> findRoute(const std::vector<Route>& routes, Request& request, bool overTcp)
{
    const auto parts = split(request.path);
    bool pathKnown = false;
    for (const Route& route : routes) {
        if (overTcp && !route.onTcp)
            continue;
        std::vector<std::string> captured;
        if (!matches(route, parts, captured))
            continue;
        pathKnown = true;
        if (route.method != request.method)
            continue;
        request.captured = std::move(captured);
        return &route;
    }
    if (pathKnown)
        return Error{Errc::unsupported, request.method + " is not for " + request.path};
    return Error{Errc::not_found, "nothing at " + request.path + " here"};
}

Response errorResponse(const Error& e)
{
    const nlohmann::json body{{"version", 1}, {"error", {{"code", name(e.code)}, {"message", e.what}}}};
    return {httpStatus(e.code), body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Task<Response> answer(Handler handler, Request request)
{
    Result<Response> r = co_await check(handler(std::move(request)));
    co_return r ? std::move(*r) : errorResponse(r.error());
}

} // namespace callbox::control
