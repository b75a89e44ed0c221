// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/dialout/dialout_notifier.h"
#include <algorithm>
#include <array>

namespace callbox::notify {

namespace {

using hal::Cause;

struct Row {
    Cause cause;
    Outcome outcome;
    Duration wait;
    bool noticed; // a phone rang
};

// Q.850 cause of a call nobody answered -> what next. Busy passes in minutes, nobody there in longer; who rejects a
// call is not called again for this message; a number that does not exist stays so.
constexpr std::array rows{
    Row{Cause::userBusy, Outcome::failed, 3min, true},
    Row{Cause::noUserResponding, Outcome::failed, 15min, false},
    Row{Cause::noAnswer, Outcome::failed, 15min, true},
    Row{Cause::callRejected, Outcome::refused, 0s, true},
    Row{Cause::unallocatedNumber, Outcome::refused, 0s, false},
    Row{Cause::noRouteToDestination, Outcome::refused, 0s, false},
    Row{Cause::invalidNumberFormat, Outcome::refused, 0s, false},
    Row{Cause::bearerNotAuthorized, Outcome::refused, 0s, false},
    Row{Cause::incompatibleDestination, Outcome::refused, 0s, false},
    Row{Cause::destinationOutOfOrder, Outcome::failed, 10min, false},
    Row{Cause::normalClearing, Outcome::failed, 5min, true},
    Row{Cause::noChannelAvailable, Outcome::failed, 1min, false},
    Row{Cause::networkOutOfOrder, Outcome::failed, 1min, false},
    Row{Cause::temporaryFailure, Outcome::failed, 1min, false},
    Row{Cause::switchCongestion, Outcome::failed, 1min, false},
    Row{Cause::requestedChannelUnavailable, Outcome::failed, 1min, false},
    Row{Cause::resourceUnavailable, Outcome::failed, 1min, false},
};
constexpr Row anyOther{Cause::none, Outcome::failed, 5min, true};
constexpr Duration afterNoKey = 30min; // a machine, or somebody who did not care
constexpr Duration afterFault = 1min;

// Somebody hung up, we or they; any other cause is a line, a box or a switch that failed.
bool endedByPeople(Cause c)
{
    return c == Cause::none || c == Cause::normalClearing || c == Cause::normalUnspecified;
}

std::string inWords(Cause c)
{
    return "cause " + std::to_string(static_cast<unsigned>(c)) + " (" + std::string(hal::text(c)) + ")";
}

} // namespace

Delivery deliveryOf(const NoticeCallResult& r)
{
    Delivery d;
    d.channel = r.channel;
    if (!r.placed) {
        d.outcome = Outcome::notTried;
        d.why = "no trunk could place the call";
        return d;
    }
    if (r.confirmed && endedByPeople(r.cause)) {
        d.outcome = Outcome::delivered;
        return d;
    }
    if (r.confirmed) { // the link number is said at the end: who was cut off cannot call back
        d.outcome = Outcome::failed;
        d.why = "cut off after the key: " + inWords(r.cause);
        d.wait = afterFault;
        d.noticed = true;
        return d;
    }
    if (r.answered) {
        d.outcome = Outcome::failed;
        d.why = "answered, but no key was pressed";
        d.wait = afterNoKey;
        d.noticed = true;
        return d;
    }
    const auto it = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.cause == r.cause; });
    const Row& row = it == rows.end() ? anyOther : *it;
    d.outcome = row.outcome;
    d.wait = row.wait;
    d.noticed = row.noticed;
    d.why = inWords(r.cause);
    return d;
}

DialoutNotifier::DialoutNotifier(const Edges& edges, DialoutConfig config, NoticeCaller& caller)
    : edges_(edges), config_(config), caller_(caller)
{
}

bool DialoutNotifier::quiet() const
{
    return config_.zone && config_.quiet.contains(config_.zone->at(edges_.loop.wallNow()));
}

std::size_t DialoutNotifier::room() const
{
    if (quiet() || calling_.size() >= config_.atOnce || !caller_.canCall())
        return 0;
    return 1; // each call changes what can be placed: one by one
}

Task<Delivery> DialoutNotifier::deliver(messages::Notice notice)
{
    if (!calling_.insert(notice.to).second) {
        Delivery later;
        later.outcome = Outcome::notTried;
        later.why = "this recipient is being called for another message";
        later.wait = 1min;
        co_return later;
    }
    struct Hold {
        Hold(std::set<PhoneNumber>& s, PhoneNumber n) : set(s), number(std::move(n)) {}
        ~Hold() { set.erase(number); }
        std::set<PhoneNumber>& set;
        PhoneNumber number;
    };
    Hold hold(calling_, notice.to);
    Task<NoticeCallResult> calling = caller_.call(std::move(notice));
    const Result<NoticeCallResult> r = co_await check(std::move(calling));
    edges_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (!alive.expired() && events_)
            events_->onRoom();
    });
    if (r)
        co_return deliveryOf(*r);
    Delivery failed;
    failed.why = r.error().what;
    failed.wait = 1min;
    co_return failed;
}

} // namespace callbox::notify
