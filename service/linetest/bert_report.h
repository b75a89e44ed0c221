// SPDX-License-Identifier: GPL-2.0-or-later
// What a bit error test has found, as GET /v1/test/ID shows it, whoever counted.
#pragma once
#include "linetest/orders.h"
#include <nlohmann/json.hpp>

namespace callbox::linetest {

struct BertChannel {
    unsigned slot = 0;
    bool inSync = false, everInSync = false;
    hal::BertCounts counts = {};
    std::uint64_t inserted = 0, lost = 0; // wrong bits that were sent; samples that never came
    hal::G821 g821 = {};
    std::size_t seconds = 0; // so far
};

class BertReport {
public:
    // `by`: "program", or "card" where the card itself tests.
    BertReport(const BertOrder& order, std::string by) : order_(order), by_(std::move(by)) {}
    // One more second of a channel.
    void second(BertChannel& channel, const hal::BertSecond& s);
    [[nodiscard]] nlohmann::json toJson(const std::vector<BertChannel>& channels) const;

private:
    struct Minute {
        std::uint64_t bits = 0, errors = 0, unsynced = 0;
        unsigned seconds = 0, errored = 0, severelyErrored = 0, slips = 0;
    };
    BertOrder order_;
    std::string by_;
    std::vector<Minute> minutes_;
};

} // namespace callbox::linetest
