// SPDX-License-Identifier: GPL-2.0-or-later
// A lab on disk: its folders, the configurations of its processes, and lab.json, which tells programs outside what is
// where (contract.md). Pure but for the writing.
#pragma once
#include "lab/processes.h"
#include "lab/wires.h"
#include <callbox/base/number_range.h>
#include <nlohmann/json_fwd.hpp>

namespace callbox::lab {

struct FleetOptions {
    std::string dir;      // absolute
    std::string programs; // folder of callbox, callboxd, callbox-switchd
    std::string country = "eu";
    int boxes = 3;
    int spans = 1; // ties per box
    int modems = 1;
    int numbers = 1000; // link numbers per box
    bool standalone = false;
    Wires wires;                   // spans that are not virtual
    bool byNumber = false;         // no ties: each box has trunks of its own, and the switch reaches it by its numbers
    std::string takesOver = "all"; // what the exchange does with calls that the switch hands back
    bool analog = false; // the exchange's lines are analog, a number each, instead of PRI; ties are PRI anyway
};

constexpr unsigned linesPerBank = 8;
constexpr int routeNumbers = 4; // of a box, where no tie leads to it
constexpr std::string_view accessNumber = "+12125559000";
constexpr std::string_view recipients = "+12125550000-+12125558999";

// One box of a lab, with all that follows from its place.
struct FleetBox {
    std::string id;
    std::string folder, config, state, control;
    std::vector<std::string> spans;  // names: its ties, or trunks of its own
    std::vector<std::string> modems; // names
    NumberRange pool;
    std::vector<PhoneNumber> numbers; // on the public network, where the switch has no tie to it
};

struct Fleet {
    FleetOptions options;
    std::vector<std::string> trunks;
    std::vector<FleetBox> boxes;
    [[nodiscard]] std::string exchangeControl() const { return options.dir + "/exchange/control.sock"; }
    [[nodiscard]] std::string switchControl() const { return options.dir + "/switch/control.sock"; }
    [[nodiscard]] std::string routeKey() const { return options.dir + "/switch/route_key"; }
    [[nodiscard]] std::string switchConfig() const { return options.dir + "/switch/switch.ini"; }
};

// Errc::invalid: more than there are channels, numbers or names for, or a folder no configuration can name.
Result<Fleet> planFleet(const FleetOptions&);

// The three configurations, as text.
std::string exchangeIni(const Fleet&);
std::string switchIni(const Fleet&);
std::string boxIni(const Fleet&, const FleetBox&);

// Makes the folders and writes the configurations. What a lab left there before (messages) stays.
Result<void> writeFleet(const Fleet&);
// The processes, in the order they start: exchange, switch (unless standalone), boxes.
std::vector<Process> fleetProcesses(const Fleet&);
// lab.json of a running lab; addresses that the daemons chose are read from their folders.
nlohmann::json describeFleet(const Fleet&, std::span<const Process>);

} // namespace callbox::lab
