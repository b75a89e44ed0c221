// SPDX-License-Identifier: GPL-2.0-or-later
// Why each call went where: the decision and what became of its attempts, kept for the last calls.
// `switch explain`, `switch boxes` and `switch simulate` print these (contract.md).
#pragma once
#include "switching/decide.h"
#include <callbox/base/time.h>
#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <unordered_map>

namespace callbox::switching {

struct Attempt {
    std::string box;     // for an outgoing call: the trunk
    std::string outcome; // "connected", "refused", "no answer within 1000 ms", ...
    hal::Cause cause = hal::Cause::none;
};

struct DecisionRecord {
    CallFacts call;
    WallTime at{};
    bool outgoing = false; // from a box to the exchange
    Decision decision;
    std::vector<Attempt> attempts;
    std::string chosen;                   // who took it; empty: nobody
    std::vector<std::string> others = {}; // ids of its other legs
};

class DecisionRecords {
public:
    explicit DecisionRecords(std::size_t most = 10000) : most_(most) {}
    // The returned number finds it again while it is kept.
    std::uint64_t add(DecisionRecord);
    DecisionRecord* find(std::uint64_t number);
    // A leg that was set up for it: it is found by that id too.
    void addLeg(std::uint64_t number, const std::string& call);
    // The latest call of that id, whichever of its legs has it: call references come round again.
    [[nodiscard]] const DecisionRecord* find(const std::string& call) const;
    [[nodiscard]] std::size_t size() const { return records_.size(); }

private:
    void forget(const std::string& call, std::uint64_t number);

    std::size_t most_;
    std::uint64_t first_ = 1; // number of records_.front()
    std::deque<DecisionRecord> records_;
    std::unordered_map<std::string, std::uint64_t> byCall_;
};

nlohmann::json toJson(const DecisionRecord&); // {"version","call","decision",..}
nlohmann::json toJson(const Decision&, const std::vector<Attempt>&, const std::string& chosen);
nlohmann::json boxToJson(const BoxFacts&, const Policy&, TimePoint now); // one element of `switch boxes`
// What `switch boxes --json` printed, back again: ages are as printed, moments are relative to `now`.
Result<std::vector<BoxFacts>> boxesFromJson(const nlohmann::json&, TimePoint now);
Result<CallFacts> callFromJson(const nlohmann::json&);

} // namespace callbox::switching
