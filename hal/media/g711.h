// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: G.711 by the block.
#pragma once
#include <callbox/hal/media.h>

namespace callbox::hal {

// 16-bit linear samples; `out` is as long as `samples`.
void toLinear(Octets samples, Law law, std::span<std::int16_t> out);

} // namespace callbox::hal
