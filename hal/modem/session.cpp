// SPDX-License-Identifier: GPL-2.0-or-later
#include "session.h"

namespace callbox::hal {

std::string_view name(ModemState s)
{
    switch (s) {
    case ModemState::absent:
        return "absent";
    case ModemState::starting:
        return "starting";
    case ModemState::pinRequired:
        return "pin-required";
    case ModemState::noSim:
        return "no-sim";
    case ModemState::searching:
        return "searching";
    case ModemState::denied:
        return "denied";
    case ModemState::ready:
        return "ready";
    case ModemState::silent:
        return "silent";
    }
    return "silent";
}

std::string_view name(SmsOutcome o)
{
    switch (o) {
    case SmsOutcome::sent:
        return "sent";
    case SmsOutcome::refused:
        return "refused";
    case SmsOutcome::failed:
        return "failed";
    case SmsOutcome::unknown:
        return "unknown";
    }
    return "unknown";
}

std::unique_ptr<Modem> makeModem(const Edges& edges, ModemConfig config, std::unique_ptr<ModemIo> io)
{
    return std::make_unique<modem::Session>(edges, std::move(config), std::move(io));
}

namespace modem {

namespace {

constexpr int triesToWake = 3;
constexpr Duration resetTakes = 5s;
constexpr Duration calm = 200ms; // no octet for so long: whatever was late has come
constexpr Duration longestCalm = 5s;
constexpr Duration seldomest = 1s; // a modem that tells of its network all the time is not asked more often

} // namespace

Session::Session(const Edges& edges, ModemConfig config, std::unique_ptr<ModemIo> io)
    : edges_(edges), config_(std::move(config)), engine_(edges, std::move(io)), recovery_(config_.retryAfter),
      wake_(edges.loop)
{
    engine_.onUnsolicited = [this](const std::string& line, const std::string& pdu) { onLine(line, pdu); };
    engine_.onGoneAway = [this] { wake_.push(true); };
}

void Session::start()
{
    if (tasks_)
        return;
    running_ = std::make_shared<bool>(true);
    tasks_ = std::make_unique<TaskGroup>(edges_.loop);
    tasks_->start(life());
}

void Session::end()
{
    running_.reset();
    tasks_.reset();
    engine_.close();
    failRequests("the modem was stopped");
    status_.state = ModemState::absent;
    status_.signalDbm.reset();
}

// Listeners are called from the loop: they may stop this modem, which must not happen under a script's feet.
void Session::tell(std::function<void()> what)
{
    edges_.loop.post([running = std::weak_ptr<bool>(running_), what = std::move(what)] {
        if (!running.expired())
            what();
    });
}

void Session::setState(ModemState s, const std::string& why)
{
    if (!why.empty())
        status_.lastError = why;
    if (status_.state == s)
        return;
    status_.state = s;
    if (s != ModemState::ready)
        status_.signalDbm.reset();
    if (s != ModemState::searching)
        since_.reset();
    edges_.log.info("modem", {{"modem", config_.name}, {"state", hal::name(s)}, {"why", why}});
    tell([this] {
        if (change_)
            change_();
    });
}

void Session::failRequests(const std::string& why)
{
    for (const auto& weak : std::exchange(requests_, {}))
        if (const auto r = weak.lock())
            r->done.set({SmsOutcome::failed, {}, -1, why});
}

Task<SmsResult> Session::send(SmsToSend sms)
{
    if (!ready())
        co_return SmsResult{
            SmsOutcome::failed, {}, -1, "modem " + config_.name + " is " + std::string(hal::name(status_.state))};
    const auto request = std::make_shared<Request>(edges_.loop);
    request->sms = std::move(sms);
    requests_.push_back(request);
    wake_.push(true);
    SmsResult result = co_await request->done.wait();
    co_return result;
}

Task<Answer> Session::ask(std::string text, std::string expects)
{
    Command c;
    c.text = std::move(text);
    c.expects = std::move(expects);
    c.limit = config_.answerLimit;
    return engine_.command(std::move(c));
}

Task<> Session::life()
{
    bool opened = false;
    for (;;) {
        if (!opened) {
            if (auto r = engine_.open(); !r) {
                setState(ModemState::absent, r.error().what);
                co_await sleepFor(edges_.loop, config_.retryAfter);
                continue;
            }
        }
        restarted_ = false;
        const Result<void> end = co_await check(session());
        const std::string why = end ? std::string("the session ended") : end.error().what;
        failRequests(why);
        opened = !engine_.gone();
        if (opened && restarted_) {
            setState(ModemState::starting, why);
            continue;
        }
        if (opened) {
            setState(ModemState::silent, why);
            const Recovery::Step step = recovery_.failed(edges_.loop.now());
            if (recovery_.exhausted())
                status_.lastError =
                    why + "; asked again, opened anew and reset in vain: take its power away, check its cable";
            edges_.log.warning("modem does not do what it is asked", {{"modem", config_.name}, {"why", why}});
            opened = co_await climb(step.rung);
            if (!opened && !engine_.gone()) {
                engine_.close();
                ++status_.reopened;
                co_await sleepFor(edges_.loop, step.pause);
                continue;
            }
        }
        if (!opened) {
            setState(ModemState::absent, why);
            engine_.close();
            co_await sleepFor(edges_.loop, config_.retryAfter);
        }
    }
}

// True when it answers again.
Task<bool> Session::climb(Rung rung)
{
    if (rung == Rung::reopen)
        co_return false;
    if (rung == Rung::ask) {
        ++status_.asked;
        engine_.abandonPrompt();
    } else {
        const Result<void> reset = co_await check(resetModem());
        (void)reset; // deaf to that too: whether it answers is what counts
    }
    const bool back = co_await answers();
    co_return back && !engine_.gone();
}

Task<> Session::resetModem()
{
    ++status_.resets;
    edges_.log.warning("modem reset", {{"modem", config_.name}});
    const Result<Answer> a = co_await check(ask("AT+CFUN=1,1"));
    co_await sleepFor(edges_.loop, resetTakes);
    if (!a)
        co_await fail(a.error().code, a.error().what);
}

// The serial number proves that the answers are in step again: whatever was late came before it, or comes before there
// is quiet. A modem without one is asked for any answer at last.
Task<bool> Session::answers()
{
    for (int i = 1; i <= triesToWake; ++i) {
        Command c;
        c.digits = i < triesToWake;
        c.text = c.digits ? "AT+CGSN" : "AT";
        c.limit = config_.answerLimit;
        const Result<Answer> a = co_await check(engine_.command(std::move(c)));
        if (engine_.gone())
            co_return false;
        if (!a)
            continue;
        for (const std::string& line : a->info)
            if (const std::string imei = serialNumber(line); !imei.empty())
                status_.imei = imei;
        co_await engine_.quiet(calm, longestCalm);
        co_return !engine_.gone();
    }
    co_return false;
}

Task<> Session::session()
{
    co_await setUp();
    for (;;) {
        const TimePoint asked = edges_.loop.now();
        lookAt_ = asked + config_.pollEvery;
        co_await poll();
        recovery_.answersWell(edges_.loop.now());
        // Until something happens or it is time to look again.
        while (edges_.loop.now() < std::max(lookAt_, asked + seldomest)) {
            co_await serve();
            const Duration left = std::max(lookAt_, asked + seldomest) - edges_.loop.now();
            (void)co_await wake_.next(std::max(left, Duration(1ms)));
            while (wake_.tryNext()) {
            }
        }
    }
}

// All there is to do now; what has come before what is to go, so that a long queue does not hold up the reports.
Task<> Session::serve()
{
    for (;;) {
        if (engine_.gone())
            co_await fail(Errc::gone, "the modem was unplugged");
        if (engine_.takeEcho() && echoIsOff_)
            restarted_ = true;
        if (restarted_)
            co_await fail(Errc::gone, "the modem has begun anew by itself");
        if (toAcknowledge_ > 0) {
            --toAcknowledge_;
            (void)co_await ask("AT+CNMA");
        } else if (ready() && (readAll_ || !stored_.empty())) {
            co_await readStored();
        } else if (!requests_.empty()) {
            co_await sendNext();
        } else {
            co_return;
        }
    }
}

void Session::onLine(const std::string& line, const std::string& pdu)
{
    if (line.starts_with("+CDS:") || line.starts_with("+CMT:")) {
        toAcknowledge_ += acknowledges_ ? 1 : 0;
        take(pdu);
    } else if (line.starts_with("+CDSI:") || line.starts_with("+CMTI:")) {
        const auto f = fields(line);
        if (const int index = numberIn(f, 1); index >= 0)
            stored_.insert({f[0], index});
        else
            readAll_ = true;
    } else if (line.starts_with("+CREG:") || line.starts_with("+CPIN:")) {
        lookAt_ = edges_.loop.now();
    } else if (line == "RDY" || line == "^SYSSTART") {
        restarted_ = true;
    } else {
        return;
    }
    wake_.push(true);
}

} // namespace modem
} // namespace callbox::hal
