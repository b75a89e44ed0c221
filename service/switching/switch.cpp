// SPDX-License-Identifier: GPL-2.0-or-later
// The switch's frame: start, watching lines and boxes, shutdown. Calls are in switch_calls.cpp and outgoing.cpp, its
// HTTP face in switch_routes.cpp.
#include "switching/switch.h"
#include "switching/here.h"

namespace callbox::switching {

namespace {

constexpr Duration lookEvery = 100ms;
constexpr Duration boxGrace = 10s; // after the start: boxes and ties take their time to be heard of
constexpr Duration endCheckEvery = 20ms;
constexpr Duration endLimit = 5s; // for all calls to be released when the program ends

} // namespace

Switch::Switch(const Edges& edges, SwitchConfig config, lines::Lines& lines, fleet::StatusSource& source,
               hal::SoundPtr announcement, fleet::CallExpecter* expecter)
    : edges_(edges), config_(std::move(config)), lines_(lines), source_(source), expecter_(expecter),
      announcement_(std::move(announcement)), boxes_(edges_, config_, lines), calls_(edges.loop),
      lineLoss_(edges.loop, config_.lineLost, [this](lines::Line& line) { lineLost(line); }),
      alarms_(edges, config_.state.empty() ? std::string() : config_.state + "/alarms.json"),
      lineWatch_(edges, lines, alarms_), lookTimer_(edges.loop), second_(edges.loop), endTimer_(edges.loop),
      scripts_(edges.loop)
{
}

Switch::~Switch()
{
    source_.stop();
    for (const auto& line : lines_.all()) {
        line->trunk().setIncoming({});
        line->trunk().setNumberComplete({});
    }
    scripts_.cancelAll();
}

void Switch::start()
{
    for (const auto& line : lines_.all()) {
        lines::Line* l = line.get();
        l->trunk().setIncoming([this, l](std::unique_ptr<hal::Call> call) { onIncoming(*l, std::move(call)); });
        if (l->settings().use == lines::Use::trunk)
            l->trunk().setNumberComplete([this, l](const hal::CallSetup& s) {
                return numberComplete(factsOf(s, l->settings().plan), boxes_.numbering());
            });
        lineLoss_.watch(*l);
    }
    source_.start([this](const std::string& box, fleet::Heard heard) { boxes_.heard(box, std::move(heard)); });
    look();
    started_ = edges_.loop.now();
    alarms_.load();
    watchAlarms();
}

void Switch::watchAlarms()
{
    lineWatch_.look();
    if (edges_.loop.now() - started_ >= boxGrace) {
        bool any = false;
        for (const BoxFacts& f : boxes_.facts()) {
            const Judgement j = judge(f, Purpose::deposit, config_.policy, edges_.loop.now());
            any = any || j.usable || j.full;
            const bool heard = j.freshness == Freshness::fresh || j.freshness == Freshness::stale;
            alarms_.set(!heard || !f.local.routeUsable, alarms::kinds::boxDown, f.box);
        }
        alarms_.set(!config_.boxes.empty() && !any, alarms::kinds::noBox);
    }
    second_.after(1s, [this] { watchAlarms(); });
}

void Switch::look()
{
    for (const std::string& box : boxes_.look())
        source_.askNow(box);
    lineLoss_.look();
    lookTimer_.after(lookEvery, [this] { look(); });
}

void Switch::lineLost(lines::Line& line)
{
    const std::vector<Carried*> now = carried_;
    for (Carried* c : now)
        c->lineLost(line.name());
}

CallFacts Switch::factsOf(const hal::Call& call, const hal::DialPlan& plan)
{
    CallFacts f = factsOf(call.setup(), plan);
    f.call = call.id();
    return f;
}

CallFacts Switch::factsOf(const hal::CallSetup& s, const hal::DialPlan& plan)
{
    CallFacts f;
    if (s.calling.presentation != hal::Presentation::restricted) // it is told to nobody, `switch explain` least
        f.from = hal::toE164(s.calling, plan);
    f.to = hal::toE164(s.called, plan);
    if (s.redirecting)
        f.redirecting = hal::toE164(s.redirecting->number, plan);
    if (f.redirecting.empty() && s.original)
        f.redirecting = hal::toE164(s.original->number, plan);
    return f;
}

void Switch::onIncoming(lines::Line& line, std::unique_ptr<hal::Call> call)
{
    if (ending_) {
        call->hangup(hal::Cause::temporaryFailure);
        return;
    }
    if (line.settings().use == lines::Use::trunk)
        scripts_.start(fromTrunk(line, std::move(call)));
    else
        scripts_.start(fromTie(line, std::move(call)));
}

void Switch::shutdown(Callback done)
{
    ending_ = true;
    ended_ = std::move(done);
    endUntil_ = edges_.loop.now() + endLimit;
    endCalls();
}

// Scripts notice by their calls' release; again and again, because one may just be between two boxes.
void Switch::endCalls()
{
    if (scripts_.running() == 0 || edges_.loop.now() >= endUntil_) {
        std::exchange(ended_, {})();
        return;
    }
    calls_.hangupAll(hal::Cause::temporaryFailure);
    endTimer_.after(endCheckEvery, [this] { endCalls(); });
}

} // namespace callbox::switching
