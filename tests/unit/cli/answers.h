// SPDX-License-Identifier: GPL-2.0-or-later
// What the daemons of a small lab answer: a day's records, written by the serialisers that the daemons use. Nothing
// here is JSON written by hand, but for what has no serialiser of its own.
#pragma once
#include "control/http.h"
#include "messages/records.h"
#include "status/record.h"
#include <nlohmann/json.hpp>

namespace callbox::cli::tests {

using nlohmann::json;

// What daemons were asked, "POST /v1/mode {..}", oldest first; and what they say instead of what is written here.
struct Asked {
    std::vector<std::string> requests;
    std::function<std::optional<control::Response>(const std::string& request)> instead;
};
// The routes of one daemon.
enum class Health {
    mixed, // box1 is well; box2 has lost its tie and its modem; of box3 nothing is known
    well,  // both boxes are well, and there is no third
};
std::vector<control::Route> boxAnswers(const std::string& box, Asked& asked, Health);
std::vector<control::Route> switchAnswers(Asked& asked, Health);
std::vector<control::Route> exchangeAnswers(Asked& asked);

status::StatusRecord statusOf(const std::string& box, Health = Health::mixed);
std::vector<messages::MessageRow> messagesOf(const std::string& box);
std::string audioOf(messages::MessageId); // the octets of its WAV file
json boxesJson(Health = Health::mixed);   // GET /v1/boxes

} // namespace callbox::cli::tests
