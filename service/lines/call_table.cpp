// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/call_table.h"
#include <algorithm>
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

std::int64_t wholeSeconds(Duration d)
{
    return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

} // namespace

json CallTable::common(const Shown& c)
{
    const bool withheld = c.setup.calling.presentation == hal::Presentation::restricted;
    const std::optional<hal::Diversion>& diverted = c.setup.redirecting;
    return {{"id", c.id},
            {"span", c.span},
            {"slot", c.slot ? json(hal::index(*c.slot)) : json(nullptr)},
            {"direction", c.incoming ? "incoming" : "outgoing"},
            {"from", withheld ? json(nullptr) : shown(c.setup.calling, c.plan)},
            {"withheld", withheld},
            {"to", shown(c.setup.called, c.plan)},
            {"redirecting", diverted ? shown(diverted->number, c.plan) : json(nullptr)},
            {"kind", c.kind},
            {"since", isoUtc(c.since)},
            {"seconds", c.seconds}};
}

CallTable::Entry::Entry(Entry&& o) noexcept : table_(std::exchange(o.table_, nullptr)), key_(o.key_) {}

CallTable::Entry& CallTable::Entry::operator=(Entry&& o) noexcept
{
    if (this != &o) {
        if (table_)
            table_->end(key_);
        table_ = std::exchange(o.table_, nullptr);
        key_ = o.key_;
    }
    return *this;
}

CallTable::Entry::~Entry()
{
    if (table_)
        table_->end(key_);
}

void CallTable::Entry::setKind(std::string kind)
{
    if (table_)
        table_->rows_.at(key_).kind = std::move(kind);
}

void CallTable::end(std::uint64_t key)
{
    const auto row = rows_.extract(key);
    const Row& r = row.mapped();
    const hal::Call& c = *r.call;
    const Duration over =
        loop_.now() - c.releasedAt().value_or(loop_.now()); // whoever handled it has kept it for so long
    const Ended e{{c.id(), c.identity().span, r.kind, c.identity().incoming, c.lastSlot(), c.setup(), r.plan, r.since,
                   wholeSeconds(loop_.now() - over - r.start)},
                  loop_.wallNow() - std::chrono::duration_cast<WallTime::duration>(over),
                  c.cause(),
                  c.samplesLost(),
                  {c.digitsHeard().begin(), c.digitsHeard().end()}};
    ended_.insert(
        std::upper_bound(ended_.begin(), ended_.end(), e, [](const Ended& a, const Ended& b) { return a.at < b.at; }),
        e);
    if (ended_.size() > mostEnded)
        ended_.pop_front();
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
        json call = common({c.id(), c.identity().span, row.kind, c.identity().incoming, c.slot(), c.setup(), row.plan,
                            row.since, wholeSeconds(loop_.now() - row.start)});
        call["stage"] = std::string(hal::name(c.stage()));
        calls.push_back(std::move(call));
    }
    return {{"version", 1}, {"calls", std::move(calls)}};
}

json CallTable::endedJson(bool withDigits) const
{
    json calls = json::array();
    for (const Ended& e : ended_) {
        std::string digits;
        json times = json::array();
        for (const hal::HeardDigit& d : e.digits) {
            digits += withDigits || d.digit == '#' || d.digit == '*' ? d.digit : 'x';
            times.push_back(toMs(d.after));
        }
        json call = common(e);
        call.update({{"ended_at", isoUtc(e.at)},
                     {"cause", static_cast<int>(e.cause)},
                     {"cause_text", std::string(hal::text(e.cause))},
                     {"lost_samples", e.samplesLost},
                     {"digits", digits},
                     {"digits_at_ms", std::move(times)}});
        calls.push_back(std::move(call));
    }
    return {{"version", 1}, {"calls", std::move(calls)}};
}

} // namespace callbox::lines
