// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked for in the bodies of POST /v1/test/... (service/control/API.md). Pure. Errc::invalid names the field
// and what belongs there.
#pragma once
#include <callbox/base/time.h>
#include <callbox/hal/bert.h>
#include <callbox/hal/loopback.h>
#include <nlohmann/json_fwd.hpp>

namespace callbox::linetest {

struct BertOrder {
    std::string span;
    std::optional<hal::Timeslot> slot; // empty: an idle one
    bool all = false;                  // every idle channel, a pattern of its own on each
    hal::BertPattern pattern = hal::BertPattern::prbs15;
    Duration length = 60s;
    unsigned insert = 0;           // wrong bits to be sent on each channel ...
    std::uint64_t insertEvery = 0; // ... or one in so many; 0: none
};

struct AudioOrder {
    std::string span;
    std::string call; // instead of a span: what its far end says; nothing is sent
    std::optional<hal::Timeslot> slot;
    std::optional<double> hertz; // what is sent; empty: quiet
    double dbm0 = -10;
    Duration length = 2s; // of what is measured
};

struct LoopOrder {
    std::string span;
    hal::Loopback kind = hal::Loopback::local; // none: ends the one that stands
    Duration length = 15min;
};

Result<BertOrder> bertOrder(const nlohmann::json&);
Result<AudioOrder> audioOrder(const nlohmann::json&);
Result<LoopOrder> loopOrder(const nlohmann::json&);

} // namespace callbox::linetest
