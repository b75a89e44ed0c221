// SPDX-License-Identifier: GPL-2.0-or-later
// One call's leg: what a Call asks of libpri. It may outlive the trunk; then every request is Errc::gone.
#include "trunk_impl.h"

namespace callbox::hal::pri {

Leg::~Leg()
{
    record_->events = nullptr;
    if (record_->trunk && record_->call && !record_->clearing)
        record_->trunk->hangup(*record_, Cause::normalClearing);
}

Result<void> Leg::live() const
{
    if (record_->trunk && record_->call && !record_->clearing)
        return {};
    return Error{Errc::gone, "call " + record_->id + " is being cleared"};
}

Result<void> Leg::proceeding()
{
    if (auto r = live(); !r)
        return r;
    if (record_->responded)
        return {};
    record_->responded = true;
    record_->trunk->controller().proceeding(record_->call, *record_->slot);
    return {};
}

Result<void> Leg::alerting()
{
    if (auto r = live(); !r)
        return r;
    record_->responded = true;
    record_->trunk->controller().alerting(record_->call, *record_->slot);
    return {};
}

Result<void> Leg::progress()
{
    if (auto r = live(); !r)
        return r;
    if (auto r = record_->trunk->openBearer(*record_); !r)
        return r;
    record_->responded = true;
    record_->trunk->controller().progress(record_->call, *record_->slot);
    return {};
}

Result<void> Leg::answer()
{
    if (auto r = live(); !r)
        return r;
    // The channel is open before CONNECT goes out: no sample after it is lost.
    if (auto r = record_->trunk->openBearer(*record_); !r)
        return r;
    record_->responded = true;
    record_->trunk->controller().answer(record_->call, *record_->slot);
    record_->trunk->answered(*record_);
    record_->trunk->later(record_, CallStage::connected);
    return {};
}

Result<void> Leg::deflect(const PartyNumber& to, DiversionReason reason)
{
    if (auto r = live(); !r)
        return r;
    return record_->trunk->deflect(*record_, to, reason);
}

Result<void> Leg::transfer(LegIo& other)
{
    if (auto r = live(); !r)
        return r;
    const auto* leg = dynamic_cast<const Leg*>(&other);
    if (!leg || leg->record_->trunk != record_->trunk)
        return Error{Errc::unsupported, "call " + record_->id + ": the network joins only two calls of one span"};
    if (auto r = leg->live(); !r)
        return r;
    return record_->trunk->transfer(*record_, *leg->record_);
}

void Leg::hangup(Cause cause)
{
    if (live())
        record_->trunk->hangup(*record_, cause);
}

} // namespace callbox::hal::pri
