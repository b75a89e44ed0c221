// SPDX-License-Identifier: GPL-2.0-or-later
// The public network as one sees it from its subscribers: trunks in the network's role, callers who place test calls
// on them, telephones that are called. Works in simulated as in real time. Loop thread only.
#pragma once
#include <callbox/hal/trunk.h>
#include <callbox/lab/call_order.h>
#include <callbox/lab/telephone.h>
#include <deque>
#include <map>
#include <vector>

namespace callbox::lab {

class Exchange {
public:
    explicit Exchange(const Edges& edges);
    ~Exchange(); // hangs everybody up
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // Numbers are written on it as `plan` does; `form` is how diversions are sent unless an order says otherwise.
    // The trunk outlives the exchange.
    void addTrunk(hal::Trunk& trunk, hal::DialPlan plan, hal::RedirectingForm form);

    // Places one test call on the trunk with the most idle channels and comes back when it is over. A call that
    // nobody takes is a report; Errc::invalid, or io for a recording that cannot be written, is an order that was
    // never carried out. The exchange outlives the task.
    Task<CallReport> call(CallOrder order);

    void setTelephone(const PhoneNumber& number, TelephoneBehaviour behaviour);
    // What the telephones had, the last ten thousand, in the order the calls ended.
    [[nodiscard]] const std::deque<TelephoneCall>& telephoneCalls() const { return had_; }
    void onTelephoneCall(std::function<void(const TelephoneCall&)> cb) { told_ = std::move(cb); }

    // Test calls and telephones in a call now.
    [[nodiscard]] std::size_t calls() const { return live_.size(); }
    // Ends what callers and telephones are doing, with this cause; they report as always.
    void hangupAll(hal::Cause cause);

private:
    struct Row {
        hal::Trunk* trunk;
        hal::DialPlan plan;
        hal::RedirectingForm form;
    };
    struct Live;
    std::vector<Row*> byIdle();
    Result<std::unique_ptr<hal::Call>> place(const CallOrder& order);
    void ring(Row& row, std::unique_ptr<hal::Call> call);
    Task<> telephone(TelephoneCall had, std::unique_ptr<hal::Call> call);

    Edges edges_;
    std::vector<std::unique_ptr<Row>> trunks_;
    std::size_t next_ = 0; // which of equally idle trunks is next
    std::map<PhoneNumber, TelephoneBehaviour> telephones_;
    hal::SoundPtr greeting_; // of the answering machines
    std::deque<TelephoneCall> had_;
    std::function<void(const TelephoneCall&)> told_;
    std::vector<hal::Call*> live_; // in the order they began
    TaskGroup phones_;
};

} // namespace callbox::lab
