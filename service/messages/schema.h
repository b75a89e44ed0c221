// SPDX-License-Identifier: GPL-2.0-or-later
// The tables (FORMAT.md) and the words of their states.
#pragma once
#include "messages/database.h"
#include "messages/records.h"

namespace callbox::messages {

constexpr int schemaVersion = 1;
// Makes the tables, or checks that they are of this version. Errc::invalid: a database of another program or version.
Result<void> prepareSchema(Database&);

// Each change of a state is a row with a time. `kind`: message, recipient, notification.
void history(Database&, std::int64_t atMs, const char* kind, std::int64_t id, std::string_view state,
             const std::string& detail = {});

} // namespace callbox::messages
