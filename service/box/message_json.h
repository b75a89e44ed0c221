// SPDX-License-Identifier: GPL-2.0-or-later
// Messages as contract.md's `message list` shows them. Numbers are whole: who may open the socket may see them.
#pragma once
#include "messages/records.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::box {

// A message's id outside its box: BOX-N, unique in the fleet as the box's own is.
std::string messageName(const std::string& box, messages::MessageId id);
// BOX-N, or N alone to one who asks this box. Errc::invalid: neither; Errc::not_found: another box's.
Result<messages::MessageId> messageId(const std::string& box, std::string_view name);

nlohmann::json toJson(const std::string& box, const messages::MessageRow&);
// {"version":1,"messages":[..]}, {"version":1,"numbers":[..]}
nlohmann::json messagesJson(const std::string& box, const std::vector<messages::MessageRow>&);
nlohmann::json numbersJson(const std::vector<messages::NumberRow>&);

} // namespace callbox::box
