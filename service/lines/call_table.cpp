// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/routes.h"
#include <nlohmann/json.hpp>

namespace callbox::lines {

namespace {

using nlohmann::json;

json shown(const hal::PartyNumber& n, const hal::DialPlan& plan)
{
    if (n.digits.empty())
        return nullptr;
    const PhoneNumber e164 = hal::toE164(n, plan);
    return e164.empty() ? n.digits : e164.e164();
}

} // namespace

CallTable::Entry::Entry(Entry&& o) noexcept : table_(std::exchange(o.table_, nullptr)), key_(o.key_) {}

CallTable::Entry& CallTable::Entry::operator=(Entry&& o) noexcept
{
    if (this != &o) {
        if (table_)
            table_->rows_.erase(key_);
        table_ = std::exchange(o.table_, nullptr);
        key_ = o.key_;
    }
    return *this;
}

CallTable::Entry::~Entry()
{
    if (table_)
        table_->rows_.erase(key_);
}

void CallTable::Entry::setKind(std::string kind)
{
    if (table_)
        table_->rows_.at(key_).kind = std::move(kind);
}

CallTable::Entry CallTable::add(hal::Call& call, std::string kind, const hal::DialPlan& plan)
{
    const std::uint64_t key = nextKey_++;
    rows_.emplace(key, Row{&call, std::move(kind), plan, loop_.wallNow(), loop_.now()});
    return Entry(*this, key);
}

hal::Call* CallTable::find(std::string_view id) const
{
    for (const auto& [key, row] : rows_)
        if (row.call->id() == id && !row.call->released())
            return row.call;
    return nullptr;
}

Result<void> CallTable::hangup(std::string_view id, hal::Cause cause)
{
    for (const auto& [key, row] : rows_)
        if (row.call->id() == id && !row.call->released()) {
            row.call->hangup(cause);
            return {};
        }
    return Error{Errc::not_found, "call " + std::string(id) + ": there is no such call now; call list names them"};
}

void CallTable::hangupAll(hal::Cause cause, std::string_view span)
{
    std::vector<std::uint64_t> keys; // an ending call may take its row away
    keys.reserve(rows_.size());
    for (const auto& [key, row] : rows_)
        if (span.empty() || row.call->identity().span == span)
            keys.push_back(key);
    for (const std::uint64_t key : keys)
        if (const auto it = rows_.find(key); it != rows_.end())
            it->second.call->hangup(cause);
}

json CallTable::toJson() const
{
    json calls = json::array();
    for (const auto& [key, row] : rows_) {
        const hal::Call& c = *row.call;
        const hal::CallSetup& s = c.setup();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(loop_.now() - row.start).count();
        const auto slot = c.slot();
        const bool withheld = s.calling.presentation == hal::Presentation::restricted;
        calls.push_back({{"id", c.id()},
                         {"span", c.identity().span},
                         {"slot", slot ? json(hal::index(*slot)) : json(nullptr)},
                         {"direction", c.identity().incoming ? "incoming" : "outgoing"},
                         {"from", withheld ? json(nullptr) : shown(s.calling, row.plan)},
                         {"withheld", withheld},
                         {"to", shown(s.called, row.plan)},
                         {"redirecting", s.redirecting ? shown(s.redirecting->number, row.plan) : json(nullptr)},
                         {"stage", std::string(hal::name(c.stage()))},
                         {"kind", row.kind},
                         {"since", isoUtc(row.since)},
                         {"seconds", seconds}});
    }
    return {{"version", 1}, {"calls", std::move(calls)}};
}

} // namespace callbox::lines
