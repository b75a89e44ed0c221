// SPDX-License-Identifier: GPL-2.0-or-later
// Telling by SMS through the box's modems: one message at a time on each, shared evenly; a modem that fails is given a
// rest and its share goes to the others.
#pragma once
#include "notify/notifier.h"
#include "notify/zone.h"
#include <callbox/base/edges.h>
#include <callbox/base/loop.h>
#include <callbox/hal/modem.h>

namespace callbox::notify {

struct SmsConfig {
    bool reports = true;        // ask the network for delivery reports
    int failuresBeforeRest = 2; // recipients in a row whom a modem could not tell
    Duration restFirst = 10s;   // doubled with each further one
    Duration restLongest = 1min;
    int failuresBeforeAway = 5; // registered, but not sending
};

class SmsNotifier final : public Notifier {
public:
    // The modems outlive it; it takes their onReport and onChange.
    SmsNotifier(const Edges&, SmsConfig, Zone, const std::vector<hal::Modem*>&);
    ~SmsNotifier() override;
    SmsNotifier(const SmsNotifier&) = delete;
    SmsNotifier& operator=(const SmsNotifier&) = delete;

    [[nodiscard]] std::string_view protocol() const override { return "sms"; }
    void setEvents(NotifierEvents* events) override { events_ = events; }
    [[nodiscard]] std::size_t room() const override;
    [[nodiscard]] bool away() const override;
    Task<Delivery> deliver(messages::Notice) override;

private:
    struct Port;
    Port* choose(const messages::Notice&);
    void judge(Port&, const messages::Notice&, const Delivery&, int code);
    void tellRoom();
    void onReport(const Port&, const hal::SmsReport&);

    Edges edges_;
    SmsConfig config_;
    Zone zone_;
    std::vector<std::unique_ptr<Port>> ports_;
    NotifierEvents* events_ = nullptr;
    std::uint64_t turn_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what is posted
};

// What a modem's answer means for the notice. Refused because of the modem's SIM (no credit, no service centre), it may
// still go through another one, or later.
Delivery deliveryOf(const hal::SmsResult&, std::string modem);
// What a status report means (23.040 9.2.3.15): by its octet, not by its text.
Report reportOf(const hal::SmsReport&, std::string modem);

} // namespace callbox::notify
