// SPDX-License-Identifier: GPL-2.0-or-later
// What the exchange process knows of its fleet: read from DIR/lab.json whenever it is needed (a restart changes it),
// the rest asked of the daemons over HTTP.
#pragma once
#include "control/http.h"
#include "lab/load.h"
#include <nlohmann/json.hpp>

namespace callbox::lab {

class FleetView final : public FleetQueries {
public:
    FleetView(Edges edges, control::HttpClient& http, std::string dir);
    Task<std::string> boxOf(std::string call) override;
    Task<std::vector<StoredMessage>> messagesSince(WallTime since) override;
    Task<OctetBuffer> audio(StoredMessage message) override;

private:
    Task<nlohmann::json> description();
    Task<control::Response> ask(std::string control, std::string path, Duration limit);
    Edges edges_;
    control::HttpClient& http_;
    std::string dir_;
};

} // namespace callbox::lab
