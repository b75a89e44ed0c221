// SPDX-License-Identifier: GPL-2.0-or-later
// Where a planted bug gets in: wrappers around edges, the store, and what a box tells. By default all is as it is.
#pragma once
#include "fleet/function_source.h"
#include "messages/store.h"
#include <callbox/hal/modem_io.h>
#include <callbox/hal/span_io.h>

namespace callbox::simulation {

struct Plant {
    virtual ~Plant() = default;
    virtual Files& files(Files& real) { return real; }
    virtual std::unique_ptr<messages::Store> store(std::unique_ptr<messages::Store> real) { return real; }
    virtual std::unique_ptr<hal::SpanIo> boxTie(std::unique_ptr<hal::SpanIo> real) { return real; }
    virtual std::unique_ptr<hal::SpanIo> switchTrunk(std::unique_ptr<hal::SpanIo> real) { return real; }
    virtual std::unique_ptr<hal::ModemIo> modem(std::unique_ptr<hal::ModemIo> real) { return real; }
    virtual fleet::AskBox status(fleet::AskBox real) { return real; }
};

struct PlantedBug {
    std::string name; // what is wrong, in words
    int point;        // of design 9
    std::uint64_t seed;
    std::function<std::unique_ptr<Plant>()> make;
    bool faults = true; // off where a fault would excuse what the bug does
};
const std::vector<PlantedBug>& plantedBugs();

} // namespace callbox::simulation
