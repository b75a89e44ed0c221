// SPDX-License-Identifier: GPL-2.0-or-later
#include "stream.h"

namespace callbox::hal::usb {

namespace {

constexpr unsigned besides = 2;       // transfers of feedback and events under way
constexpr unsigned givenUpAfter = 50; // failures in a row: 200 ms of data

} // namespace

Stream::Stream(Device& device, const Ways& ways, unsigned inFlight, Owner& owner) : device_(device), owner_(owner)
{
    const unsigned count = inFlight / packetsEach;
    add(ways.out, packetsEach, count, &Stream::sent);
    add(ways.in, packetsEach, count, &Stream::received);
    if (ways.feedback.address != 0)
        add(ways.feedback, 1, besides, &Stream::fedBack);
    if (ways.interrupt.address != 0)
        add(ways.interrupt, 1, besides, &Stream::told);
}

void Stream::add(const Endpoint& endpoint, unsigned packets, unsigned count, void (Stream::*done)(Transfer&, Outcome))
{
    for (unsigned i = 0; i < count; ++i) {
        const std::size_t at = transfers_.size();
        transfers_.push_back(device_.transfer(endpoint, packets, [this, at, done](Outcome outcome) {
            if (!broken_)
                (this->*done)(*transfers_[at], outcome);
        }));
        if (!endpoint.in())
            write(*transfers_.back());
    }
}

Result<void> Stream::start()
{
    for (const auto& t : transfers_)
        if (auto r = t->submit(); !r) {
            broken_ = true;
            return r;
        }
    return {};
}

void Stream::write(Transfer& t)
{
    const std::span<Packet> packets = t.packets();
    for (std::size_t i = 0; i < packets.size(); ++i) {
        packets[i] = {static_cast<std::uint32_t>(owner_.fillPacket(t.room(i))), 0, false};
    }
}

void Stream::broken(Error why)
{
    broken_ = true;
    owner_.onBroken(std::move(why));
}

bool Stream::again(Transfer& t, Outcome outcome, unsigned& failures, std::string_view what)
{
    if (outcome == Outcome::gone) {
        broken({Errc::gone, "the card left the bus"});
        return false;
    }
    failures = outcome == Outcome::done ? 0 : failures + 1;
    if (failures >= givenUpAfter) {
        broken({Errc::io, std::string(what) + " fails again and again"});
        return false;
    }
    if (auto r = t.submit(); !r) {
        broken(r.error().because(what));
        return false;
    }
    return true;
}

void Stream::sent(Transfer& t, Outcome outcome)
{
    for (const Packet& p : t.packets()) {
        ++counters_.packetsOut;
        counters_.spoiledOut += !p.good;
    }
    if (outcome != Outcome::gone)
        write(t);
    again(t, outcome, failedOut_, "sending to the card");
}

void Stream::received(Transfer& t, Outcome outcome)
{
    const std::weak_ptr life = life_;
    for (std::size_t i = 0; outcome != Outcome::gone && i < t.packets().size(); ++i) {
        const Packet& p = t.packets()[i];
        if (!p.good || outcome == Outcome::failed) {
            ++counters_.spoiledIn;
            owner_.onSpoiled();
        } else {
            ++counters_.packetsIn;
            counters_.octetsIn += p.actual;
            owner_.onPacket(t.came(i));
        }
        if (life.expired())
            return;
    }
    again(t, outcome, failedIn_, "receiving from the card");
}

void Stream::fedBack(Transfer& t, Outcome outcome)
{
    if (outcome == Outcome::done && t.packets()[0].good && t.packets()[0].actual > 0)
        counters_.badFeedback += !owner_.onFeedback(t.came(0));
    again(t, outcome, failedFeedback_, "feedback of the card");
}

void Stream::told(Transfer& t, Outcome outcome)
{
    const std::weak_ptr life = life_;
    if (outcome == Outcome::done)
        owner_.onEvent(t.came(0));
    else if (outcome == Outcome::failed)
        owner_.onEventLost();
    if (!life.expired())
        again(t, outcome, failedEvents_, "events of the card");
}

} // namespace callbox::hal::usb
