// SPDX-License-Identifier: GPL-2.0-or-later
#include "ledger.h"
#include <algorithm>

namespace callbox::hal::pri {

namespace {

constexpr Duration firstPause = 1min;
constexpr Duration longestPause = 1h;

} // namespace

Ledger::Ledger(const Loop& loop, const SpanConfig& span, bool highestFirst) : loop_(loop), highestFirst_(highestFirst)
{
    for (unsigned i = 1; i <= timeslots(span.type); ++i)
        if (const Timeslot t{static_cast<std::uint8_t>(i)}; t != span.dChannel)
            rows_.push_back({t, {}, loop.now()});
}

const Ledger::Row* Ledger::find(Timeslot t) const
{
    const auto it = std::find_if(rows_.begin(), rows_.end(), [&](const Row& r) { return r.slot == t; });
    return it == rows_.end() ? nullptr : &*it;
}

void Ledger::change(Timeslot t, const std::function<void(Row&)>& what)
{
    const auto r = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.slot == t; });
    if (r == rows_.end())
        return;
    const ChannelState before = stateOf(*r);
    const std::string owner = r->call;
    what(*r);
    if (stateOf(*r) != before || r->call != owner)
        r->since = loop_.now();
}

ChannelState Ledger::stateOf(const Row& r)
{
    if (!r.call.empty())
        return ChannelState::inUse;
    if (r.outByUs || r.outByThem || r.outByTest)
        return ChannelState::outOfService;
    return r.restarting ? ChannelState::restarting : ChannelState::idle;
}

ChannelState Ledger::state(Timeslot t) const
{
    const Row* r = find(t);
    return r ? stateOf(*r) : ChannelState::outOfService;
}

std::optional<Timeslot> Ledger::nextIdle() const
{
    const auto idle = [](const Row& r) { return stateOf(r) == ChannelState::idle; };
    if (highestFirst_) {
        const auto it = std::find_if(rows_.rbegin(), rows_.rend(), idle);
        return it == rows_.rend() ? std::nullopt : std::optional(it->slot);
    }
    const auto it = std::find_if(rows_.begin(), rows_.end(), idle);
    return it == rows_.end() ? std::nullopt : std::optional(it->slot);
}

void Ledger::take(Timeslot t, const std::string& call)
{
    change(t, [&](Row& r) {
        r.call = call;
        r.restarting = false;
    });
}

void Ledger::release(Timeslot t, const std::string& call)
{
    change(t, [&](Row& r) {
        if (r.call == call)
            r.call.clear();
    });
}

const std::string& Ledger::owner(Timeslot t) const
{
    static const std::string nobody;
    const Row* r = find(t);
    return r ? r->call : nobody;
}

void Ledger::setRestarting(Timeslot t, bool on)
{
    change(t, [on](Row& r) { r.restarting = on; });
}

bool Ledger::restarting(Timeslot t) const
{
    const Row* r = find(t);
    return r && r->restarting;
}

void Ledger::setInService(Timeslot t, End by, bool on)
{
    change(t, [&](Row& r) { (by == End::ours ? r.outByUs : by == End::theirs ? r.outByThem : r.outByTest) = !on; });
}

Duration Ledger::refused(Timeslot t)
{
    Duration pause{};
    change(t, [&](Row& r) {
        ++r.refusals;
        if (r.refusals > 1)
            pause = std::min<Duration>(longestPause, firstPause * (1 << std::min(r.refusals - 2, 10U)));
    });
    return pause;
}

void Ledger::worked(Timeslot t)
{
    change(t, [](Row& r) { r.refusals = 0; });
}

bool Ledger::anyRefusedAgain() const
{
    return std::any_of(rows_.begin(), rows_.end(), [](const Row& r) { return r.refusals > 1; });
}

std::vector<ChannelRow> Ledger::rows() const
{
    std::vector<ChannelRow> out;
    out.reserve(rows_.size());
    for (const Row& r : rows_)
        out.push_back({r.slot, stateOf(r), r.call, loop_.now() - r.since});
    return out;
}

void Ledger::count(TrunkStatus& status) const
{
    status.channels = static_cast<unsigned>(rows_.size());
    for (const Row& r : rows_) {
        status.idle += stateOf(r) == ChannelState::idle;
        status.outOfService += stateOf(r) == ChannelState::outOfService;
    }
}

} // namespace callbox::hal::pri
