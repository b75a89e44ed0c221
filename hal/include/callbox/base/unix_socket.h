// SPDX-License-Identifier: GPL-2.0-or-later
// Unix sockets by paths of any length: a socket address holds 107 octets, a folder may lie deeper. The folder is
// opened and the address goes through /proc/self/fd. Descriptors are close-on-exec and non-blocking.
#pragma once
#include <callbox/base/result.h>
#include <string>

namespace callbox {

// type: SOCK_STREAM or SOCK_SEQPACKET. Replaces a stale socket; Errc::busy when somebody listens there. Mode 0600.
Result<int> listenUnix(const std::string& path, int type);
// Errc::not_found or Errc::gone when nobody listens.
Result<int> connectUnix(const std::string& path, int type);

} // namespace callbox
