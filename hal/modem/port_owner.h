// SPDX-License-Identifier: GPL-2.0-or-later
// Who else has a serial port open, to be named in an error (N61).
#pragma once
#include <string>

namespace callbox::hal::modem {

// "ModemManager (process 812)"; empty when none is seen. Other users' processes are seen by root alone.
std::string portOwner(const std::string& path);

} // namespace callbox::hal::modem
