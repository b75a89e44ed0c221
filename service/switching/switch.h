// SPDX-License-Identifier: GPL-2.0-or-later
// The switch: takes every call of its trunks, decides which box, sets it up on a tie, joins both; carries the boxes'
// own calls to the trunks. Built from edges, a configuration value, lines and a status source; real or simulated alike.
#pragma once
#include "alarms/line_watch.h"
#include "fleet/expected_call.h"
#include "lines/line_loss.h"
#include "switching/boxes.h"
#include "switching/carried.h"
#include "switching/records.h"
#include <callbox/hal/media.h>

namespace callbox::switching {

class Switch {
public:
    // Lines and source outlive it. `announcement`: played to callers of a link number whose box is away; may be null.
    Switch(const Edges&, SwitchConfig, lines::Lines&, fleet::StatusSource&, hal::SoundPtr announcement = nullptr,
           fleet::CallExpecter* expecter = nullptr);
    ~Switch();
    Switch(const Switch&) = delete;
    Switch& operator=(const Switch&) = delete;

    void start();
    // Refuses new calls, ends all others; `done` once the last is released (or will not be).
    void shutdown(Callback done);
    [[nodiscard]] std::size_t carrying() const { return carried_.size(); }
    lines::CallTable& calls() { return calls_; }

    alarms::AlarmBook& alarms() { return alarms_; }
    std::vector<control::Route> routes(std::string renderedConfig);
    [[nodiscard]] nlohmann::json boxesJson() const;                       // GET /v1/boxes
    Result<nlohmann::json> explain(const std::string& call) const;        // GET /v1/explain/CALL
    Result<nlohmann::json> simulate(const nlohmann::json& request) const; // {"status":{boxes},"call":{from,to,..}}

private:
    // What became of one try to put a call through, or of all of them.
    // handedBack: the network has taken it to the box, and it is ours no more.
    enum class Outcome { through, handedBack, callerGone, refused, silent, notPlaced };
    struct Tried {
        Outcome outcome = Outcome::notPlaced;
        hal::Cause cause = hal::Cause::none; // why not, for who called
        std::string words;                   // for the decision record
    };
    class Here; // keeps a Carried in carried_ while its script runs

    // switch_calls.cpp
    void onIncoming(lines::Line& line, std::unique_ptr<hal::Call> call);
    Task<> fromTrunk(lines::Line& line, std::unique_ptr<hal::Call> call);
    Task<Tried> tryBoxes(Carried& c, std::uint64_t record, std::vector<std::string> order);
    Task<Tried> tryBox(Carried& c, std::uint64_t record, std::string box);
    Task<Tried> setUp(Carried& c, std::uint64_t record, std::string who, Duration firstAnswer);
    Task<> refuse(Carried& c, hal::Cause cause, bool announce);
    void note(std::uint64_t record, const std::string& who, const Tried& tried);
    void judgeOutcome(const std::string& box, const Tried& tried, TimePoint started);
    // by_number.cpp
    Task<Tried> tryNumber(Carried& c, std::uint64_t record, std::string box);
    Task<Tried> deflect(Carried& c, std::uint64_t record, std::string box, PhoneNumber number);
    Task<Tried> callNumber(Carried& c, std::uint64_t record, std::string box, PhoneNumber number);
    Task<> transferBack(Carried& c, std::uint64_t record, std::string box);
    [[nodiscard]] fleet::ExpectedCall expectedOf(const hal::Call& call, const std::string& box) const;
    // outgoing.cpp
    Task<> fromTie(lines::Line& line, std::unique_ptr<hal::Call> call);
    Task<Tried> tryTrunks(Carried& c, std::uint64_t record, CallFacts facts);
    [[nodiscard]] Decision decideOutgoing(const CallFacts& facts, const std::string& box) const;
    [[nodiscard]] PhoneNumber shownFor(const std::string& box, const PhoneNumber& asked) const;
    [[nodiscard]] hal::CallSetup outgoingSetup(const hal::CallSetup& asked, const CallFacts&,
                                               const hal::DialPlan&) const;
    [[nodiscard]] std::vector<lines::Line*> trunksByIdle() const;

    void endCalls();
    void look();
    void watchAlarms();
    void lineLost(lines::Line& line);
    static CallFacts factsOf(const hal::Call& call, const hal::DialPlan& plan);
    static CallFacts factsOf(const hal::CallSetup& setup, const hal::DialPlan& plan); // without the call's name

    Edges edges_;
    SwitchConfig config_;
    lines::Lines& lines_;
    fleet::StatusSource& source_;
    fleet::CallExpecter* expecter_; // null: no box is reached by number
    hal::SoundPtr announcement_;
    Boxes boxes_;
    DecisionRecords records_;
    lines::CallTable calls_;
    std::vector<Carried*> carried_;
    lines::LineLoss lineLoss_;
    alarms::AlarmBook alarms_;
    alarms::LineWatch lineWatch_;
    TimePoint started_{};
    Timer lookTimer_;
    Timer second_;
    Timer endTimer_;
    bool ending_ = false;
    TimePoint endUntil_{};
    Callback ended_;
    TaskGroup scripts_; // last: its scripts use all of the above
};

} // namespace callbox::switching
