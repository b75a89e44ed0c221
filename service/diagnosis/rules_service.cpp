// SPDX-License-Identifier: GPL-2.0-or-later
// Daemons, what they keep, modems and their networks, how the switch sees its boxes.
#include "diagnosis/rules.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::diagnosis {

namespace {

using Findings = std::vector<Finding>;

void notReached(const Facts& f, Findings& out)
{
    for (const DaemonFacts& d : f.daemons) {
        if (d.reached)
            continue;
        if (!d.permitted)
            out.push_back({.severity = Severity::warning,
                           .subject = d.who,
                           .what = "its socket may not be opened by you",
                           .evidence = d.error,
                           .cause = "you are not in the group that may",
                           .action = "run it with sudo, or join the socket's group"});
        else
            out.push_back({.subject = d.who,
                           .what = "does not answer: no call is taken there",
                           .evidence = d.error,
                           .cause = "it was stopped, or could not start with its configuration",
                           .action = "systemctl status callboxd; journalctl -u callboxd; callbox config check"});
    }
}

void mode(const Facts& f, Findings& out)
{
    for (const BoxFacts& b : f.boxes)
        if (!b.mode.empty() && b.mode != "active")
            out.push_back({.severity = Severity::note,
                           .subject = b.daemon,
                           .what = "takes no new messages: " + b.mode,
                           .evidence = b.why.empty() ? "no reason was given" : "the reason given: " + b.why,
                           .cause = "somebody set it so",
                           .action = "callbox box activate ends it"});
}

void store(const Facts& f, Findings& out)
{
    constexpr std::int64_t slowMs = 1000;
    for (const BoxFacts& b : f.boxes) {
        if (!b.canRecord)
            out.push_back({.subject = b.daemon,
                           .what = "cannot record: callers cannot leave messages",
                           .evidence = "can_record no",
                           .cause = "the disk is full, read-only or failing",
                           .action = "df and dmesg on that machine; callbox box status tells the store's alarm"});
        else if (b.recordSecondsLeft < 3600)
            out.push_back({.severity = Severity::warning,
                           .subject = b.daemon,
                           .what = "little room for messages is left",
                           .evidence = fmt::format("{} min of audio", b.recordSecondsLeft / 60),
                           .cause = "the disk is nearly full",
                           .action = "shorten retention_days, or a larger disk"});
        if (b.lastSyncMs > slowMs)
            out.push_back({.severity = Severity::warning,
                           .subject = b.daemon,
                           .what = "the disk is slow",
                           .evidence = fmt::format("the last sync took {} ms", b.lastSyncMs),
                           .cause = "the disk fails, or something else writes a lot",
                           .action = "smartctl -a, iostat -x 1"});
    }
}

void pool(const Facts& f, Findings& out)
{
    for (const BoxFacts& b : f.boxes)
        if (b.poolSize > 0 && b.fullestRecipient * 10 >= b.poolSize * 8) {
            const bool full = b.fullestRecipient >= b.poolSize;
            out.push_back({.severity = full ? Severity::problem : Severity::warning,
                           .subject = b.daemon,
                           .what = full ? "a recipient has no link number left: messages for him are refused"
                                        : "a recipient has few link numbers left",
                           .evidence = fmt::format("{} of {} numbers are his", b.fullestRecipient, b.poolSize),
                           .cause = "he hears none of his messages, or the pool is small",
                           .action = "callbox number list; more link numbers, or shorter quarantine_days"});
        }
}

void outbox(const Facts& f, Findings& out)
{
    constexpr std::int64_t longS = 300;
    for (const BoxFacts& b : f.boxes)
        if (b.outboxQueued > 0 && b.outboxOldestS > longS)
            out.push_back({.subject = b.daemon,
                           .what = "recipients are not told of their messages",
                           .evidence = fmt::format("{} notices wait, the oldest for {} min", b.outboxQueued,
                                                   b.outboxOldestS / 60),
                           .cause = "no modem can send, or the network refuses",
                           .action = "callbox modem status; callbox message list --state stored tells the last error"});
}

// What a rule here finds by itself: alarms of lines, modems, pool and disk. What span status advises on is left to it.
bool explained(std::string_view alarm)
{
    constexpr std::string_view begins[] = {"span-los",       "span-lof",       "span-lomf",    "span-ais",
                                           "span-rai",       "span-gone",      "span-stopped", "span-no-samples",
                                           "d-channel-down", "no-span-up",     "span-looped",  "span-out-of-service",
                                           "modem-",         "no-modem-ready", "pool-",        "store-cannot-record",
                                           "disk-low"};
    return std::any_of(std::begin(begins), std::end(begins), [&](std::string_view b) { return alarm.starts_with(b); });
}

// What the box itself complains about and no rule above explains.
void ownAlarms(const Facts& f, Findings& out)
{
    for (const BoxFacts& b : f.boxes)
        for (const AlarmFacts& a : b.alarms)
            if (a.state != "cleared" && !explained(a.name))
                out.push_back({.severity = a.severity == "major" || a.severity == "critical" ? Severity::problem
                                                                                             : Severity::warning,
                               .subject = b.daemon,
                               .what = a.text.empty() ? a.name : a.text,
                               .evidence = "its alarm " + a.name + ", " + a.severity + ", " + a.state,
                               .cause = "the alarm's text says what the box knows",
                               .action = "callbox box status; its log has the first time"});
}

struct ModemAdvice {
    std::string_view state;
    Layer layer;
    Severity severity;
    std::string_view what, cause, action;
};
constexpr ModemAdvice advice[] = {
    {"absent", Layer::modem, Severity::problem, "the modem is not there", "it is unplugged, or device = names another",
     "lsusb; ls /dev/serial/by-id; then device = of its section"},
    {"silent", Layer::modem, Severity::problem, "the modem does not answer",
     "it hangs, or another program has its port", "fuser DEVICE (ModemManager?); else take its power away for 10 s"},
    {"pin-required", Layer::modem, Severity::problem, "the SIM wants a PIN", "pin = is missing or was refused once",
     "put the right pin = into its section; three wrong ones block the card"},
    {"no-sim", Layer::modem, Severity::problem, "there is no SIM", "it is not inserted, or not well",
     "take it out, clean its contacts, put it back"},
    {"denied", Layer::network, Severity::problem, "the network refuses the SIM",
     "it is not activated, blocked or unpaid", "call its operator; try the SIM in a telephone"},
    {"searching", Layer::network, Severity::warning, "no network is found yet", "no coverage, or the antenna is off",
     "look at the antenna; move it to a window"},
};

void modems(const Facts& f, Findings& out, Layer layer)
{
    for (const ModemFacts& m : f.modems)
        for (const ModemAdvice& a : advice)
            if (a.state == m.state && a.layer == layer)
                out.push_back({.severity = a.severity,
                               .subject = "modem " + m.name + " of " + m.daemon,
                               .what = std::string(a.what),
                               .evidence = "state " + m.state + (m.lastError.empty() ? "" : "; " + m.lastError),
                               .cause = std::string(a.cause),
                               .action = std::string(a.action)});
}

void modemState(const Facts& f, Findings& out)
{
    modems(f, out, Layer::modem);
}

void registration(const Facts& f, Findings& out)
{
    modems(f, out, Layer::network);
}

void signal(const Facts& f, Findings& out)
{
    constexpr std::int64_t weak = -100; // dBm
    for (const ModemFacts& m : f.modems)
        if (m.state == "ready" && m.signalDbm && *m.signalDbm <= weak)
            out.push_back({.severity = Severity::warning,
                           .subject = "modem " + m.name + " of " + m.daemon,
                           .what = "the signal is weak",
                           .evidence = fmt::format("{} dBm in {}", *m.signalDbm, m.network),
                           .cause = "the antenna is inside a cabinet or loose",
                           .action = "move the antenna; better than -95 dBm is well"});
}

void simFull(const Facts& f, Findings& out)
{
    for (const ModemFacts& m : f.modems)
        if (m.memoryTotal.value_or(0) > 0 && m.memoryUsed.value_or(0) * 10 >= *m.memoryTotal * 9)
            out.push_back({.severity = Severity::warning,
                           .subject = "modem " + m.name + " of " + m.daemon,
                           .what = "its message memory is full: delivery reports are lost",
                           .evidence = fmt::format("{} of {} places are taken", *m.memoryUsed, *m.memoryTotal),
                           .cause = "the operator's messages are kept on the SIM",
                           .action = "callbox trace at " + m.name + " shows what is read and deleted"});
}

// Its mode says all there is to say of it.
bool isSetAside(const Facts& f, const SwitchView& v)
{
    return v.state == "FRESH" && std::any_of(f.boxes.begin(), f.boxes.end(), [&](const BoxFacts& b) {
               return b.daemon == v.box && !b.mode.empty() && b.mode != "active";
           });
}

void switchView(const Facts& f, Findings& out)
{
    for (const SwitchView& v : f.switchViews) {
        if (v.usable || isSetAside(f, v))
            continue;
        std::string why;
        for (const std::string& w : v.why)
            why += (why.empty() ? "" : ", ") + w;
        const bool unknown = v.state == "UNKNOWN";
        const bool down = v.state == "DOWN";
        out.push_back({.subject = v.box,
                       .what = "the switch gives it no calls",
                       .evidence = v.state + (why.empty() ? "" : ": " + why),
                       .cause = unknown ? "nothing was heard of it since the switch's start"
                                : down  ? "its status has not come for 3 s, or set-ups to it fail"
                                        : "its own status says that it cannot take one",
                       .action = unknown || down ? "is its daemon running, and does status = in the switch's "
                                                   "configuration name it?"
                                                 : "callbox box status of it, then callbox doctor there"});
    }
}

constexpr Rule rules[] = {
    {Layer::daemon, "daemon-not-reached", notReached},
    {Layer::daemon, "box-mode", mode},
    {Layer::store, "store-cannot-record", store},
    {Layer::store, "pool-exhausted", pool},
    {Layer::store, "outbox-stuck", outbox},
    {Layer::store, "box-alarm", ownAlarms},
    {Layer::modem, "modem-state", modemState},
    {Layer::modem, "modem-memory-full", simFull},
    {Layer::network, "network-registration", registration},
    {Layer::network, "network-signal", signal},
    {Layer::fleet, "switch-view", switchView},
};

} // namespace

std::span<const Rule> serviceRules()
{
    return rules;
}

} // namespace callbox::diagnosis
