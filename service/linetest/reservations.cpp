// SPDX-License-Identifier: GPL-2.0-or-later
#include "linetest/reservations.h"
#include <algorithm>
#include <callbox/hal/channel_reserve.h>
#include <callbox/hal/echo_canceller.h>

namespace callbox::linetest {

namespace {

bool has(const std::vector<hal::Timeslot>& slots, hal::Timeslot slot)
{
    return std::find(slots.begin(), slots.end(), slot) != slots.end();
}

// One that is out of service carries no call either: the far side may have said so because it loops.
bool mayBeTested(hal::ChannelState state)
{
    return state == hal::ChannelState::idle || state == hal::ChannelState::outOfService;
}

} // namespace

Reservations::Held::~Held()
{
    const hal::Timeslot slot = channel_->slot();
    channel_->setPort(nullptr);
    channel_.reset();
    all_.letGo(line_, slot);
}

Result<std::unique_ptr<Reservations::Held>> Reservations::hold(lines::Line& line, hal::Timeslot slot)
{
    const std::vector<hal::ChannelRow> rows = line.trunk().channels();
    const auto row = std::find_if(rows.begin(), rows.end(), [slot](const auto& r) { return r.slot == slot; });
    const std::string what = "timeslot " + std::to_string(hal::index(slot)) + " of span " + line.name();
    if (row == rows.end())
        return Error{Errc::invalid, what + ": there is no such B channel"};
    Kept& kept = kept_[&line];
    if (has(kept.held, slot))
        return Error{Errc::busy, what + " is being tested already"};
    if (!mayBeTested(row->state))
        return Error{Errc::busy, what + " is " + std::string(hal::name(row->state)) +
                                     (row->call.empty() ? "" : ", by call " + row->call) +
                                     "; only a channel without a call is tested"};
    if (!dynamic_cast<hal::ChannelReserve*>(&line.trunk()))
        return Error{Errc::unsupported, what + ": a trunk of this kind gives no channels to tests"};
    auto channel = line.span().open(slot);
    if (!channel)
        return channel.error();
    (*channel)->carryAsItIs();
    if (auto* echo = dynamic_cast<hal::EchoCancellers*>(&line.span().io()))
        echo->carryEchoToo(slot);
    if (row->state == hal::ChannelState::idle) // one that is out of service already stays so
        takeOut(line, kept, slot);
    kept.held.push_back(slot);
    return std::make_unique<Held>(*this, line, std::move(*channel));
}

std::vector<hal::Timeslot> Reservations::idle(const lines::Line& line) const
{
    const auto kept = kept_.find(const_cast<lines::Line*>(&line));
    std::vector<hal::Timeslot> out;
    for (const hal::ChannelState state : {hal::ChannelState::idle, hal::ChannelState::outOfService})
        for (const hal::ChannelRow& row : line.trunk().channels())
            if (row.state == state && !(kept != kept_.end() && has(kept->second.held, row.slot)))
                out.push_back(row.slot);
    return out;
}

void Reservations::takeOut(lines::Line& line, Kept& kept, hal::Timeslot slot)
{
    if (has(kept.ours, slot))
        return;
    kept.ours.push_back(slot);
    if (auto* trunk = dynamic_cast<hal::ChannelReserve*>(&line.trunk()))
        (void)trunk->setReserved(slot, true); // it exists
}

void Reservations::letGo(lines::Line& line, hal::Timeslot slot)
{
    Kept& kept = kept_[&line];
    std::erase(kept.held, slot);
    if (kept.looped || std::erase(kept.ours, slot) == 0)
        return;
    putBack(line, slot);
}

void Reservations::putBack(lines::Line& line, hal::Timeslot slot)
{
    if (auto* trunk = dynamic_cast<hal::ChannelReserve*>(&line.trunk()))
        (void)trunk->setReserved(slot, false);
}

void Reservations::close(lines::Line& line)
{
    Kept& kept = kept_[&line];
    kept.looped = true;
    for (const hal::ChannelRow& row : line.trunk().channels())
        if (row.state != hal::ChannelState::outOfService)
            takeOut(line, kept, row.slot);
}

void Reservations::open(lines::Line& line)
{
    Kept& kept = kept_[&line];
    kept.looped = false;
    const std::vector<hal::Timeslot> ours = kept.ours;
    for (const hal::Timeslot slot : ours)
        if (!has(kept.held, slot)) {
            std::erase(kept.ours, slot);
            putBack(line, slot);
        }
}

} // namespace callbox::linetest
