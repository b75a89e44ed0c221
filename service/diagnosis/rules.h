// SPDX-License-Identifier: GPL-2.0-or-later
// From facts to findings. Pure: the same facts give the same findings, in the order of the layers, the lowest first, as
// a technician looks at them: what is wrong below explains what is wrong above.
#pragma once
#include "diagnosis/facts.h"
#include <span>
#include <string_view>

namespace callbox::diagnosis {

enum class Layer {
    kernel,
    card,
    span,
    clock,
    dChannel,
    call,
    daemon,
    configuration,
    store,
    disk,
    modem,
    network,
    fleet,
    time
};
std::string_view name(Layer); // "kernel", "D channel"

enum class Severity {
    problem, // something does not work
    warning, // it works, and will not for long, or not well
    note,    // somebody wanted it so
};
std::string_view name(Severity);

struct Finding {
    Layer layer{};
    std::string rule = {}; // "span-no-signal": for programs; stays
    Severity severity = Severity::problem;
    std::string subject = {};  // "span trunk1 of box1"
    std::string what = {};     // is wrong
    std::string evidence = {}; // how that is known
    std::string cause = {};    // the most likely one
    std::string action = {};   // next
};

// One row: finds what it knows about, adds it.
struct Rule {
    Layer layer;
    std::string_view name;
    void (*look)(const Facts&, std::vector<Finding>&);
};
std::span<const Rule> machineRules(); // kernel, cards, configuration, disk, time
std::span<const Rule> lineRules();    // spans, their clock, D channels, calls
std::span<const Rule> serviceRules(); // daemons, store, modems, fleet

std::vector<Finding> diagnose(const Facts&);
// Of one span only, and what lies below it.
std::vector<Finding> diagnoseSpan(const Facts&, const std::string& span);

} // namespace callbox::diagnosis
