// SPDX-License-Identifier: GPL-2.0-or-later
// Which route a request is for. Pure.
#pragma once
#include "control/http.h"
#include <cstdint>

namespace callbox::control {

// Splits a request target: the path stays encoded, the query is decoded ("%20", "+").
void splitTarget(std::string_view target, Request& into);
// Errc::not_found: no such path; Errc::unsupported: the path is there, for other methods.
Result<const Route*> findRoute(const std::vector<Route>& routes, Request& request, bool overTcp);
std::string percentDecode(std::string_view);

// "127.0.0.1:8080", "[::1]:0", "localhost:80": nothing is looked up. Errc::invalid when it is none.
struct TcpAddress {
    std::string host; // an IP address
    std::uint16_t port = 0;
};
Result<TcpAddress> parseAddress(const std::string&);

} // namespace callbox::control
