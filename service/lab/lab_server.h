// SPDX-License-Identifier: GPL-2.0-or-later
// The exchange process of a lab: the public network with its telephones, the boxes' GSM modems and their SMS centre,
// asked over HTTP on DIR/exchange/control.sock (service/control/API.md).
#pragma once
#include <string>

namespace callbox::lab {

// Reads DIR/exchange/exchange.ini as `lab up` wrote it and serves until SIGTERM or SIGINT. Returns the exit code:
// 0 after a signal, 1 when it cannot work; what is wrong goes to standard error. DIR is absolute.
int runLabServer(const std::string& dir);

} // namespace callbox::lab
