// SPDX-License-Identifier: GPL-2.0-or-later
// An outbox on a real store (simulated disk, simulated time) with notifiers that answer as told.
#pragma once
#include "../messages/world.h"
#include "notify/outbox.h"

namespace callbox::tests {

using namespace callbox::notify;

inline Delivery outcome(Outcome o, std::string why = {})
{
    Delivery d;
    d.outcome = o;
    d.why = std::move(why);
    return d;
}

// Takes a while, then answers by `answer`.
class FakeNotifier final : public Notifier {
public:
    FakeNotifier(Loop& loop, std::string protocol) : loop_(loop), protocol_(std::move(protocol)) {}
    [[nodiscard]] std::string_view protocol() const override { return protocol_; }
    void setEvents(NotifierEvents* e) override { events = e; }
    [[nodiscard]] std::size_t room() const override { return isAway ? 0 : capacity - std::min(capacity, busy); }
    [[nodiscard]] bool away() const override { return isAway; }
    Task<Delivery> deliver(Notice n) override
    {
        struct Hold {
            explicit Hold(std::size_t& b) : busy(b) { ++busy; }
            ~Hold() { --busy; }
            std::size_t& busy;
        } hold(busy);
        told.push_back(n);
        mostAtOnce = std::max(mostAtOnce, busy);
        co_await sleepFor(loop_, takes);
        Delivery d = answer(n);
        loop_.post([this] {
            if (events)
                events->onRoom();
        });
        co_return d;
    }
    [[nodiscard]] std::size_t toldTo(const std::string& number) const
    {
        return static_cast<std::size_t>(
            std::count_if(told.begin(), told.end(), [&](const Notice& n) { return n.to.e164() == number; }));
    }

    NotifierEvents* events = nullptr;
    std::function<Delivery(const Notice&)> answer = [](const Notice&) { return outcome(Outcome::sent); };
    std::size_t capacity = 3;
    Duration takes = 100ms;
    bool isAway = false;
    std::vector<Notice> told;
    std::size_t busy = 0;
    std::size_t mostAtOnce = 0;

private:
    Loop& loop_;
    std::string protocol_;
};

struct OutboxWorld : StoreWorld {
    OutboxWorld() : StoreWorld(900)
    {
        policy.allowed = [](const PhoneNumber& n) { return n.e164().starts_with("+12125550"); };
        EXPECT_TRUE(open());
    }
    void start(std::vector<Notifier*> notifiers)
    {
        outbox = std::make_unique<Outbox>(edges, *store, policy, std::move(notifiers));
        outbox->start();
    }
    void start() { start({&sms}); }
    // The process dies and comes back; what was on its way is nobody's.
    void crash()
    {
        outbox.reset();
        store.reset();
        loop.runReady();
        files.processDied();
        loop.runFor(1s);
        sms.busy = dialout.busy = 0;
        ASSERT_TRUE(open());
    }
    NotificationRow row(MessageId id, std::size_t which = 0)
    {
        const auto shown = run(store->show(id));
        if (!shown || shown->recipients.at(0).notifications.size() <= which)
            return {};
        return shown->recipients[0].notifications[which];
    }
    std::size_t rows(MessageId id) { return run(store->show(id))->recipients.at(0).notifications.size(); }
    RecipientState recipient(MessageId id) { return run(store->show(id))->recipients.at(0).state; }
    MessageId message(const std::string& recipient = "+12125550123")
    {
        const auto done = deposit(recipient);
        EXPECT_TRUE(done) << (done ? "" : done.error().what);
        return done ? done->message : 0;
    }
    FakeNotifier sms{loop, "sms"}, dialout{loop, "dialout"};
    OutboxPolicy policy;
    std::unique_ptr<Outbox> outbox; // goes first
};

} // namespace callbox::tests
