// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: what one key table cannot know by itself.
#pragma once
#include "lines/settings.h"

namespace callbox::lines {

struct BackendKeyOf {
    std::string backend, key, allowed, help;
};
// The keys of all backends, and `listen` of virtual spans, which needs a clock and so is served here.
const std::vector<BackendKeyOf>& allBackendKeys();
bool isBackendKey(std::string_view key);

// What follows from the type where the section does not say it: law, D channel, switch type, dial plan.
void deriveFromType(SpanSettings&, const ini::Section&);

} // namespace callbox::lines
