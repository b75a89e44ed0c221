// SPDX-License-Identifier: GPL-2.0-or-later
// The JSON face of test calls, telephones and loads (service/control/API.md): what is asked for, read with words for
// what is wrong; what came of it, as contract.md writes it. Pure.
#pragma once
#include "lab/load.h"
#include <callbox/lab/sms_centre.h>
#include <nlohmann/json_fwd.hpp>

namespace callbox::lab {

struct ReadOrder {
    CallOrder order;
    std::string play; // WAV file to be loaded; empty: none
};
Result<ReadOrder> readCallOrder(const nlohmann::json&);
// `box` empty: null. `recorded` is the order's file.
nlohmann::json toJson(const CallReport&, const std::string& box, const std::string& recorded);

struct ReadTelephone {
    PhoneNumber number;
    TelephoneBehaviour behaviour;
};
Result<ReadTelephone> readTelephone(const nlohmann::json&);

// {rate,calls,hold_s,redirecting_form}
Result<LoadOrder> readLoadOrder(const nlohmann::json&, const PhoneNumber& access);

struct SmsQuery {
    std::string to; // empty: all phones
    std::size_t count = 1;
    Duration wait{};
};
Result<SmsQuery> readSmsQuery(const std::map<std::string, std::string>&);
nlohmann::json toJson(const ReceivedSms&);

} // namespace callbox::lab
