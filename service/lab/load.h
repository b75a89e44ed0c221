// SPDX-License-Identifier: GPL-2.0-or-later
// `lab load`: many deposits, each from a caller of its own who says a pattern of its own; afterwards what the boxes
// have stored is compared with what was said, sample by sample. Works under simulated time: the fleet is handed in.
#pragma once
#include "lab/load_pattern.h"
#include <callbox/base/edges.h>
#include <callbox/lab/exchange.h>
#include <map>
#include <nlohmann/json_fwd.hpp>

namespace callbox::lab {

struct StoredMessage {
    std::string box, id;
    PhoneNumber from;
    WallTime createdAt{};
};

// What a load asks of the fleet it is put on.
class FleetQueries {
public:
    virtual ~FleetQueries() = default;
    // Which box took a call; empty: none, or nobody knows.
    virtual Task<std::string> boxOf(std::string call) = 0;
    // Messages of all boxes that were begun then or later and are not being recorded any more. Errc::unsupported: no
    // box is known.
    virtual Task<std::vector<StoredMessage>> messagesSince(WallTime since) = 0;
    virtual Task<OctetBuffer> audio(StoredMessage message) = 0; // the WAV file
};

struct LoadOrder {
    double rate = 1; // calls begun per second
    unsigned calls = 1;
    Duration hold = 5s;                       // from the end of the beep to the hang-up
    PhoneNumber to;                           // the access number
    std::optional<hal::RedirectingForm> form; // of the diversion; absent: as the trunk's country does it
    // The lines do not tell who has diverted a call: callers key the recipient in, as this plan writes it.
    std::optional<hal::DialPlan> keyedIn;
    std::uint64_t seed = 1;        // of the patterns
    std::uint64_t firstCaller = 0; // callers are numbered on from here
};
constexpr unsigned loadRecipients = 100;
PhoneNumber loadRecipient(std::uint64_t n); // +12125550000 to +12125550099, round and round
PhoneNumber loadCaller(std::uint64_t n);    // +16462000000 upwards: eight million callers
// Errc::invalid: a rate, count or length that cannot be.
Result<void> checkLoad(const LoadOrder&);

struct LoadResult {
    bool done = false;
    unsigned placed = 0, answered = 0;
    std::map<unsigned, unsigned> failed; // by cause: never connected
    unsigned cut = 0;                    // connected, ended early by the far side
    std::vector<std::int64_t> setupMs;   // of the answered calls, in the order they ended
    std::map<std::string, unsigned> boxes;
    // Compared: the stored audio of every call that was answered and not cut.
    unsigned messagesCompared = 0, messagesMissing = 0;
    std::uint64_t samplesCompared = 0, samplesNotStored = 0;
    std::uint64_t samplesNotHeard = 0; // that the line lost on their way to the callers
    std::string trouble;               // why the comparison could not be made; empty: it was
};
// As contract.md words it, with `done` and what was compared.
nlohmann::json toJson(const LoadResult&);

class Load {
public:
    // Exchange and fleet outlive the load.
    Load(Edges edges, Exchange& exchange, FleetQueries& fleet, LoadOrder order);
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    Task<> run(); // once
    [[nodiscard]] const LoadResult& result() const { return result_; }

private:
    Task<> oneCall(unsigned i);
    void count(unsigned i, const CallReport& report);
    Task<> compare();
    Task<> compareOne(StoredMessage message, std::uint64_t caller);
    [[nodiscard]] std::uint64_t samples() const;
    [[nodiscard]] LoadPattern pattern(std::uint64_t caller) const { return LoadPattern(order_.seed + caller); }

    Edges edges_;
    Exchange& exchange_;
    FleetQueries& fleet_;
    LoadOrder order_;
    LoadResult result_;
    WallTime started_{};
    std::map<PhoneNumber, std::uint64_t> expected_; // callers whose message should be there, and their number
    unsigned over_ = 0;
    Event<bool> allOver_;
    TaskGroup callers_;
};

} // namespace callbox::lab
