// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/technician_sms.h"
#include "notify/sms/text.h"

namespace callbox::box {

namespace {

class TechnicianSms final : public alarms::Target {
public:
    TechnicianSms(PhoneNumber to, std::string box, lines::Lines& lines)
        : to_(std::move(to)), box_(std::move(box)), lines_(lines)
    {
    }
    [[nodiscard]] std::string name() const override { return "sms to " + to_.masked(); }
    Task<> tell(status::AlarmRecord alarm) override
    {
        hal::Modem* modem = leastBusy();
        if (!modem)
            co_await fail(Errc::busy, "no modem is ready");
        hal::SmsToSend sms;
        sms.to = to_;
        sms.text = technicianText(alarm, box_);
        sms.wantReport = false;
        const hal::SmsResult r = co_await modem->send(std::move(sms));
        // Of one that was handed over without an answer nobody knows; twice is worse than a small chance of never.
        if (r.outcome == hal::SmsOutcome::failed || r.outcome == hal::SmsOutcome::refused)
            co_await fail(Errc::io, "modem " + modem->name() + ": " + r.reason);
    }

private:
    [[nodiscard]] hal::Modem* leastBusy() const
    {
        hal::Modem* best = nullptr;
        for (const auto& m : lines_.modems())
            if (m->status().state == hal::ModemState::ready && (!best || m->queued() < best->queued()))
                best = m.get();
        return best;
    }
    PhoneNumber to_;
    std::string box_;
    lines::Lines& lines_;
};

} // namespace

std::string technicianText(const status::AlarmRecord& a, const std::string& box)
{
    std::string text = "Callbox " + box + ": " + a.name + " " + a.state + " (" + a.severity + ")";
    if (a.state == "raised")
        text += ", " + a.text;
    // What the alphabet lacks would make it UCS2 and several parts.
    for (char& c : text)
        if (static_cast<unsigned char>(c) >= 0x80 || !notify::septets(std::string_view(&c, 1)))
            c = '?';
    while (notify::septets(text).value_or(0) > notify::septetsPerPart)
        text.pop_back();
    return text;
}

void addTechnicians(alarms::Pusher& pusher, const BoxConfig& config, lines::Lines& lines)
{
    alarms::PushPolicy policy;
    policy.perHour = unsigned(config.alarms.smsPerHour);
    policy.first = 30s;
    policy.acknowledgements = false; // it is technicians who acknowledge
    for (const PhoneNumber& to : config.alarms.sms)
        pusher.add(std::make_unique<TechnicianSms>(to, config.id, lines), policy);
}

} // namespace callbox::box
