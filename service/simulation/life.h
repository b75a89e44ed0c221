// SPDX-License-Identifier: GPL-2.0-or-later
// A day in the life of a fleet: callers leave messages, recipients listen, strangers guess, things break. And the
// oracle, who knows what was said by whom and to whom, and what must never happen (design 9, points 1 to 6).
#pragma once
#include "simulation/fleet.h"

namespace callbox::simulation {

struct Violation {
    int point;
    std::string what;
};

struct LifeOptions {
    FleetOptions fleet;
    unsigned deposits = 150;
    Duration between = 1500ms; // mean time between deposits
    bool faults = true;
};

struct Totals {
    unsigned deposits = 0, answered = 0, saved = 0, retrievals = 0, heard = 0, sms = 0, notices = 0, crashes = 0,
             otherFaults = 0, calls = 0;
};

class Life {
public:
    Life(LifeOptions options, Plant& plant);
    ~Life();
    // One after another until it returns false: then it is over and judged. At most a simulated minute each.
    bool advance();
    [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }
    [[nodiscard]] const Totals& totals() const { return totals_; }
    [[nodiscard]] Duration lasted() const { return fleet_.loop.now() - start_; } // simulated
    [[nodiscard]] std::string fingerprint() const; // of every SMS and every call: when, what, to whom

private:
    struct Deposit {
        std::uint64_t id = 0;
        PhoneNumber from, to;
        OctetBuffer voice;
        bool answered = false, saved = false, deleted = false, troubled = false;
        TimePoint at;
        unsigned sms = 0, notices = 0;
    };
    // -- life.cpp: who calls
    Task<> depositor();
    Task<> deposit(Deposit& d);
    Task<> listener(std::uint64_t deposit, PhoneNumber link, std::string code);
    void onSms(const lab::ReceivedSms& sms);
    void onTelephone(const lab::TelephoneCall& call);
    // -- faults.cpp: what breaks
    Task<> trouble();
    Task<> crashOne(SimBox& b);
    Task<> cableOut(SimBox& b);
    Task<> modemFault(SimBox& b);
    Task<> diskFull(SimBox& b);
    Task<> switchRestart();
    void markTroubled();
    // -- oracle.cpp
    void violated(int point, std::string what);
    void judgeEachSecond();
    void finalJudgement();
    void judgeStored();
    void judgeTold(const std::map<std::uint64_t, std::string>& states);
    std::vector<messages::MessageRow> rowsOf(SimBox& b);
    template <class T> Result<T> wait(Task<T> task);

    enum class Phase { beginning, calls, ending, mending, settling, last, over };
    void begin(Phase phase, Duration limit);

    LifeOptions options_;
    Fleet fleet_;
    const TimePoint start_ = fleet_.loop.now();
    Phase phase_ = Phase::beginning;
    TimePoint until_{};              // of the phase
    std::unique_ptr<Random> chance_; // of callers and faults; the fleet has its own
    std::map<std::uint64_t, std::unique_ptr<Deposit>> deposits_;
    std::map<PhoneNumber, std::uint64_t> byCaller_;
    std::vector<Violation> violations_;
    std::map<std::pair<int, std::string>, unsigned> seen_;
    Totals totals_;
    std::size_t fingerprint_ = 0;
    void happened(std::string_view what);
    bool quietening_ = false;
    unsigned listeners_ = 0;
    Timer second_;
    TaskGroup people_, chores_;
};

} // namespace callbox::simulation
