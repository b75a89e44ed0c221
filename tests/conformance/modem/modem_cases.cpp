// SPDX-License-Identifier: GPL-2.0-or-later
// The claims of hal/modem.h.
#include "bench.h"
#include <algorithm>

namespace callbox::tests {

namespace {

const std::string recipient = "+12125550123";
constexpr Duration setUp = 30s;

ModemConfig quick(const std::string& pin = "")
{
    ModemConfig c;
    c.name = "modem1";
    c.pin = Secret(pin);
    c.answerLimit = 300ms;
    c.sendLimit = 600ms;
    c.pollEvery = 100ms;
    c.retryAfter = 20ms;
    return c;
}

AtModemConfig quickModem()
{
    AtModemConfig c;
    c.sendTakes = 5ms;
    c.reportAfter = 20ms;
    return c;
}

Task<> keep(Task<SmsResult> task, std::optional<SmsResult>& out)
{
    SmsResult r = co_await std::move(task);
    out = std::move(r);
}

// The modem, and what it tells.
struct Watched {
    Watched(Bench& bench, const std::string& pin = "") : b(bench), modem(b.modem(quick(pin))), tasks(b.loop())
    {
        modem->onReport([this](const SmsReport& r) { reports.push_back(r); });
        modem->onReceived([this](const SmsReceived& r) { received.push_back(r); });
        modem->start();
    }
    bool becomes(ModemState s, Findings& f)
    {
        const bool did = b.until([&] { return modem->status().state == s; }, setUp);
        return f.expect(did, "it is " + std::string(name(modem->status().state)) + " (" + modem->status().lastError +
                                 "), not " + std::string(name(s)));
    }
    std::optional<SmsResult> send(const std::string& text = "Hello", Duration limit = setUp)
    {
        std::optional<SmsResult> out;
        TaskGroup mine(b.loop());
        mine.start(keep(modem->send({*PhoneNumber::parse(recipient), text}), out));
        b.until([&] { return out.has_value(); }, limit);
        return out;
    }
    Bench& b;
    std::unique_ptr<Modem> modem;
    TaskGroup tasks;
    std::vector<SmsReport> reports;
    std::vector<SmsReceived> received;
};

bool is(const std::optional<SmsResult>& r, SmsOutcome o)
{
    return r && r->outcome == o;
}

void sends(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    const auto r = w.send("Hello {€}");
    f.expect(is(r, SmsOutcome::sent), "the message is not sent: " + (r ? r->reason : "no answer"));
    const auto& received = b.centre().received();
    f.expect(received.size() == 1 && received[0].text == "Hello {€}" && received[0].to == recipient,
             "the centre did not get what was sent");
}

void wholeTexts(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    std::string text;
    for (int i = 0; i < 40; ++i)
        text += "word" + std::to_string(i) + " 故障🔥 ";
    f.expect(is(w.send(text), SmsOutcome::sent), "a long message is not sent");
    const auto& received = b.centre().received();
    f.expect(received.size() == 1 && received[0].text == text && received[0].parts > 1, "a long message arrives cut");
}

void referencesAndReports(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.centre().setReports(recipient, {0x30, 0x00});
    const auto r = w.send();
    b.until([&] { return w.reports.size() > 1; }, setUp);
    if (!f.expect(w.reports.size() == 2, std::to_string(w.reports.size()) + " reports of 2"))
        return;
    f.expect(!w.reports[0].final && !w.reports[0].delivered, "still trying is told as an end");
    f.expect(w.reports[1].final && w.reports[1].delivered, "delivered is not told");
    f.expect(r && r->references.size() == 1 && r->references[0] == w.reports[1].reference, "the references differ");
    f.expect(w.reports[1].to.e164() == recipient, "a report of another number");
}

void inTurn(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    std::optional<SmsResult> first, second;
    w.tasks.start(keep(w.modem->send({*PhoneNumber::parse(recipient), "first"}), first));
    w.tasks.start(keep(w.modem->send({*PhoneNumber::parse(recipient), "second"}), second));
    f.expect(b.until([&] { return first && second; }, setUp), "two at once: not both end");
    const auto& received = b.centre().received();
    f.expect(received.size() == 2 && received[0].text == "first" && received[1].text == "second",
             "two at once do not arrive in their order");
}

void refusedIsRefused(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.centre().refuse(recipient, 28, 1);
    const auto r = w.send();
    f.expect(is(r, SmsOutcome::refused) && r->code == 28 && !r->reason.empty(), "CMS error 28 is not a refusal");
    b.centre().refuse(recipient, 42, 1);
    const auto busy = w.send();
    f.expect(is(busy, SmsOutcome::failed) && busy->code == 42, "CMS error 42 is not a failure");
}

void unknownIsUnknown(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.emulated().setFaults({.swallowResults = 1});
    f.expect(is(w.send(), SmsOutcome::unknown), "silence after the message is not unknown");
    f.expect(b.centre().received().size() == 1, "the message was not handed over");
}

void notHandedOverIsFailed(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.emulated().setFaults({.silent = true});
    const auto r = w.send();
    f.expect(is(r, SmsOutcome::failed), "a message that was never handed over is not simply failed");
    f.expect(b.centre().received().empty(), "it was handed over");
}

void notReadyFailsAtOnce(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    b.plug(false);
    Watched w(b);
    b.pass(100ms);
    f.expect(is(w.send("x", 200ms), SmsOutcome::failed), "sending without a modem does not fail at once");
}

void silentComesBack(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.emulated().setFaults({.silent = true});
    if (!w.becomes(ModemState::silent, f))
        return;
    b.emulated().setFaults({});
    if (w.becomes(ModemState::ready, f))
        f.expect(w.modem->status().recoveries() > 0, "nobody counts that it had to be helped");
}

void unpluggedComesBack(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.plug(false);
    if (!w.becomes(ModemState::absent, f))
        return;
    b.plug(true);
    if (w.becomes(ModemState::ready, f))
        f.expect(is(w.send("again"), SmsOutcome::sent), "plugged in again it does not send");
}

void aWrongPinIsTriedOnce(Bench& b, Findings& f)
{
    AtModemConfig at = quickModem();
    at.pin = "4711";
    b.prepare(at);
    Watched w(b, "9999");
    if (!w.becomes(ModemState::pinRequired, f))
        return;
    b.pass(1s);
    f.expect(b.emulated().pinTriesLeft() == 2, "a wrong PIN was tried more often than once");
}

void thePinIsNotTraced(Bench& b, Findings& f)
{
    AtModemConfig at = quickModem();
    at.pin = "4711";
    at.keepsEcho = true;
    b.prepare(at);
    Watched w(b, "4711");
    if (!w.becomes(ModemState::ready, f))
        return;
    const auto& trace = w.modem->trace();
    f.expect(!trace.empty(), "nothing is traced");
    f.expect(std::none_of(trace.begin(), trace.end(),
                          [](const AtTraceLine& l) { return l.text.find("4711") != std::string::npos; }),
             "the PIN is in the trace");
}

void aBadMessageBlocksNothing(Bench& b, Findings& f)
{
    b.prepare(quickModem());
    Watched w(b);
    if (!w.becomes(ModemState::ready, f))
        return;
    b.emulated().deliver("00FFFF");
    b.emulated().deliver("00040B912121550521F300006211229180000005C8329BFD06");
    b.until([&] { return b.emulated().stored() == 0 && !w.received.empty(); }, 5s);
    f.expect(w.received.size() == 1 && w.received[0].text == "Hello", "the good message is not told");
    f.expect(b.emulated().stored() == 0, "messages stay in the modem");
}

} // namespace

std::vector<Case<Bench>> modemCases()
{
    return {
        {"Sends", "a message reaches the centre as it is", "an alphabet's place mistaken", sends},
        {"WholeTexts", "a long text arrives whole, in parts", "a text cut at 160", wholeTexts},
        {"ReferencesAndReports", "reports are told, with the reference of their message, by their status octet",
         "reports that nobody asked the modem for", referencesAndReports},
        {"InTurn", "messages go one after another in their order", "two at once over one line", inTurn},
        {"RefusedIsRefused", "the network's no and its not now are told apart", "every error one error",
         refusedIsRefused},
        {"UnknownIsUnknown", "silence after a message is unknown", "a timeout called a failure: sent twice",
         unknownIsUnknown},
        {"NotHandedOverIsFailed", "a message that no modem had is failed", "every timeout called unknown",
         notHandedOverIsFailed},
        {"NotReadyFailsAtOnce", "who cannot send says so at once", "a queue that waits for a dead modem",
         notReadyFailsAtOnce},
        {"SilentComesBack", "a silent modem is found to be silent, helped, and counted", "waits for ever",
         silentComesBack},
        {"UnpluggedComesBack", "an unplugged modem is found again", "a port opened once", unpluggedComesBack},
        {"AWrongPinIsTriedOnce", "a wrong PIN costs one try", "a retry that ends at the PUK", aWrongPinIsTriedOnce},
        {"ThePinIsNotTraced", "the PIN is never in the trace, whoever repeats it", "a modem with its echo on",
         thePinIsNotTraced},
        {"ABadMessageBlocksNothing", "what cannot be read is deleted, the rest is told", "a reader that gives up",
         aBadMessageBlocksNothing},
    };
}

std::vector<Case<Bench>> allCases()
{
    std::vector<Case<Bench>> all = lineCases();
    for (Case<Bench>& c : modemCases())
        all.push_back(std::move(c));
    return all;
}

} // namespace callbox::tests
