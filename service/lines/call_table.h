// SPDX-License-Identifier: GPL-2.0-or-later
// Loop thread only.
#pragma once
#include <callbox/base/loop.h>
#include <callbox/hal/call.h>
#include <deque>
#include <map>
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
    struct Shown {
        std::string id, span, kind;
        bool incoming = true;
        std::optional<hal::Timeslot> slot;
        hal::CallSetup setup;
        hal::DialPlan plan;
        WallTime since;
        std::int64_t seconds = 0;
    };
    struct Ended : Shown {
        WallTime at;
        hal::Cause cause{};
        std::uint64_t samplesLost = 0;
        std::vector<hal::HeardDigit> digits;
    };
    static nlohmann::json common(const Shown&);
    void end(std::uint64_t key);
    Loop& loop_;
    std::uint64_t nextKey_ = 1;
    std::map<std::uint64_t, Row> rows_;
    std::deque<Ended> ended_; // in the order in which they ended
};

} // namespace callbox::lines
