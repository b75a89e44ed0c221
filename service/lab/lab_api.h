// SPDX-License-Identifier: GPL-2.0-or-later
// What the exchange process answers over HTTP: test calls, SMS, telephones, loads, modem faults, spans.
#pragma once
#include "lab/fleet_view.h"
#include "lab/modem_bench.h"
#include "lab/order_json.h"
#include "lines/routes.h"

namespace callbox::lab {

class LabApi {
public:
    struct Parts { // all outlive it
        lines::Lines& lines;
        Exchange& exchange;
        ModemBench& modems;
        FleetQueries& fleet;
    };
    LabApi(Edges edges, Parts parts, PhoneNumber access);
    LabApi(const LabApi&) = delete;
    LabApi& operator=(const LabApi&) = delete;

    std::vector<control::Route> routes(); // they refer to this object

private:
    Task<control::Response> answer(Task<nlohmann::json> work);
    Task<nlohmann::json> call(control::Request request);
    Task<nlohmann::json> hangup(control::Request request);
    Task<nlohmann::json> sms(control::Request request);
    Task<nlohmann::json> phone(control::Request request);
    Task<nlohmann::json> beginLoad(control::Request request);
    Task<nlohmann::json> loadState(control::Request request);
    Task<nlohmann::json> modem(control::Request request);
    [[nodiscard]] std::vector<const ReceivedSms*> received(const SmsQuery& query) const;

    Edges edges_;
    Parts parts_;
    PhoneNumber access_;
    std::vector<std::shared_ptr<Event<bool>>> waitingForSms_;
    std::vector<std::unique_ptr<Load>> loads_; // id = place + 1
    std::uint64_t nextCaller_ = 0;
    TaskGroup loading_;
};

} // namespace callbox::lab
