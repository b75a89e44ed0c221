// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/reception.h"

namespace callbox::box {

namespace {

constexpr Duration answerLimit = 45s; // so long we let it ring
constexpr Duration closePoll = 50ms;

} // namespace

Reception::Reception(Desk desk, const ModeKeeper& mode, lines::Lines& lines)
    : desk_(std::move(desk)), mode_(mode), lines_(lines), calls_(desk_.edges.loop),
      lineLoss_(desk_.edges.loop, desk_.config.lineLost,
                [this](lines::Line& line) { calls_.hangupAll(hal::Cause::destinationOutOfOrder, line.name()); }),
      expected_(desk_.edges.loop), ownCall_(desk_.config), scripts_(desk_.edges.loop)
{
    for (const auto& line : lines_.all())
        lineLoss_.watch(*line);
}

Reception::~Reception()
{
    for (const auto& line : lines_.all()) {
        line->trunk().setIncoming({});
        line->trunk().setNumberComplete({});
    }
}

void Reception::open()
{
    open_ = true;
    for (const auto& line : lines_.all()) {
        const lines::SpanSettings* from = &line->settings();
        line->trunk().setIncoming([this, from](std::unique_ptr<hal::Call> call) { take(std::move(call), *from); });
        line->trunk().setNumberComplete([this, from](const hal::CallSetup& s) {
            const PhoneNumber called = hal::toE164(s.called, from->plan);
            return numberComplete(s, from->plan, desk_.config) || expected_.holds(called) ||
                   (ownCall_.holds(called) && !mayGoOn(called, desk_.config));
        });
    }
}

Task<> Reception::close(Duration limit)
{
    open_ = false;
    calls_.hangupAll(hal::Cause::temporaryFailure);
    const TimePoint end = desk_.edges.loop.now() + limit;
    while (calls_.size() > 0 && desk_.edges.loop.now() < end)
        co_await sleepFor(desk_.edges.loop, closePoll);
    if (calls_.size() > 0)
        desk_.edges.log.warning("calls did not end in time", {{"calls", calls_.size()}});
}

void Reception::look()
{
    lineLoss_.look();
}

Readiness Reception::ready() const
{
    return {mode_.current().state, desk_.store.health().canRecord};
}

// A refusal for the call's own sake (no number of ours) is told to the caller when it comes, as on a tie.
Result<void> Reception::expect(const PhoneNumber& number, fleet::ExpectedCall call)
{
    std::string why = open_ ? "" : "stopping";
    if (open_) {
        const hal::DialPlan plan = lines_.all().empty() ? hal::DialPlan() : lines_.all().front()->settings().plan;
        const Incoming in = classify(setupOf(call, {}, plan), {.plan = plan, .tie = true}, ready(), desk_.config);
        if (in.purpose == Purpose::refuse &&
            (in.refusal == hal::Cause::temporaryFailure || in.refusal == hal::Cause::networkOutOfOrder))
            why = in.why;
    }
    if (!why.empty())
        return Error{Errc::io, "the box cannot take the call now (" + why + "): another box, or later"};
    return expected_.add(number, std::move(call));
}

void Reception::take(std::unique_ptr<hal::Call> call, const lines::SpanSettings& from)
{
    Entrance entrance;
    entrance.plan = from.plan;
    entrance.recipientFromOriginal = from.recipientFromOriginal;
    entrance.tie = from.use == lines::Use::tie;
    Readiness now = ready();
    hal::CallSetup setup = call->setup();
    const auto expected = expected_.take(hal::toE164(setup.called, from.plan), hal::toE164(setup.calling, from.plan));
    if (expected) { // sent by a switch over the network: as if it had come on a tie
        // Deflected, the switch is out of the call, and nobody takes it but we: what was promised is kept, and who
        // cannot be recorded is told so.
        entrance.tie = isThroughTheSwitch(*expected, setup, from.plan);
        if (!entrance.tie && now.mode == status::Mode::draining)
            now.mode = status::Mode::active;
        setup = setupOf(*expected, setup, from.plan);
    }
    if (open_ && ownCall_.take(call, setup, from.plan))
        return;
    Incoming in = classify(setup, entrance, now, desk_.config);
    if (!open_) {
        in.purpose = Purpose::refuse;
        in.refusal = hal::Cause::temporaryFailure;
        in.why = "stopping";
    }
    desk_.edges.log.info("call", {{"call", call->id()},
                                  {"purpose", name(in.purpose)},
                                  {"from", in.from.value_or(PhoneNumber())},
                                  {"presentation", in.fromPresentation},
                                  {"to", in.called},
                                  {"recipient", in.recipient},
                                  {"by", in.recipientSource},
                                  {"why", in.why}});
    if (in.purpose == Purpose::refuse) {
        ++counters_.refused;
        scripts_.start(refuse(std::move(call), from.plan, in.refusal));
        return;
    }
    ++(in.purpose == Purpose::deposit ? counters_.deposits : counters_.retrievals);
    scripts_.start(serve(std::move(call), std::move(in)));
}

Task<> Reception::refuse(std::unique_ptr<hal::Call> call, hal::DialPlan plan, hal::Cause cause)
{
    const lines::CallTable::Entry entry = calls_.add(*call, "refused", plan);
    call->hangup(cause);
    co_await call->ended();
}

Task<> Reception::serve(std::unique_ptr<hal::Call> call, Incoming in)
{
    const lines::CallTable::Entry entry = calls_.add(*call, std::string(name(in.purpose)), in.plan);
    const Purpose purpose = in.purpose;
    Task<hal::Cause> script = purpose == Purpose::deposit     ? deposit(desk_, *call, std::move(in))
                              : purpose == Purpose::retrieval ? retrieve(desk_, *call, std::move(in))
                                                              : offer(desk_, *call, std::move(in));
    Result<hal::Cause> cause = co_await check(std::move(script));
    if (!cause && cause.error().code != Errc::gone)
        desk_.edges.log.error("a call's script failed", {{"call", call->id()}, {"error", cause.error()}});
    call->hangup(cause ? *cause : hal::Cause::temporaryFailure); // harmless when the caller has hung up
    const hal::Cause ended = co_await call->ended();
    desk_.edges.log.info("call ended", {{"call", call->id()},
                                        {"cause", static_cast<int>(ended)},
                                        {"text", hal::text(ended)},
                                        {"samples_lost", call->samplesLost()}});
}

// Trunks of our own before the way through the switch; a reserve of channels is left for incoming calls on trunks (on
// ties the switch keeps it).
lines::Line* Reception::lineForCalling() const
{
    for (const lines::Use use : {lines::Use::trunk, lines::Use::tie})
        for (lines::Line* line : lines_.used(use)) {
            const hal::TrunkStatus s = line->trunk().status();
            const unsigned kept = use == lines::Use::trunk ? unsigned(desk_.config.reserve) : 0;
            if (s.usable && s.idle > kept)
                return line;
        }
    return nullptr;
}

bool Reception::canCall() const
{
    return open_ && mode_.current().state != status::Mode::maintenance && lineForCalling();
}

Task<notify::NoticeCallResult> Reception::call(messages::Notice notice)
{
    notify::NoticeCallResult result;
    lines::Line* line = canCall() ? lineForCalling() : nullptr;
    // Whoever supplied the number: outside the installation's ranges nobody is called (design 9.6).
    if (!line || !contains(desk_.config.allow, notice.to))
        co_return result;
    const hal::DialPlan plan = line->settings().plan;
    result.channel = line->name();
    hal::CallSetup setup;
    setup.called = hal::fromE164(notice.to, plan);
    setup.calling = hal::fromE164(desk_.config.number, plan);
    Result<std::unique_ptr<hal::Call>> placed = line->trunk().place(setup);
    if (!placed) {
        desk_.edges.log.warning("a notice call could not be placed",
                                {{"span", line->name()}, {"to", notice.to}, {"error", placed.error()}});
        co_return result;
    }
    const std::unique_ptr<hal::Call> call = std::move(*placed);
    const lines::CallTable::Entry entry = calls_.add(*call, "notice", plan);
    result.placed = true;
    ++counters_.notices;
    desk_.edges.log.info("notice call", {{"call", call->id()}, {"to", notice.to}, {"message", notice.message}});
    Result<void> told = co_await check(tell(*call, notice, result));
    if (!told && told.error().code == Errc::timeout)
        result.cause = hal::Cause::noAnswer;
    call->hangup(hal::Cause::normalClearing);
    const hal::Cause ended = co_await call->ended();
    if (result.cause == hal::Cause::none)
        result.cause = ended;
    desk_.edges.log.info("notice call ended", {{"call", call->id()},
                                               {"answered", result.answered},
                                               {"confirmed", result.confirmed},
                                               {"cause", static_cast<int>(result.cause)},
                                               {"text", hal::text(result.cause)}});
    co_return result;
}

Task<> Reception::tell(hal::Call& call, messages::Notice notice, notify::NoticeCallResult& result)
{
    const TimePoint end = desk_.edges.loop.now() + answerLimit;
    while (call.stage() != hal::CallStage::connected) {
        const Duration left = end - desk_.edges.loop.now();
        if (left <= Duration::zero())
            co_await fail(Errc::timeout, "call " + call.id() + ": nobody answers");
        co_await call.nextStage(left);
    }
    result.answered = true;
    co_await tellNotice(desk_, call, std::move(notice), result);
}

} // namespace callbox::box
