// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: what was heard, as a WAV file, written off the loop.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/base/task.h>
#include <callbox/hal/media.h>

namespace callbox::lab {

// Makes the file empty: a recording that cannot be written is known before the call. An empty path is fine.
Task<> prepareWav(Edges edges, std::string path);
Task<> writeWav(Edges edges, std::string path, hal::Law law, OctetBuffer samples);

} // namespace callbox::lab
