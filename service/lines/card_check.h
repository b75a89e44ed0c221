// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the cards of a machine are what a configuration says of them. Pure.
#pragma once
#include "lines/cards.h"
#include <callbox/base/ini.h>

namespace callbox::lines {

struct CardCheck {
    std::vector<ini::Problem> problems;
    std::vector<std::string> notCompared; // "spans of dahdi: this machine has no such card", in words
};
// Each [span] of a backend that finds its cards by itself: whether the port is there, of that type, and has the analog
// lines that are numbered. What a start of the daemon may still change is no problem (DAHDI's spans that nobody has
// assigned yet), and where a backend finds no card at all the file may be another machine's.
CardCheck compareWithCards(const ini::Document&, const std::vector<ProbedBackend>&);

} // namespace callbox::lines
