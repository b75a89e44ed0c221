// SPDX-License-Identifier: GPL-2.0-or-later
// Callers and listeners of the simulation.
#include "simulation/life.h"
#include <algorithm>

namespace callbox::simulation {

namespace {

constexpr unsigned recipients = 40;

PhoneNumber recipientNumber(std::uint64_t n)
{
    return number("+121255501" + std::to_string(10 + n % recipients));
}

PhoneNumber callerNumber(std::uint64_t n)
{
    return number("+12127" + std::to_string(100000 + n));
}

// "To listen call +12125559101, code 482913."
std::optional<std::pair<PhoneNumber, std::string>> linkIn(const std::string& text)
{
    const auto call = text.find("call +");
    const auto code = text.find("code ");
    if (call == std::string::npos || code == std::string::npos)
        return {};
    const auto link = PhoneNumber::parse(text.substr(call + 5, text.find(',', call) - call - 5));
    if (!link)
        return {};
    return std::pair(*link, text.substr(code + 5, 6));
}

} // namespace

Life::Life(LifeOptions options, Plant& plant)
    : options_(options), fleet_(options.fleet, plant), chance_(makeSeededRandom(options.fleet.seed * 7919 + 1)),
      second_(fleet_.loop), people_(fleet_.loop), chores_(fleet_.loop)
{
    fleet_.centre.onReceived([this](const lab::ReceivedSms& s) { onSms(s); });
    fleet_.exchange->onTelephoneCall([this](const lab::TelephoneCall& c) { onTelephone(c); });
    for (unsigned i = 0; i < recipients; ++i) {
        lab::TelephoneBehaviour phone;
        phone.press = "pp1";
        phone.keepHeard = true;
        if (i % 7 == 3)
            phone.answers = lab::Answers::busy; // some never are there
        fleet_.exchange->setTelephone(recipientNumber(i), phone);
    }
}

Life::~Life()
{
    people_.cancelAll();
    chores_.cancelAll();
}

void Life::begin(Phase phase, Duration limit)
{
    phase_ = phase;
    until_ = fleet_.loop.now() + limit;
}

bool Life::advance()
{
    SimLoop& loop = fleet_.loop;
    const Duration step = std::min<Duration>(1min, until_ - loop.now());
    const auto late = [&] { return loop.now() >= until_; };
    switch (phase_) {
    case Phase::beginning:
        if (!fleet_.up()) {
            violated(0, "the fleet does not come up");
            phase_ = Phase::over;
            break;
        }
        judgeEachSecond();
        people_.start(depositor());
        if (options_.faults)
            chores_.start(trouble());
        begin(Phase::calls, 2 * options_.between * options_.deposits + 1h); // each comes within twice the mean
        break;
    case Phase::calls:
        if (loop.runUntil([this] { return totals_.deposits >= options_.deposits; }, step) || late()) {
            quietening_ = true; // no more faults; what is under way ends, what was not told is told
            begin(Phase::ending, 30min);
        }
        break;
    case Phase::ending:
        if (loop.runUntil([this] { return people_.running() == 0 && chores_.running() == 0; }, step) || late())
            phase_ = Phase::mending;
        break;
    case Phase::mending:
        for (auto& b : fleet_.boxes) {
            loop.runFor(1s);
            if (!b->alive())
                b->start();
        }
        begin(Phase::settling, 25min);
        break;
    case Phase::settling:
        loop.runFor(step);
        if (late())
            begin(Phase::last, 30min);
        break;
    case Phase::last:
        if (loop.runUntil([this] { return people_.running() == 0; }, step) || late()) {
            loop.runFor(10s);
            finalJudgement();
            phase_ = Phase::over;
        }
        break;
    case Phase::over:
        break;
    }
    return phase_ != Phase::over;
}

Task<> Life::depositor()
{
    for (std::uint64_t id = 1; id <= options_.deposits; ++id) {
        const auto spread = static_cast<std::uint64_t>(options_.between.count());
        co_await sleepFor(fleet_.loop, Duration(static_cast<std::int64_t>(chance_->below(2 * spread))));
        auto d = std::make_unique<Deposit>();
        d->id = id;
        d->from = callerNumber(id);
        d->to = recipientNumber(chance_->below(recipients));
        d->voice = voice(id, 8000 + std::size_t(chance_->below(24000)));
        d->at = fleet_.loop.now();
        fleet_.voices.add(id, d->voice);
        byCaller_[d->from] = id;
        Deposit& kept = *d;
        deposits_[id] = std::move(d);
        people_.start(deposit(kept));
        ++totals_.deposits;
    }
}

Task<> Life::deposit(Deposit& d)
{
    auto sound = std::make_shared<hal::Sound>();
    sound->law = hal::Law::alaw;
    sound->samples = d.voice;
    lab::CallOrder order;
    order.from = d.from;
    order.to = fleet_.access();
    order.redirecting = d.to;
    order.play = hal::makeSoundSource({sound});
    order.keepHeard = true;
    order.everyBeep = false;
    switch (chance_->below(4)) {
    case 0: // hangs up
        break;
    case 1: // silence ends it
        order.hold = 20s;
        break;
    default:
        order.digits = "#";
        order.hold = 15s;
    }
    const Result<lab::CallReport> r = co_await check(fleet_.exchange->call(std::move(order)));
    ++totals_.calls;
    if (!r)
        co_return;
    happened(d.from.e164());
    d.answered = r->connected;
    totals_.answered += r->connected;
    const Voices::Heard heard = fleet_.voices.listen(r->heard);
    d.saved = heard.has(prompts::Prompt::saved);
    totals_.saved += d.saved;
    for (const std::uint64_t other : heard.callers)
        violated(2, "caller " + std::to_string(d.id) + " heard caller " + std::to_string(other));
}

void Life::happened(std::string_view what)
{
    const auto at = std::size_t(fleet_.loop.now().time_since_epoch().count());
    fingerprint_ = fingerprint_ * 1'000'003 ^ std::hash<std::string_view>()(what) ^ at;
}

std::string Life::fingerprint() const
{
    return std::to_string(fingerprint_);
}

void Life::onSms(const lab::ReceivedSms& sms)
{
    happened(sms.text);
    ++totals_.sms;
    const auto to = PhoneNumber::parse(sms.to);
    if (!to || to->e164() < "+12125550000" || to->e164() > "+12125558999") {
        violated(6, "an SMS went to " + sms.to);
        return;
    }
    const auto from = sms.text.find("from +");
    const auto link = linkIn(sms.text);
    const auto caller = from == std::string::npos
                            ? std::nullopt
                            : std::optional(PhoneNumber::parse(sms.text.substr(from + 5, 12)).value_or(PhoneNumber()));
    const auto it = caller ? byCaller_.find(*caller) : byCaller_.end();
    if (it == byCaller_.end() || !link) {
        violated(3, "an SMS that tells of nothing: " + sms.text);
        return;
    }
    Deposit& d = *deposits_[it->second];
    if (d.to != *to)
        violated(2, "the SMS of message " + std::to_string(d.id) + " went to somebody else");
    const unsigned most = d.troubled ? 2 : 1; // one bounded resend after an unknown outcome
    if (++d.sms > most)
        violated(3, "message " + std::to_string(d.id) + " was told " + std::to_string(d.sms) + " times by SMS");
    if (listeners_ < 8 && d.sms == 1) {
        ++listeners_;
        people_.start(listener(d.id, link->first, link->second));
    }
}

// The recipient, or somebody else with the code, or somebody else without.
Task<> Life::listener(std::uint64_t deposit, PhoneNumber link, std::string code)
{
    co_await sleepFor(fleet_.loop, Duration(std::chrono::seconds(2 + chance_->below(60))));
    Deposit& d = *deposits_[deposit];
    const std::uint64_t who = chance_->below(10);
    const bool recipient = who < 7, hasCode = who < 9;
    lab::CallOrder order;
    order.from = recipient ? d.to : recipientNumber(chance_->below(recipients) + 1);
    order.to = link;
    order.keepHeard = true;
    if (!recipient)
        order.digits = hasCode ? "p" + code + "#" : "p000000#p111111#p222222#";
    const bool erases = recipient && chance_->below(3) == 0;
    if (erases)
        order.digits = "pppppppp3";
    order.hold = 25s;
    const Result<lab::CallReport> r = co_await check(fleet_.exchange->call(lab::CallOrder(order)));
    ++totals_.calls;
    --listeners_;
    ++totals_.retrievals;
    if (!r)
        co_return;
    const Voices::Heard heard = fleet_.voices.listen(r->heard);
    for (const std::uint64_t c : heard.callers) {
        const Deposit& said = *deposits_[c];
        const bool byCode = !recipient && hasCode && said.id == d.id;
        if (said.to != order.from && !byCode)
            violated(2, "message " + std::to_string(said.id) + " for " + said.to.e164() + " was played to " +
                            order.from.e164() + ", who called " + order.to.e164() + " and keyed \"" + order.digits +
                            "\" with the notice of message " + std::to_string(d.id) + " for " + d.to.e164());
        if (said.id == d.id)
            ++totals_.heard;
    }
    if (heard.has(prompts::Prompt::deleted))
        for (const std::uint64_t c : heard.callers)
            deposits_[c]->deleted = true;
    if (erases && !heard.callers.empty())
        for (const std::uint64_t c : heard.callers) // the answer may have been lost with the line
            deposits_[c]->deleted = true;
}

void Life::onTelephone(const lab::TelephoneCall& call)
{
    happened(call.to.e164());
    ++totals_.notices;
    if (call.to.e164() < "+12125550000" || call.to.e164() > "+12125558999") {
        violated(6, "we called " + call.to.e164());
        return;
    }
    for (const std::uint64_t c : fleet_.voices.listen(call.heard).callers) {
        Deposit& d = *deposits_[c];
        ++d.notices;
        if (d.to != call.to)
            violated(2, "message " + std::to_string(c) + " was played to a phone it is not for");
    }
}

} // namespace callbox::simulation
