// SPDX-License-Identifier: GPL-2.0-or-later
// Which route a request is for. Pure.
#pragma once
#include "control/http.h"

namespace callbox::control {

// Splits a request target: the path stays encoded, the query is decoded ("%20", "+").
void splitTarget(std::string_view target, Request& into);
// Errc::not_found: no such path; Errc::unsupported: the path is there, for other methods.
Result<const Route*> findRoute(const std::vector<Route>& routes, Request& request, bool overTcp);
std::string percentDecode(std::string_view);

} // namespace callbox::control
