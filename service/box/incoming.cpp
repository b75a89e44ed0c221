// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/incoming.h"
#include "lines/begun.h"
#include <algorithm>

namespace callbox::box {

namespace {

std::string_view presentationName(const hal::PartyNumber& n)
{
    if (n.presentation == hal::Presentation::restricted)
        return "restricted";
    return n.digits.empty() || n.presentation == hal::Presentation::unavailable ? "unavailable" : "allowed";
}

// Only what the network gave or checked proves who calls (Q.931 4.5.10); presentation says what may be shown.
bool vouchedFor(const hal::PartyNumber& n)
{
    return n.screening == hal::Screening::network || n.screening == hal::Screening::userPassed;
}

void takeCaller(const hal::PartyNumber& calling, const hal::DialPlan& plan, Incoming& in)
{
    const PhoneNumber number = hal::toE164(calling, plan);
    in.fromPresentation = presentationName(calling);
    if (in.fromPresentation == "allowed" && !number.empty())
        in.from = number;
    else if (in.fromPresentation == "allowed")
        in.fromPresentation = "unavailable"; // digits that are no number are of no use to anybody
    if (vouchedFor(calling))
        in.identified = number;
}

void takeRecipient(const hal::CallSetup& setup, const Entrance& entrance, const BoxConfig& config, Incoming& in)
{
    const auto numberOf = [&](const std::optional<hal::Diversion>& d) {
        return d ? hal::toE164(d->number, entrance.plan) : PhoneNumber();
    };
    const PhoneNumber last = numberOf(setup.redirecting);
    const PhoneNumber original = numberOf(setup.original);
    const bool originalFirst = entrance.recipientFromOriginal || last.empty();
    if (!original.empty() && originalFirst) {
        in.recipient = original;
        in.recipientSource = "original";
    } else if (!last.empty()) {
        in.recipient = last;
        in.recipientSource = "redirecting";
    } else {
        for (const AccessNumber& a : config.access)
            if (a.number == in.called && !a.recipient.empty()) {
                in.recipient = a.recipient;
                in.recipientSource = "access";
            }
    }
}

Incoming refused(Incoming in, hal::Cause cause, std::string why)
{
    in.purpose = Purpose::refuse;
    in.refusal = cause;
    in.why = std::move(why);
    return in;
}

Purpose purposeOf(const Incoming& in, bool diverted, const BoxConfig& config)
{
    const bool access = std::any_of(config.access.begin(), config.access.end(),
                                    [&](const AccessNumber& a) { return a.number == in.called; });
    const bool link = config.pool.contains(in.called);
    if (diverted)
        return Purpose::deposit;
    if (link)
        return access ? Purpose::offer : Purpose::retrieval;
    return access ? Purpose::deposit : Purpose::refuse;
}

} // namespace

std::string_view name(Purpose p)
{
    switch (p) {
    case Purpose::deposit:
        return "deposit";
    case Purpose::retrieval:
        return "retrieval";
    case Purpose::offer:
        return "offer";
    case Purpose::refuse:
        return "refuse";
    }
    return "refuse";
}

bool mayGoOn(const PhoneNumber& called, const BoxConfig& config)
{
    return lines::mayBecome(called, config.pool) ||
           std::any_of(config.access.begin(), config.access.end(),
                       [&](const AccessNumber& a) { return lines::mayBecome(called, a.number); });
}

bool numberComplete(const hal::CallSetup& setup, const hal::DialPlan& plan, const BoxConfig& config)
{
    // Whom a diverted call is for is said, if it is; an element without digits says nothing.
    if ((setup.redirecting && !setup.redirecting->number.digits.empty()) ||
        (setup.original && !setup.original->number.digits.empty()))
        return true;
    Incoming in;
    in.called = hal::toE164(setup.called, plan);
    return !mayGoOn(in.called, config) && purposeOf(in, false, config) != Purpose::refuse;
}

Incoming classify(const hal::CallSetup& setup, const Entrance& entrance, const Readiness& ready,
                  const BoxConfig& config)
{
    Incoming in;
    in.plan = entrance.plan;
    in.called = hal::toE164(setup.called, entrance.plan);
    takeCaller(setup.calling, entrance.plan, in);
    if (setup.bearer != hal::Bearer::speech && setup.bearer != hal::Bearer::audio3k1)
        return refused(std::move(in), hal::Cause::bearerNotImplemented, "no speech call");
    if (ready.mode == status::Mode::maintenance)
        return refused(std::move(in), hal::Cause::networkOutOfOrder, "in maintenance");
    const bool diverted = setup.redirecting || setup.original;
    in.purpose = purposeOf(in, diverted, config);
    if (in.purpose == Purpose::refuse && setup.called.digits.empty())
        return refused(std::move(in), hal::Cause::invalidNumberFormat, "no called number");
    if (in.purpose == Purpose::refuse)
        return refused(std::move(in), hal::Cause::unallocatedNumber, "neither an access number nor a link number");
    if (in.purpose == Purpose::retrieval)
        return in;
    if (ready.mode == status::Mode::draining)
        return in.purpose == Purpose::offer ? (in.purpose = Purpose::retrieval, in)
                                            : refused(std::move(in), hal::Cause::temporaryFailure, "draining");
    if (!ready.canRecord && entrance.tie) // the switch has another box; on a trunk of our own the caller is told
        return refused(std::move(in), hal::Cause::temporaryFailure, "cannot record");
    takeRecipient(setup, entrance, config, in);
    return in;
}

} // namespace callbox::box
