// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/sms/sms_notifier.h"
#include "notify/sms/text.h"
#include <algorithm>
#include <set>

namespace callbox::notify {

namespace {

// +CMS ERROR (27.005 3.2.5) that says something of the SIM or modem, not of the number or text: barred, no credit, no
// SMS service, reserved, not supported, no service centre.
bool refusesModem(int code)
{
    constexpr int codes[] = {8, 21, 29, 50, 69, 301, 303, 330};
    return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

constexpr int recipientOutOfOrder = 27; // says nothing of the modem

} // namespace

struct SmsNotifier::Port {
    Port(Loop& loop, hal::Modem& m) : modem(&m), rest(loop) {}
    [[nodiscard]] bool usable() const { return modem->status().state == hal::ModemState::ready && !rest.armed(); }
    hal::Modem* modem;
    bool busy = false;
    std::set<PhoneNumber> failed; // whom it could not tell since it last could tell anybody
    [[nodiscard]] int failures() const { return static_cast<int>(failed.size()); }
    std::uint64_t lastTurn = 0;
    Timer rest; // armed: not to be used
};

SmsNotifier::SmsNotifier(const Edges& edges, SmsConfig config, Zone zone, const std::vector<hal::Modem*>& modems)
    : edges_(edges), config_(config), zone_(zone)
{
    edges_.log = edges.log.named("notify");
    for (hal::Modem* m : modems) {
        ports_.push_back(std::make_unique<Port>(edges_.loop, *m));
        m->onChange([this] { tellRoom(); });
        m->onReport([this, port = ports_.back().get()](const hal::SmsReport& r) { onReport(*port, r); });
    }
}

SmsNotifier::~SmsNotifier()
{
    for (const auto& p : ports_) {
        p->modem->onChange({});
        p->modem->onReport({});
    }
}

void SmsNotifier::tellRoom()
{
    if (events_)
        events_->onRoom();
}

std::size_t SmsNotifier::room() const
{
    return static_cast<std::size_t>(
        std::count_if(ports_.begin(), ports_.end(), [](const auto& p) { return p->usable() && !p->busy; }));
}

bool SmsNotifier::away() const
{
    return std::none_of(ports_.begin(), ports_.end(), [&](const auto& p) {
        return p->modem->status().state == hal::ModemState::ready && p->failures() < config_.failuresBeforeAway;
    });
}

// The one that has waited longest; one that has just failed with this notice only if there is no other.
SmsNotifier::Port* SmsNotifier::choose(const messages::Notice& notice)
{
    Port* best = nullptr;
    const auto again = [&](const Port& p) { return notice.attempts > 1 && p.modem->name() == notice.channel; };
    for (const auto& p : ports_) {
        if (p->busy || !p->usable())
            continue;
        if (!best || std::pair(again(*p), p->lastTurn) < std::pair(again(*best), best->lastTurn))
            best = p.get();
    }
    return best;
}

Task<Delivery> SmsNotifier::deliver(messages::Notice notice)
{
    Port* port = choose(notice);
    if (!port) {
        Delivery none;
        none.outcome = Outcome::notTried;
        none.why = "no modem is ready";
        co_return none;
    }
    // Frees the modem whatever ends this.
    struct Hold {
        explicit Hold(Port& p) : port(p) { port.busy = true; }
        ~Hold() { port.busy = false; }
        Port& port;
    };
    hal::SmsToSend sms;
    sms.to = notice.to;
    sms.text = smsText(notice, zone_);
    sms.wantReport = config_.reports;
    Result<hal::SmsResult> r = Error{Errc::gone, "not sent"};
    {
        Hold hold(*port);
        port->lastTurn = ++turn_;
        Task<hal::SmsResult> sending = port->modem->send(std::move(sms));
        r = co_await check(std::move(sending));
    }
    hal::SmsResult result;
    if (r)
        result = *r;
    else
        result.reason = r.error().what;
    Delivery d = deliveryOf(result, port->modem->name());
    judge(*port, notice, d, result.code);
    edges_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
        if (!alive.expired())
            tellRoom();
    });
    co_return d;
}

// A modem that fails one recipient after the other rests, longer each time. One recipient who cannot be told is not its
// fault, and must not keep the others waiting.
void SmsNotifier::judge(Port& port, const messages::Notice& notice, const Delivery& d, int code)
{
    if (d.outcome == Outcome::sent || d.outcome == Outcome::refused) {
        port.failed.clear();
        return;
    }
    if (code == recipientOutOfOrder || !port.failed.insert(notice.to).second)
        return;
    if (port.failures() < config_.failuresBeforeRest)
        return;
    Duration rest = config_.restFirst;
    for (int i = config_.failuresBeforeRest; i < port.failures() && rest < config_.restLongest; ++i)
        rest *= 2;
    rest = std::min(rest, config_.restLongest);
    edges_.log.warning("modem rests: registered but not sending",
                       {{"modem", port.modem->name()}, {"recipients", port.failures()}, {"for", rest}, {"why", d.why}});
    port.rest.after(rest, [this] { tellRoom(); });
}

void SmsNotifier::onReport(const Port& port, const hal::SmsReport& r)
{
    if (events_)
        events_->onReport(reportOf(r, port.modem->name()));
}

Delivery deliveryOf(const hal::SmsResult& r, std::string modem)
{
    Delivery d;
    switch (r.outcome) {
    case hal::SmsOutcome::sent:
        d.outcome = Outcome::sent;
        break;
    case hal::SmsOutcome::refused:
        d.outcome = refusesModem(r.code) ? Outcome::failed : Outcome::refused;
        break;
    case hal::SmsOutcome::failed:
        d.outcome = Outcome::failed;
        break;
    case hal::SmsOutcome::unknown:
        d.outcome = Outcome::unknown;
        break;
    }
    d.why = r.reason;
    d.channel = std::move(modem);
    d.references = r.references;
    return d;
}

Report reportOf(const hal::SmsReport& r, std::string modem)
{
    static constexpr std::string_view hex = "0123456789abcdef";
    Report out;
    out.channel = std::move(modem);
    out.reference = r.reference;
    out.to = r.to;
    out.delivered = r.delivered;
    out.final = r.final;
    out.permanent = (r.status & 0x60) == 0x40; // 0x6x: the centre gave up on what may pass
    out.why = std::string("the network reports status 0x") + hex[r.status >> 4] + hex[r.status & 15];
    return out;
}

} // namespace callbox::notify
