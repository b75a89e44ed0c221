// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP routes that box, switch and lab share (service/control/API.md): spans, calls, traces, modems, the
// configuration in force, faults. What is handed in outlives the server.
#pragma once
#include "control/http.h"
#include "lines/lines.h"
#include <deque>
#include <nlohmann/json_fwd.hpp>

namespace callbox::lines {

// The calls that live now, for `call list` and `call hangup`, and the last ones that ended: whoever handles a call
// enters it and keeps the entry as long as the call object lives.
class CallTable {
public:
    explicit CallTable(Loop& loop) : loop_(loop) {}
    CallTable(const CallTable&) = delete;
    CallTable& operator=(const CallTable&) = delete;

    class Entry {
    public:
        Entry() = default;
        Entry(Entry&& o) noexcept;
        Entry& operator=(Entry&& o) noexcept;
        ~Entry();
        void setKind(std::string kind); // "deposit", "retrieval", "notice", ...

    private:
        friend class CallTable;
        Entry(CallTable& table, std::uint64_t key) : table_(&table), key_(key) {}
        CallTable* table_ = nullptr;
        std::uint64_t key_ = 0;
    };
    // Numbers are shown in E.164 by the trunk's plan, as they came where they cannot be; a withheld
    // caller's is shown to nobody. The call outlives the entry.
    [[nodiscard]] Entry add(hal::Call& call, std::string kind, const hal::DialPlan& plan);
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] hal::Call* find(std::string_view id) const; // null: no such call now
    // Errc::not_found: no such call.
    Result<void> hangup(std::string_view id, hal::Cause cause = hal::Cause::normalClearing);
    // Those on one span; on all without its name.
    void hangupAll(hal::Cause cause, std::string_view span = {});
    [[nodiscard]] nlohmann::json toJson() const; // {"version":1,"calls":[..]}
    // The same of the last calls that ended, the latest last. Digits that were keyed may be a message's code or a
    // number: each is an x, unless wanted.
    [[nodiscard]] nlohmann::json endedJson(bool withDigits = false) const;

    static constexpr std::size_t mostEnded = 500;

private:
    struct Row {
        hal::Call* call;
        std::string kind;
        hal::DialPlan plan;
        WallTime since;
        TimePoint start;
    };
    struct Ended {
        std::string id, span, kind;
        std::optional<hal::Timeslot> slot;
        bool incoming = true;
        hal::CallSetup setup;
        hal::DialPlan plan;
        WallTime since, at;
        std::int64_t seconds = 0;
        hal::Cause cause{};
        std::uint64_t samplesLost = 0;
        std::vector<hal::HeardDigit> digits;
    };
    void end(std::uint64_t key);
    Loop& loop_;
    std::uint64_t nextKey_ = 1;
    std::map<std::uint64_t, Row> rows_;
    std::deque<Ended> ended_;
};

nlohmann::json toJson(const Line&, bool bins = false); // one element of GET /v1/spans
nlohmann::json toJson(const hal::Modem&);              // one element of GET /v1/modems
// GET /v1/trace/at/MODEM; without numbers their digits are masked and PDUs left out.
nlohmann::json traceJson(const hal::Modem&, bool withNumbers);

nlohmann::json toJson(const hal::LineRow&, const std::string& span); // one element of GET /v1/lines

// GET /v1/spans, GET /v1/lines, POST /v1/spans/SPAN, GET /v1/cards, GET /v1/trace/dchannel/SPAN
std::vector<control::Route> spanRoutes(Lines&);
std::vector<control::Route> modemRoutes(Lines&); // GET /v1/modems, GET /v1/trace/at/MODEM
// GET /v1/calls, GET /v1/calls/ended, DELETE /v1/calls/ID. That digits were given out is logged.
std::vector<control::Route> callRoutes(CallTable&, Log);
control::Route configRoute(std::string renderedText); // GET /v1/config
// POST /v1/lab/fault {"what"}: only for a configuration with [lab] faults = yes.
control::Route faultRoute(std::function<Result<void>(const std::string& what)>);

// Helpers for routes elsewhere.
control::Response jsonResponse(const nlohmann::json&, int status = 200);
// The body as a JSON object; Errc::invalid in words.
Result<nlohmann::json> jsonBody(const control::Request&);

} // namespace callbox::lines
