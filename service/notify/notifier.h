// SPDX-License-Identifier: GPL-2.0-or-later
// A notification protocol: one way of telling a recipient that a message waits. One folder a protocol (sms, dialout);
// queue, retries, ceilings and states are the Outbox's, shared by all.
#pragma once
#include "messages/records.h"
#include <callbox/base/task.h>

namespace callbox::notify {

enum class Outcome {
    sent,      // the network took it; a report may follow
    delivered, // the recipient has it for certain: a key was pressed
    failed,    // not told; may be tried again
    refused,   // not told, and trying again as it is makes no sense
    unknown,   // handed over without an answer: may have been told
    notTried,  // nothing was attempted (the modem or trunk went away just now)
};
std::string_view name(Outcome);

struct Delivery {
    Outcome outcome = Outcome::failed;
    std::string why;                      // in words, kept as the notification's last_error; no whole number, no code
    std::string channel;                  // which modem or trunk
    std::vector<std::uint8_t> references; // of the parts sent, for reports
    Duration wait{};                      // least one before the next try where the cause tells; 0 = by back-off
    bool noticed = false;                 // a phone rang though nobody was told: counts towards the ceilings
};

// What a network reports of something sent earlier.
struct Report {
    std::string channel;
    std::uint8_t reference = 0;
    PhoneNumber to;
    bool delivered = false;
    bool final = true;      // false: the network goes on trying
    bool permanent = false; // final and trying again makes no sense
    std::string why;        // "status 0x45"
};

class NotifierEvents {
public:
    virtual void onRoom() = 0; // room() may have grown
    virtual void onReport(const Report&) = 0;

protected:
    ~NotifierEvents() = default;
};

// Loop thread only. Outlives the Outbox that uses it.
class Notifier {
public:
    virtual ~Notifier() = default;
    [[nodiscard]] virtual std::string_view protocol() const = 0; // "sms"; the contract's word
    virtual void setEvents(NotifierEvents*) = 0;                 // null: none any more
    // How many notices it would begin to deliver at once now; 0 while its modems or trunks are away.
    [[nodiscard]] virtual std::size_t room() const = 0;
    // Nothing of it works: no modem registered, no trunk up. False while it is only busy.
    [[nodiscard]] virtual bool away() const = 0;
    // Tells one recipient, once. Takes its room before its first wait. Gives an outcome rather than an error.
    virtual Task<Delivery> deliver(messages::Notice) = 0;
};

} // namespace callbox::notify
