// SPDX-License-Identifier: GPL-2.0-or-later
// Overlap receiving: a called number that comes piece by piece (EN 300 403-1 5.2.4; as a network 5.1.3). The call is
// offered when the number is whole: a number that is known here, Sending complete, a '#', or T302. And overlap sending,
// the other side of it.
#include "trunk_impl.h"

namespace callbox::hal::pri {

namespace {

constexpr Duration t302 = 15s; // table 9.2; the network's is 10 to 15 s
constexpr Duration t304Network = 20s;
constexpr Duration t304User = 30s;

} // namespace

// Adds them; true: the number is whole.
bool PriTrunk::takeDigits(Record& r, const ReadDigits& more)
{
    std::string& digits = r.setup.called.digits;
    if (digits.empty() && !more.number.digits.empty()) { // the first say what kind of number it is
        r.setup.called.type = more.number.type;
        r.setup.called.plan = more.number.plan;
    }
    digits += more.number.digits;
    if (const auto end = digits.find('#'); end != std::string::npos) {
        digits.erase(end);
        return true;
    }
    return more.complete || (complete_ && complete_(r.setup));
}

// SETUP ACKNOWLEDGE, and T302 with it.
void PriTrunk::collect(Record& r)
{
    r.collecting = true;
    r.responded = true;
    r.limit.emplace(edges_.loop);
    r.limit->after(timerOf("T302", t302), [this, record = &r] { onDigitsEnd(*record); });
    controller_->setupAcknowledge(r.call, *r.slot);
}

void PriTrunk::onInformation(const Event& e)
{
    Record* r = find(e.call);
    if (!r || !r->collecting || r->clearing || !digits_)
        return; // late digits mean nothing (5.2.4)
    const auto kept = r->shared_from_this();
    const bool whole = takeDigits(*r, *digits_);
    if (r->setup.called.digits.size() > mostDigits)
        hangup(*r, Cause::invalidNumberFormat);
    else if (whole)
        offer(*r);
    else if (!digits_->number.digits.empty())
        r->limit->after(timerOf("T302", t302), [this, record = r] { onDigitsEnd(*record); });
}

// What there is goes to who takes calls, and knows what is none; nothing at all is no number (5.2.4, cause 28).
void PriTrunk::onDigitsEnd(Record& r)
{
    const auto kept = r.shared_from_this();
    if (r.setup.called.digits.empty())
        hangup(r, Cause::invalidNumberFormat);
    else
        offer(r);
}

void PriTrunk::offer(Record& r)
{
    const auto kept = r.shared_from_this();
    r.collecting = false;
    r.limit.reset();
    if (!incoming_) {
        hangup(r, Cause::temporaryFailure);
        return;
    }
    controller_->proceeding(r.call, *r.slot); // the far side's T304 ends with it
    incoming_(makeCall(kept));
}

// ---- sending

Result<std::unique_ptr<Call>> PriTrunk::placeDigitByDigit(const CallSetup& setup, Duration between)
{
    if (northAmerican(config_.switchType))
        return Error{Errc::unsupported, "span " + name() + ": switch type " +
                                            std::string(hal::name(config_.switchType)) + " knows whole numbers only"};
    return place(setup, between);
}

// Also of a call whose SETUP had the whole number: a far side that then says no more ends with T304.
void PriTrunk::onSetupAcknowledge(const Event& e)
{
    Record* r = find(e.call);
    if (!r || r->clearing || r->responded)
        return;
    const auto kept = r->shared_from_this();
    r->responded = true;
    if (haveChannel(*r, e.channel))
        dialNext(*r);
}

// Whatever the far side answers then takes the timer over (limitWait), and no more digits go out.
void PriTrunk::dialNext(Record& r)
{
    if (!r.toDial.empty()) {
        PartyNumber digit = r.setup.called;
        digit.digits = r.toDial.substr(0, 1);
        r.toDial.erase(0, 1);
        r.informations.push_back(writeNumber(ie::called, digit));
        controller_->information(r.call);
    }
    if (!r.limit)
        r.limit.emplace(edges_.loop);
    if (!r.toDial.empty())
        r.limit->after(*r.between, [this, record = &r] { dialNext(*record); });
    else
        r.limit->after(timerOf("T304", config_.role == PriRole::network ? t304Network : t304User),
                       [this, record = &r] { onLimit(*record, Cause::invalidNumberFormat); });
}

} // namespace callbox::hal::pri
