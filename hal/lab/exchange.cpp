// SPDX-License-Identifier: GPL-2.0-or-later
#include "caller.h"
#include "exchange_live.h"
#include "telephone_script.h"
#include "wav_file.h"
#include <algorithm>
#include <callbox/hal/overlap_sending.h>
#include <callbox/lab/exchange.h>

namespace callbox::lab {

namespace {

constexpr std::size_t callsKept = 10000;
constexpr std::string_view keys = "0123456789*#ABCDp";

hal::PartyNumber callingNumber(const CallOrder& order, const hal::DialPlan& plan)
{
    hal::PartyNumber n = hal::fromE164(order.from, plan);
    n.screening = order.screening;
    if (order.withhold)
        n.presentation = hal::Presentation::restricted;
    return n;
}

std::optional<hal::Diversion> diversion(const PhoneNumber& number, const hal::DialPlan& plan)
{
    if (number.empty())
        return std::nullopt;
    return hal::Diversion{hal::fromE164(number, plan), hal::DiversionReason::noReply};
}

hal::CallSetup setupOf(const CallOrder& order, const hal::DialPlan& plan, hal::RedirectingForm form)
{
    hal::CallSetup s;
    s.calling = callingNumber(order, plan);
    s.called = hal::fromE164(order.to, plan);
    s.redirecting = diversion(order.redirecting, plan);
    s.original = diversion(order.redirectingOriginal, plan);
    s.diversions = (s.redirecting ? 1U : 0U) + (s.original ? 1U : 0U);
    s.form = order.form.value_or(form);
    s.bearer = order.bearer;
    return s;
}

// Why a call was not placed at all.
hal::Cause causeOf(Errc code)
{
    switch (code) {
    case Errc::no_space:
        return hal::Cause::noChannelAvailable;
    case Errc::busy: // analog: the line of that number is taken
        return hal::Cause::userBusy;
    case Errc::not_found: // analog: no line has it
        return hal::Cause::unallocatedNumber;
    default:
        return hal::Cause::networkOutOfOrder;
    }
}

Result<std::unique_ptr<hal::Call>> placeOn(hal::Trunk& trunk, const CallOrder& order, const hal::CallSetup& setup)
{
    if (!order.overlap)
        return trunk.place(setup);
    auto* digits = dynamic_cast<hal::OverlapSending*>(&trunk);
    auto placed =
        digits
            ? digits->placeDigitByDigit(setup, afterDigit)
            : Result<std::unique_ptr<hal::Call>>(Error{Errc::unsupported, "span " + trunk.name() + " is no PRI trunk"});
    if (!placed && placed.error().code == Errc::unsupported)
        return Error{Errc::invalid, "a called number digit by digit: " + placed.error().what};
    return placed;
}

Result<void> checkOrder(const CallOrder& o)
{
    if (o.to.empty())
        return Error{Errc::invalid, "a test call needs a number to call"};
    if (!o.redirectingOriginal.empty() && o.redirecting.empty())
        return Error{Errc::invalid, "a number called first needs a number that diverted last"};
    if (const auto at = o.digits.find_first_not_of(keys); at != std::string::npos)
        return Error{Errc::invalid,
                     std::string("'") + o.digits[at] + "' is no key: 0 to 9, *, #, A to D, and p for a pause of 1 s"};
    return {};
}

} // namespace

Exchange::Exchange(const Edges& edges) : edges_(edges), greeting_(machineGreeting()), phones_(edges.loop) {}

Exchange::~Exchange()
{
    for (const auto& row : trunks_) {
        row->trunk->setIncoming({});
        row->trunk->setNumberComplete({});
        if (hal::ReferralPoint* point = row->trunk->referrals())
            point->setReferrals({});
    }
}

void Exchange::addTrunk(hal::Trunk& trunk, hal::DialPlan plan, hal::RedirectingForm form)
{
    trunks_.push_back(std::make_unique<Row>(Row{&trunk, std::move(plan), form, {}}));
    trunk.setIncoming([this, row = trunks_.back().get()](std::unique_ptr<hal::Call> c) { ring(*row, std::move(c)); });
    trunk.setNumberComplete([this, row = trunks_.back().get()](const hal::CallSetup& s) {
        const PhoneNumber to = hal::toE164(s.called, row->plan);
        return telephones_.contains(to) || served(to);
    });
    if (hal::ReferralPoint* point = trunk.referrals())
        point->setReferrals([this, row = trunks_.back().get()](const hal::ReferralRequest& r) { refer(*row, r); });
}

// ---- callers

// The usable trunks that lead to a number, the one with the most idle channels first; of equals each in turn.
std::vector<Exchange::Row*> Exchange::byIdle(const PhoneNumber& to)
{
    const bool somebodys = served(to);
    const bool allHave = std::none_of(trunks_.begin(), trunks_.end(), [](const auto& r) { return r->numbers.empty(); });
    std::vector<std::pair<unsigned, Row*>> usable;
    for (std::size_t i = 0; i < trunks_.size(); ++i) {
        Row* row = trunks_[(next_ + i) % trunks_.size()].get();
        const hal::TrunkStatus s = row->trunk->status();
        if (s.usable && (somebodys ? contains(row->numbers, to) : allHave || row->numbers.empty()))
            usable.emplace_back(s.idle, row);
    }
    ++next_;
    std::stable_sort(usable.begin(), usable.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Row*> rows;
    for (const auto& [idle, row] : usable)
        rows.push_back(row);
    return rows;
}

Result<std::unique_ptr<hal::Call>> Exchange::place(const CallOrder& order)
{
    Error why{Errc::gone, "no trunk is usable"};
    bool busy = false;
    for (Row* row : byIdle(order.to)) {
        auto call = placeOn(*row->trunk, order, setupOf(order, row->plan, row->form));
        if (call || call.error().code == Errc::invalid)
            return call;
        if (!busy)
            why = call.error();
        busy = busy || why.code == Errc::busy; // a telephone that is taken, whatever the other banks have
    }
    return why;
}

Task<CallReport> Exchange::call(CallOrder order)
{
    co_await checkOrder(order);
    co_await prepareWav(edges_, order.record);
    const TimePoint start = edges_.loop.now();
    Result<std::unique_ptr<hal::Call>> placed = place(order);
    if (!placed) {
        if (placed.error().code == Errc::invalid)
            co_await Result<void>(placed.error());
        CallReport none;
        none.cause = causeOf(placed.error().code);
        edges_.log.info("no channel for a test call", {{"to", order.to}, {"error", placed.error()}});
        co_return none;
    }
    const std::unique_ptr<hal::Call> call = std::move(*placed);
    const Live live(*this, *call, order.tag);
    Caller caller(edges_, order, *call, start);
    CallReport report = co_await caller.run();
    if (!order.record.empty()) {
        OctetBuffer heard = order.keepHeard ? report.heard : std::move(report.heard);
        co_await writeWav(edges_, order.record, call->law(), std::move(heard));
    }
    co_return report;
}

// ---- telephones

void Exchange::setTelephone(const PhoneNumber& number, TelephoneBehaviour behaviour)
{
    telephones_[number] = std::move(behaviour);
}

void Exchange::ring(Row& row, std::unique_ptr<hal::Call> call)
{
    TelephoneCall had;
    had.to = hal::toE164(call->setup().called, row.plan);
    had.from = hal::toE164(call->setup().calling, row.plan);
    had.withheld = call->setup().calling.presentation == hal::Presentation::restricted;
    had.at = edges_.loop.wallNow();
    if (had.to.empty()) {
        edges_.log.info("a number that is none was called", {{"call", call->id()}});
        call->hangup(hal::Cause::invalidNumberFormat);
    }
    if (served(had.to) && !telephones_.contains(had.to)) {
        const PhoneNumber to = had.to;
        phones_.start(transit(row, std::move(call), to));
        return;
    }
    phones_.start(telephone(std::move(had), std::move(call)));
}

Task<> Exchange::telephone(TelephoneCall had, std::unique_ptr<hal::Call> call)
{
    const Live live(*this, *call);
    if (had.to.empty()) {
        co_await call->ended();
        co_return;
    }
    const auto known = telephones_.find(had.to);
    const TelephoneBehaviour behaviour = known == telephones_.end() ? TelephoneBehaviour() : known->second;
    const std::string record = behaviour.record;
    Result<void> writable = co_await check(prepareWav(edges_, record));
    TelephoneScript script(edges_, behaviour, greeting_, *call, std::move(had));
    TelephoneCall done = co_await script.run();
    if (writable && !record.empty()) {
        OctetBuffer heard = behaviour.keepHeard ? done.heard : std::move(done.heard);
        writable = co_await check(writeWav(edges_, record, call->law(), std::move(heard)));
    }
    if (!writable)
        edges_.log.warning("what a telephone heard was not recorded", {{"to", done.to}, {"error", writable.error()}});
    had_.push_back(std::move(done));
    if (had_.size() > callsKept)
        had_.pop_front();
    if (told_)
        told_(had_.back());
}

Result<void> Exchange::hangup(const std::string& tag)
{
    const auto it = std::find_if(live_.begin(), live_.end(), [&](const Live* l) { return l->tag == tag; });
    if (tag.empty() || it == live_.end())
        return Error{Errc::not_found, "no caller has the tag " + tag + " now"};
    (*it)->call.hangup(hal::Cause::normalClearing);
    return {};
}

void Exchange::hangupAll(hal::Cause cause)
{
    const std::vector<Live*> now = live_; // a release may end a script, later
    for (Live* live : now)
        live->call.hangup(cause);
}

} // namespace callbox::lab
