// SPDX-License-Identifier: GPL-2.0-or-later
// What moves on a daemon's channels, on demand: levels while a question is answered, one channel's audio while it is
// fetched. Loop thread only.
#pragma once
#include "control/http.h"
#include "lines/call_table.h"
#include "lines/lines.h"
#include "monitor/ear.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::monitor {

class Monitor {
public:
    // What is handed in outlives it.
    Monitor(const Edges& edges, lines::Lines& lines, const lines::CallTable& calls);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    // GET /v1/monitor, POST /v1/listen, GET and DELETE /v1/listen/ID; they refer to this object.
    std::vector<control::Route> routes();
    [[nodiscard]] std::size_t listening() const { return ears_.size(); }

private:
    struct Listener {
        std::string by;
        std::unique_ptr<Ear> ear;
    };
    Task<control::Response> levels(control::Request);
    Task<control::Response> listen(control::Request);
    Task<control::Response> fetch(control::Request);
    Task<control::Response> end(control::Request);
    [[nodiscard]] Result<Listener*> find(const std::string& id);
    [[nodiscard]] nlohmann::json toJson(const std::string& id, const Listener&) const;
    void callCame(const std::string& id);
    void close(const std::string& id);
    void lookAfter();

    Edges edges_;
    lines::Lines& lines_;
    const lines::CallTable& calls_;
    std::map<std::string, Listener> ears_;
    std::uint64_t nextId_ = 1;
    Timer look_;
};

} // namespace callbox::monitor
