// SPDX-License-Identifier: GPL-2.0-or-later
// Messages as contract.md's `message list` shows them. Numbers are whole: who may open the socket may see them.
#pragma once
#include "messages/records.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::box {

nlohmann::json toJson(const messages::MessageRow&);

} // namespace callbox::box
