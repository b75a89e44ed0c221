// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace callbox::digest {

// What libgcrypt wants before its first use in a process; the second and later times nothing. Any thread.
void gcryptReady();

} // namespace callbox::digest
