// SPDX-License-Identifier: GPL-2.0-or-later
// A lab of the shipped programs that a benchmark loads: up when constructed, down and its folder removed afterwards.
#pragma once
#include "measure.h"
#include "support/scratch_folder.h"
#include <nlohmann/json.hpp>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace callbox::bench {

// A line to standard error, and the program's end with 1.
[[noreturn]] void giveUp(const std::string& what);

// What the options say of a lab: `spans` of the box or the switch, country eu, behind a switch with `switch`, lines
// that `wires` names (empty: virtual ones). For readOptions(): the first two as they stand here, `wires` empty.
std::vector<std::string> labOptions(const Options&);

class Fleet {
public:
    // `options` as `callbox lab up` takes them.
    explicit Fleet(std::vector<std::string> options);
    ~Fleet();
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    // A command line for `callbox lab VERB` on this lab.
    [[nodiscard]] std::vector<std::string> arguments(const std::string& verb, std::vector<std::string> rest) const;
    // Of the first box; -1: it does not answer.
    [[nodiscard]] int callsNow() const;
    // Seconds of audio that the box's first span has carried: less than the clock says where this machine was too slow.
    [[nodiscard]] double audioSeconds() const;
    [[nodiscard]] pid_t box() const { return lab_.at("boxes").at(0).at("pid"); }
    [[nodiscard]] std::vector<std::pair<std::string, pid_t>> processes() const;

private:
    [[nodiscard]] nlohmann::json ask(const char* of) const;
    tests::ScratchFolder scratch_{"bench"};
    nlohmann::json lab_;
};

} // namespace callbox::bench
