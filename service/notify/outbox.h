// SPDX-License-Identifier: GPL-2.0-or-later
// The outbox: brings the store's queued notices to their recipients, each by its protocol, and keeps the states
// truthful. Durable by the store: a restart goes on where the last process stopped. A notice that fails never holds up
// another; what was heard or deleted is told no more; nobody outside the installation's ranges is ever told.
#pragma once
#include "messages/store.h"
#include "notify/ceilings.h"
#include "notify/policy.h"
#include <callbox/base/async.h>
#include <deque>
#include <set>

namespace callbox::notify {

struct OutboxCounters {
    std::uint64_t sent = 0, delivered = 0, failed = 0, retried = 0;
    std::uint64_t unknown = 0, resent = 0; // outcomes not known; sent again because of that
    std::uint64_t outsideRanges = 0;       // refused right before sending
    std::uint64_t ceilings = 0;            // put off because of one
    std::uint64_t moved = 0;               // given to another protocol
};

// Something a technician must know; an alarm of the box.
struct Trouble {
    std::string name; // no-modem, ceiling, not-told
    std::string text;
};

class Outbox final : private NotifierEvents {
public:
    // `notifiers` in order of preference; the first one's protocol is that of new messages. Store and notifiers
    // outlive the outbox.
    Outbox(const Edges&, messages::Store&, OutboxPolicy, std::vector<Notifier*> notifiers);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    void start();
    // Takes no more and waits for what is under way, at most `limit`; what is still out then is unknown at the next
    // start.
    Task<> close(Duration limit);

    [[nodiscard]] const std::string& firstProtocol() const { return first_; } // for NewMessage; "" = none there
    [[nodiscard]] const OutboxCounters& counters() const { return counters_; }
    [[nodiscard]] std::vector<Trouble> troubles() const;

private:
    struct Line;
    void onRoom() override;
    void onReport(const Report&) override;

    Edges edges_;
    messages::Store& store_;
    OutboxPolicy policy_;
    std::string first_;
    OutboxCounters counters_;
};

} // namespace callbox::notify
