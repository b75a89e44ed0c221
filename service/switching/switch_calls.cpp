// SPDX-License-Identifier: GPL-2.0-or-later
// A call from the exchange: decide, try the boxes one after another with the caller waiting, join, end together.
#include "switching/causes.h"
#include "switching/here.h"

namespace callbox::switching {

namespace {

constexpr Duration connectLimit = 60s; // a box answers by itself: one that rings so long does not

} // namespace

Task<> Switch::fromTrunk(lines::Line& line, std::unique_ptr<hal::Call> call)
{
    Carried c(edges_.loop, std::move(call));
    const Here here(*this, c);
    const lines::CallTable::Entry entry = calls_.add(c.from(), "incoming", line.settings().plan);
    DecisionRecord r;
    r.call = factsOf(c.from(), line.settings().plan);
    r.at = edges_.loop.wallNow();
    boxes_.turn();
    const std::vector<BoxFacts> facts = boxes_.facts();
    r.decision = decide(r.call, facts, boxes_.numbering(), config_.policy, edges_.loop.now());
    edges_.log.info("call", {{"call", r.call.call},
                             {"from", r.call.from},
                             {"to", r.call.to},
                             {"redirecting", r.call.redirecting},
                             {"best", r.decision.order.empty() ? "none" : r.decision.order.front()},
                             {"policy", r.decision.policy}});
    const Decision decision = r.decision;
    const std::uint64_t record = records_.add(std::move(r));
    if (decision.order.empty()) {
        co_await refuse(c, decision.refusal, decision.announce);
    } else {
        const Tried tried = co_await tryBoxes(c, record, decision.order);
        if (tried.outcome == Outcome::through) {
            const hal::Cause cause = co_await c.untilEnd();
            const hal::JoinCounters* audio = c.joinCounters();
            edges_.log.info("call ended", {{"call", c.from().id()},
                                           {"cause", hal::text(cause)},
                                           {"gaps", audio ? audio->inserted[0] + audio->inserted[1] : 0},
                                           {"dropped", audio ? audio->dropped[0] + audio->dropped[1] : 0}});
        } else if (tried.outcome != Outcome::callerGone && tried.outcome != Outcome::handedBack) {
            const bool away = decision.purpose == Purpose::retrieval &&
                              (tried.outcome == Outcome::silent || tried.outcome == Outcome::notPlaced) &&
                              tried.cause != hal::Cause::noChannelAvailable;
            // A link number whose owner is away is never an unknown number (design 7).
            const hal::Cause cause = away ? hal::Cause::destinationOutOfOrder : tried.cause;
            co_await refuse(c, cause, away);
        }
    }
    co_await c.untilReleased();
}

Task<> Switch::refuse(Carried& c, hal::Cause cause, bool announce)
{
    const bool analog = lines_.find(c.from().identity().span)->settings().span.type == hal::SpanType::analog;
    bool hears = announce && announcement_ != nullptr;
    if (hears && analog) // who waits on an analog line hears ringing until it is answered
        hears = static_cast<bool>(co_await check(c.from().answer()));
    else if (hears)
        hears = static_cast<bool>(c.from().progress());
    if (hears) {
        const auto sound = hal::makeSoundSource({announcement_});
        const auto played = co_await check(c.from().play(*sound, {}));
        if (!played)
            edges_.log.debug("announcement cut short", {{"call", c.from().id()}, {"why", played.error()}});
    }
    edges_.log.info("call refused", {{"call", c.from().id()}, {"cause", hal::text(cause)}});
    c.from().hangup(cause);
}

Task<Switch::Tried> Switch::tryBoxes(Carried& c, std::uint64_t record, std::vector<std::string> order)
{
    Tried worst;
    worst.cause = hal::Cause::none;
    for (const std::string& box : order) {
        const TimePoint started = edges_.loop.now();
        const Tried tried = co_await tryBox(c, record, box);
        if (tried.outcome != Outcome::through)
            note(record, box, tried);
        judgeOutcome(box, tried, started);
        if (tried.outcome == Outcome::through || tried.outcome == Outcome::callerGone ||
            tried.outcome == Outcome::handedBack) {
            if (tried.outcome == Outcome::callerGone)
                c.dropTo(c.from().cause());
            co_return tried;
        }
        c.dropTo(hal::Cause::recoveryOnTimerExpiry);
        // A box's own word is worth more to the caller than silence.
        if (worst.cause == hal::Cause::none || tried.outcome == Outcome::refused)
            worst = tried;
        if (tried.outcome == Outcome::refused && aboutTheCall(tried.cause))
            break;
        passOn(c.from().proceeding()); // the exchange's T303 must not run out while we look further
    }
    co_return worst;
}

Task<Switch::Tried> Switch::tryBox(Carried& c, std::uint64_t record, std::string box)
{
    Tried tried;
    tried.cause = hal::Cause::destinationOutOfOrder;
    tried.words = "its tie is down";
    bool under = false;
    for (lines::Line* tie : boxes_.ties(box)) {
        auto placed = tie->trunk().place(c.from().setup());
        if (!placed) {
            tried.words = placed.error().what;
            tried.cause = placed.error().code == Errc::no_space  ? hal::Cause::noChannelAvailable
                          : placed.error().code == Errc::invalid ? hal::Cause::invalidNumberFormat
                                                                 : hal::Cause::destinationOutOfOrder;
            continue;
        }
        hal::Call& made = **placed;
        lines::CallTable::Entry entry = calls_.add(made, "to " + box, tie->settings().plan);
        c.setTo(std::move(*placed), std::move(entry), boxes_.reserve(box));
        under = true;
        break;
    }
    if (!under && boxes_.hasNumber(box))
        tried = co_await tryNumber(c, record, box);
    if (!under)
        co_return tried;
    tried = co_await setUp(c, record, box, config_.firstAnswer);
    co_return tried;
}

// Follows the set-up of `to` and passes its stages on, until it is answered, refused, silent, or the caller leaves.
Task<Switch::Tried> Switch::setUp(Carried& c, std::uint64_t record, std::string who, Duration firstAnswer)
{
    records_.addLeg(record, c.to()->id());
    Tried tried;
    bool answered = false;
    TimePoint deadline = edges_.loop.now() + firstAnswer;
    for (bool connected = false; !connected;) {
        const Duration left = std::max(Duration(deadline - edges_.loop.now()), Duration::zero());
        const std::optional<Happening> h = co_await c.next(left);
        if (c.fromGone()) {
            tried = {Outcome::callerGone, c.from().cause(), "the caller left"};
            co_return tried;
        }
        if (!h) {
            const Duration limit = answered ? connectLimit : firstAnswer;
            tried = {Outcome::silent, answered ? hal::Cause::noAnswer : hal::Cause::temporaryFailure,
                     (answered ? "not answered within " : "no answer to SETUP within ") + std::to_string(toMs(limit)) +
                         " ms"};
            co_return tried;
        }
        if (h->side == Happening::Side::from)
            continue;
        if (h->stage == hal::CallStage::released || h->stage == hal::CallStage::releasing) {
            const hal::Cause cause = c.to()->cause();
            tried = {Outcome::refused, cause, "refused: " + std::string(hal::text(cause))};
            co_return tried;
        }
        if (h->stage == hal::CallStage::proceeding)
            passOn(c.from().proceeding());
        else if (h->stage == hal::CallStage::alerting)
            passOn(c.from().alerting());
        connected = h->stage == hal::CallStage::connected;
        if (!std::exchange(answered, true))
            deadline = edges_.loop.now() + connectLimit;
    }
    tried = {Outcome::through, hal::Cause::none, "connected"};
    note(record, who, tried); // before the caller can know: who is connected may ask at once where to
    const Result<void> through = co_await check(c.from().answer());
    if (through)
        co_return tried;
    if (!c.fromGone()) {
        edges_.log.error("caller's side not answered", {{"call", c.from().id()}, {"why", through.error()}});
        c.from().hangup(hal::Cause::temporaryFailure);
    }
    tried = {Outcome::callerGone, c.from().cause(), "the caller's side was not connected"};
    co_return tried;
}

void Switch::note(std::uint64_t record, const std::string& who, const Tried& tried)
{
    DecisionRecord* r = records_.find(record);
    if (!r)
        return; // ten thousand calls later
    r->attempts.push_back({who, tried.words, tried.cause});
    const bool taken = tried.outcome == Outcome::through || tried.outcome == Outcome::handedBack;
    r->chosen = taken ? who : std::string();
    edges_.log.info("attempt", {{"call", r->call.call}, {"at", who}, {"outcome", tried.words}});
}

void Switch::judgeOutcome(const std::string& box, const Tried& tried, TimePoint started)
{
    if (tried.outcome == Outcome::through)
        boxes_.worked(box);
    else if (tried.outcome == Outcome::silent || (tried.outcome == Outcome::refused && blamesTheBox(tried.cause)))
        boxes_.failed(box, started, tried.words);
}

} // namespace callbox::switching
