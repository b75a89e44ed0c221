// SPDX-License-Identifier: GPL-2.0-or-later
// Real spans in a lab, in place of virtual ones: two ports of cards with a cable between them, or two spans that their
// driver wires to each other. An INI file says which:
//
//     [wire trunk1]                      # as the lab names its spans: trunk1, box1-tie1
//     network = dahdi:SERIAL1/1          # the end that plays the network: exchange on a trunk, switch on a tie
//     user = dahdi:SERIAL1/2
#pragma once
#include <callbox/base/result.h>
#include <map>
#include <string>

namespace callbox::lab {

// Backend and id of each end's span, as `callbox card list` names them.
struct Wire {
    std::string network, user;
};
using Wires = std::map<std::string, Wire>;

// All that is wrong with it in one error, a line each.
Result<Wires> readWires(const std::string& path);

} // namespace callbox::lab
