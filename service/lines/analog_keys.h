// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: the keys of [span] that a bank of analog lines has, and a PRI span has not.
#pragma once
#include "lines/settings.h"

namespace callbox::lines {

std::vector<ini::Key> analogKeys(SpanSettings& target);
bool isAnalogKey(std::string_view key);
// Whether a key of [span] means anything on such a span.
bool belongsTo(const SpanSettings&, std::string_view key);
std::string countryCodes(); // of the profiles: "de, fr, ..."
std::string analogValueOf(const SpanSettings&, std::string_view key);
// What follows from the profile and the numbers where the section does not say it; then what is wrong with the whole.
void deriveAnalog(const ini::Document&, const ini::Section&, SpanSettings&, std::vector<ini::Problem>& problems);

} // namespace callbox::lines
