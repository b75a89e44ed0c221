// SPDX-License-Identifier: GPL-2.0-or-later
// `route number`: a box that no tie leads to is reached over the public network. It is told of the call first, because
// the network would not say who calls and for whom; then the call is deflected there, or goes through the switch and is
// transferred back to the network where the trunk knows that, or stays.
#include "switching/here.h"
#include <algorithm>

namespace callbox::switching {

namespace {

constexpr Duration tellLimit = 1s;       // a caller waits
constexpr Duration exchangeAnswers = 8s; // T303 twice (EN 300 403-1 table 9)
constexpr Duration referralLimit = 4s;   // for the network to take a call back

bool vouchedFor(const hal::PartyNumber& n)
{
    return n.screening == hal::Screening::network || n.screening == hal::Screening::userPassed;
}

// Numbers that are busy at their box: held until another one is found or none, then anybody's again.
class BusyNumbers {
public:
    explicit BusyNumbers(Boxes& boxes) : boxes_(boxes) {}
    ~BusyNumbers() { free(); }
    BusyNumbers(const BusyNumbers&) = delete;
    BusyNumbers& operator=(const BusyNumbers&) = delete;
    void add(const PhoneNumber& number) { numbers_.push_back(number); }
    void free()
    {
        for (const PhoneNumber& n : std::exchange(numbers_, {}))
            boxes_.freeNumber(n);
    }

private:
    Boxes& boxes_;
    std::vector<PhoneNumber> numbers_;
};

} // namespace

fleet::ExpectedCall Switch::expectedOf(const hal::Call& call, const std::string& box) const
{
    const hal::CallSetup& s = call.setup();
    const hal::DialPlan& plan = lines_.find(call.identity().span)->settings().plan;
    fleet::ExpectedCall e;
    e.presentation = s.calling.presentation;
    e.vouched = vouchedFor(s.calling);
    e.from = hal::toE164(s.calling, plan);
    e.to = hal::toE164(s.called, plan);
    if (s.redirecting)
        e.redirecting = hal::toE164(s.redirecting->number, plan);
    if (s.original)
        e.original = hal::toE164(s.original->number, plan);
    e.shown = shownFor(box, {});
    return e;
}

Task<Switch::Tried> Switch::tryNumber(Carried& c, std::uint64_t record, std::string box)
{
    Tried tried;
    tried.cause = hal::Cause::noChannelAvailable;
    tried.words = "all its route numbers are in use";
    std::optional<PhoneNumber> number;
    BusyNumbers busy(boxes_);
    for (;;) {
        number = expecter_ ? boxes_.takeNumber(box) : std::nullopt;
        if (!number)
            co_return tried;
        if (!c.from().proceeding()) { // the exchange's T303 must not run out meanwhile
            boxes_.freeNumber(*number);
            tried = {Outcome::callerGone, c.from().cause(), "the caller left"};
            co_return tried;
        }
        Task<> telling = expecter_->expect(box, *number, expectedOf(c.from(), box), tellLimit);
        const Result<void> told = co_await check(std::move(telling));
        if (c.fromGone()) {
            tried = {Outcome::callerGone, c.from().cause(), "the caller left"};
            co_return tried;
        }
        if (told)
            break;
        if (told.error().code == Errc::busy) { // a call that has been deflected there is still on its way
            busy.add(*number);
            continue;
        }
        const bool refused = told.error().code == Errc::io; // the number stands for nothing there
        if (refused)
            boxes_.freeNumber(*number);
        tried.cause = refused ? hal::Cause::temporaryFailure : hal::Cause::destinationOutOfOrder;
        tried.words =
            (refused ? "it does not take the call: " : "it could not be told of the call: ") + told.error().what;
        co_return tried;
    }
    busy.free();
    if (boxes_.handsBack(box)) {
        tried = co_await deflect(c, record, box, *number);
        if (tried.outcome == Outcome::handedBack)
            boxes_.freeNumber(*number); // the box says so where it still waits for the call
        if (tried.outcome != Outcome::notPlaced)
            co_return tried;
    }
    tried = co_await callNumber(c, record, box, *number);
    if (tried.outcome != Outcome::through)
        co_return tried;
    boxes_.freeNumber(*number); // the box has taken the call
    if (boxes_.handsBack(box))
        co_await transferBack(c, record, box);
    co_return tried;
}

// Outcome::notPlaced: not on this trunk, or the network will not.
Task<Switch::Tried> Switch::deflect(Carried& c, std::uint64_t record, std::string box, PhoneNumber number)
{
    Tried tried;
    const hal::DialPlan& plan = lines_.find(c.from().identity().span)->settings().plan;
    Task<hal::ReferralEnd> asking =
        c.from().deflect(hal::fromE164(number, plan), hal::DiversionReason::deflection, referralLimit);
    const Result<hal::ReferralEnd> end = co_await check(std::move(asking));
    if (c.fromGone() && (!end || *end != hal::ReferralEnd::done)) {
        tried = {Outcome::callerGone, c.from().cause(), "the caller left"};
        co_return tried;
    }
    if (!end)
        co_return tried; // this trunk knows none
    if (*end == hal::ReferralEnd::done) {
        tried = {Outcome::handedBack, hal::Cause::none, "deflected to its number"};
        co_return tried;
    }
    tried.words = "deflection " + std::string(hal::name(*end));
    note(record, box, tried);
    co_return tried;
}

// The caller's own trunk first: only there can the network take the two calls back.
Task<Switch::Tried> Switch::callNumber(Carried& c, std::uint64_t record, std::string box, PhoneNumber number)
{
    Tried tried;
    tried.cause = hal::Cause::networkOutOfOrder;
    tried.words = "no trunk is usable";
    CallFacts facts;
    facts.to = number;
    facts.from = shownFor(box, {});
    std::vector<lines::Line*> order = trunksByIdle();
    std::stable_partition(order.begin(), order.end(),
                          [&](const lines::Line* t) { return t->name() == c.from().identity().span; });
    for (lines::Line* trunk : order) {
        auto placed = trunk->trunk().place(outgoingSetup(c.from().setup(), facts, trunk->settings().plan));
        if (!placed) {
            tried.words = placed.error().what;
            tried.cause =
                placed.error().code == Errc::no_space ? hal::Cause::noChannelAvailable : hal::Cause::networkOutOfOrder;
            continue;
        }
        hal::Call& made = **placed;
        lines::CallTable::Entry entry = calls_.add(made, "to " + box, trunk->settings().plan);
        c.setTo(std::move(*placed), std::move(entry), boxes_.reserve(box));
        tried = co_await setUp(c, record, box, exchangeAnswers);
        break;
    }
    co_return tried;
}

Task<> Switch::transferBack(Carried& c, std::uint64_t record, std::string box)
{
    if (c.fromGone() || !c.to() || c.to()->identity().span != c.from().identity().span)
        co_return;
    Task<hal::ReferralEnd> asking = c.from().transfer(*c.to(), referralLimit);
    const Result<hal::ReferralEnd> end = co_await check(std::move(asking));
    if (!end)
        co_return; // this trunk knows none: the call goes on through us
    Tried tried;
    tried.outcome = Outcome::through;
    tried.words = *end == hal::ReferralEnd::done
                      ? "transferred to its number"
                      : "transfer " + std::string(hal::name(*end)) + ", the call goes on through the switch";
    note(record, box, tried);
}

} // namespace callbox::switching
