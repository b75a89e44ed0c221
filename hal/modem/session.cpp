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

std::unique_ptr<Modem> makeModem(const Edges& edges, ModemConfig config, std::unique_ptr<ModemIo> io)
{
    return std::make_unique<modem::Session>(edges, std::move(config), std::move(io));
}

namespace modem {

namespace {

constexpr int triesToWake = 3;
constexpr Duration resetTakes = 5s;
constexpr Duration longestPause = 30s;

} // namespace

std::vector<std::string> fields(const std::string& line)
{
    std::vector<std::string> out;
    const auto colon = line.find(':');
    std::string field;
    for (std::size_t i = colon == std::string::npos ? line.size() : colon + 1; i < line.size(); ++i) {
        if (line[i] == ',')
            out.push_back(std::exchange(field, {}));
        else if (line[i] != '"' && (line[i] != ' ' || !field.empty()))
            field += line[i];
    }
    out.push_back(field);
    return out;
}

Session::Session(const Edges& edges, ModemConfig config, std::unique_ptr<ModemIo> io)
    : edges_(edges), config_(std::move(config)), engine_(edges, std::move(io)), wake_(edges.loop)
{
    engine_.onUnsolicited = [this](const std::string& line, const std::string& pdu) { onLine(line, pdu); };
    engine_.onGoneAway = [this] { wake_.push(true); };
}

void Session::start()
{
    if (tasks_)
        return;
    tasks_ = std::make_unique<TaskGroup>(edges_.loop);
    tasks_->start(life());
}

void Session::stop()
{
    tasks_.reset();
    engine_.close();
    failRequests("the modem was stopped");
    status_.state = ModemState::absent;
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
    edges_.log.info("modem", {{"modem", config_.name}, {"state", hal::name(s)}, {"why", why}});
    if (change_)
        change_();
}

void Session::failRequests(const std::string& why)
{
    for (const auto& r : std::exchange(requests_, {}))
        r->done.set({SmsOutcome::failed, {}, -1, why});
}

Task<SmsResult> Session::send(SmsToSend sms)
{
    if (status_.state != ModemState::ready)
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
    Duration pause = config_.retryAfter;
    bool opened = false;
    for (;;) {
        if (!opened) {
            if (auto r = engine_.open(); !r) {
                setState(ModemState::absent, r.error().what);
                co_await sleepFor(edges_.loop, pause);
                pause = std::min(pause * 2, longestPause);
                continue;
            }
            setState(ModemState::starting);
        }
        const Result<void> end = co_await check(session());
        const std::string why = end ? std::string("the session ended") : end.error().what;
        failRequests(why);
        ++status_.recoveries;
        opened = false;
        if (engine_.gone()) {
            setState(ModemState::absent, why);
            pause = config_.retryAfter;
        } else {
            setState(ModemState::silent, why);
            opened = co_await revive();
            if (opened) {
                pause = config_.retryAfter;
                continue;
            }
        }
        engine_.close();
        co_await sleepFor(edges_.loop, pause);
        pause = std::min(pause * 2, longestPause);
    }
}

// The serial number proves that the answers are in step again: whatever was late came before it.
Task<bool> Session::answers()
{
    for (int i = 0; i < triesToWake; ++i) {
        Command c;
        c.text = "AT+CGSN";
        c.digits = true;
        c.limit = config_.answerLimit;
        const Result<Answer> a = co_await check(engine_.command(std::move(c)));
        if (a && a->ok) {
            status_.imei = a->info.empty() ? std::string() : a->info.back();
            co_return true;
        }
        if (engine_.gone())
            co_return false;
        if (a) // no serial number to be had (no SIM, locked): any answer has to do
            co_return true;
    }
    co_return false;
}

Task<bool> Session::revive()
{
    engine_.abandonPrompt();
    bool back = co_await answers();
    if (back || engine_.gone())
        co_return back && !engine_.gone();
    edges_.log.warning("modem reset", {{"modem", config_.name}});
    (void)co_await check(ask("AT+CFUN=1,1"));
    co_await sleepFor(edges_.loop, resetTakes);
    back = co_await answers();
    co_return back && !engine_.gone();
}

Task<> Session::session()
{
    co_await setUp();
    for (;;) {
        co_await poll();
        if (status_.state == ModemState::ready)
            co_await readStored();
        // Until something happens or it is time to look again.
        const TimePoint nextPoll = edges_.loop.now() + config_.pollEvery;
        while (edges_.loop.now() < nextPoll) {
            while (!requests_.empty())
                co_await sendNext();
            if (engine_.gone())
                co_await fail(Errc::gone, "the modem was unplugged");
            if (status_.state == ModemState::ready)
                co_await readStored();
            const Duration left = nextPoll - edges_.loop.now();
            (void)co_await wake_.next(std::max(left, Duration(1ms)));
        }
    }
}

} // namespace modem
} // namespace callbox::hal
