// SPDX-License-Identifier: GPL-2.0-or-later
// The outbox: brings the store's queued notices to their recipients, each by its protocol, and keeps the states
// truthful. Durable by the store: a restart goes on where the last process stopped. A notice that fails never holds up
// another; what was heard or deleted is told no more; nobody outside the installation's ranges is ever told.
#pragma once
#include "messages/store.h"
#include "notify/ceilings.h"
#include <callbox/base/async.h>
#include <set>

namespace callbox::notify {

struct OutboxCounters {
    std::uint64_t sent = 0, delivered = 0, failed = 0, retried = 0;
    std::uint64_t unknown = 0, resent = 0; // outcomes not known; sent again because of that
    std::uint64_t outsideRanges = 0;       // refused right before sending
    std::uint64_t ceilings = 0;            // put off because of one
    std::uint64_t moved = 0;               // given to another protocol
    std::uint64_t strayReports = 0;        // of nothing we sent
};

// Something a technician must know; an alarm of the box while it lasts.
struct Trouble {
    std::string name; // notifier-away, ceiling, not-told
    std::string text;
};

class Outbox final : private NotifierEvents {
public:
    // `notifiers` in order of preference; the first one's protocol is that of new messages, what one cannot do goes to
    // the next. Store and notifiers outlive the outbox.
    Outbox(const Edges&, messages::Store&, OutboxPolicy, std::vector<Notifier*> notifiers);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    void start();
    // Takes no more and waits for what is under way, at most `limit`; what is out then is unknown at the next start.
    Task<> close(Duration limit);

    [[nodiscard]] std::string firstProtocol() const; // for NewMessage; "" = there is none
    [[nodiscard]] const OutboxCounters& counters() const { return counters_; }
    [[nodiscard]] std::vector<Trouble> troubles() const;

private:
    // One protocol: a notifier, or null for one that is no longer configured but may still have notices queued.
    struct Line {
        std::string protocol;
        Notifier* notifier;
        Notifier* other; // who does it when this one cannot; null: nobody
        RetryPolicy policy;
        CeilingCounter ceilings;            // of this protocol alone
        std::optional<TimePoint> awaySince; // with something to tell
        bool taking = false;
        bool again = false;
    };
    struct EarlyReport {
        Report report;
        TimePoint at;
    };

    // -- NotifierEvents
    void onRoom() override { pumpAll(); }
    void onReport(const Report&) override;

    // -- outbox.cpp
    Task<> resume(); // what the last process left
    Task<> resumeLine(Line& line);
    void tick(); // every few seconds
    void pumpAll();
    void pump(Line&);
    Task<> takeAll(Line& line);
    Task<> moveAll(Line& line, std::string why);
    void wakeAfter(Duration);
    void armWake();

    // -- attempt.cpp
    Task<> attempt(Line& line, messages::Notice notice);
    Task<Delivery> tryOnce(Line& line, const messages::Notice& notice);
    Task<> settle(Line& line, messages::Notice notice, Decision decision, Delivery delivery);
    Task<> resolveLater(Line& line, messages::NotificationId id, Duration wait);
    Task<> store(messages::Store::NotificationChange change);
    void count(const Decision&, const messages::Notice&, const Delivery&);
    void finished(messages::NotificationId id);

    // -- reports.cpp
    Task<> handleReport(Report report);
    Task<bool> applyReport(const Report& report);
    Task<std::optional<messages::Notice>> reported(const Report& report);
    [[nodiscard]] bool onItsWay(const PhoneNumber& to) const;
    void retryEarlyReports(const PhoneNumber& to);

    [[nodiscard]] Line* lineOf(std::string_view protocol);

    Edges edges_;
    messages::Store& store_;
    OutboxPolicy policy_;
    CeilingCounter ceilings_;
    std::vector<std::unique_ptr<Line>> lines_;
    OutboxCounters counters_;
    std::map<messages::NotificationId, PhoneNumber> inFlight_; // taken, not settled
    std::vector<EarlyReport> earlyReports_;                    // of what is not settled yet
    std::optional<TimePoint> ceilingHit_;
    std::optional<TimePoint> gaveUp_; // a notice failed for good
    std::multiset<TimePoint> due_;
    Timer tick_, wake_;
    bool closing_ = false;
    std::unique_ptr<Event<bool>> drained_;
    TaskGroup tasks_; // the last: its end takes back all that uses the above
};

} // namespace callbox::notify
