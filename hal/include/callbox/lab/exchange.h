// SPDX-License-Identifier: GPL-2.0-or-later
// The public network as one sees it from its subscribers: trunks in the network's role, callers who place test calls
// on them, telephones that are called. Works in simulated as in real time. Loop thread only.
#pragma once
#include <callbox/base/number_range.h>
#include <callbox/hal/join.h>
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

    // The subscriber on this trunk has these numbers: calls to them, of callers and from any trunk, go there and
    // nowhere else, but for those of a telephone that was set. A trunk without numbers gets what no other has; where
    // every trunk has some, any of them does.
    void setNumbers(const hal::Trunk& trunk, std::vector<NumberRange> numbers);

    // What it does when a subscriber asks it to take calls back (transfer, call rerouteing). It can where the caller is
    // one of its own and the number asked for is another subscriber's; else it refuses.
    enum class Referrals {
        yes,
        transfers, // calls that are answered only: it deflects none
        no,
        silent
    };
    void setReferrals(Referrals how) { referrals_ = how; }

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
    // The caller with this tag hangs up and reports as always. Errc::not_found: none has it now.
    Result<void> hangup(const std::string& tag);
    // Ends what callers and telephones are doing, with this cause; they report as always.
    void hangupAll(hal::Cause cause);

private:
    struct Row {
        hal::Trunk* trunk;
        hal::DialPlan plan;
        hal::RedirectingForm form;
        std::vector<NumberRange> numbers;
    };
    struct Live;
    struct Transit;
    std::vector<Row*> byIdle(const PhoneNumber& to);
    // exchange_network.cpp
    [[nodiscard]] bool served(const PhoneNumber& to) const;
    Result<std::unique_ptr<hal::Call>> forward(const hal::Call& call, const hal::DialPlan& plan, const PhoneNumber& to,
                                               std::optional<hal::DiversionReason> diverted, unsigned diversions);
    Task<> transit(Row& from, std::unique_ptr<hal::Call> in, PhoneNumber to);
    void refer(Row& row, const hal::ReferralRequest& request);
    bool deflect(Row& row, const hal::ReferralRequest& request);
    bool transfer(const hal::ReferralRequest& request);
    [[nodiscard]] hal::Call* callerOf(const std::string& call) const;
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
    std::vector<Live*> live_; // in the order they began
    std::vector<Transit*> transits_;
    Referrals referrals_ = Referrals::yes;
    TaskGroup phones_;
};

} // namespace callbox::lab
