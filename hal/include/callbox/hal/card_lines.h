// SPDX-License-Identifier: GPL-2.0-or-later
// The analog lines of a card as its chips measure them, beside whatever uses them: an optional ability of a Card
// (dynamic_cast). What is not measured is absent. Loop thread only.
#pragma once
#include <callbox/base/task.h>
#include <optional>
#include <string>
#include <vector>

namespace callbox::hal {

struct CardLine {
    unsigned line = 0; // of the bank, from 1
    std::string type;  // "fxo", "fxs"
    std::string state; // "idle", "off hook", "ringing", "no battery"; "open", "given up", "does not answer"
    std::optional<double> lineVolts, loopMilliamps, batteryVolts, ringHertz;
    unsigned powerAlarms = 0;
    std::string impedance; // "600 ohm"; "": the card does not tell
};
struct CardLines {
    std::vector<CardLine> lines;
    std::string unknown; // why there are none
};

struct CardLineTest {
    unsigned line = 0;
    std::string type;
    bool passed = false;
    std::vector<std::string> found; // what is wrong, in words
    // Towards a telephone: foreign voltages of either wire against ground, the least resistance, ringers.
    std::optional<double> tipVolts, ringVolts, ren;
    std::optional<unsigned> ohms; // absent: more than can be measured
    // Towards an exchange: on hook, off hook, through the loop.
    std::optional<double> onHookVolts, offHookVolts, loopMilliamps;
};

class CardLineTests {
public:
    virtual ~CardLineTests() = default;
    virtual Task<CardLines> lines() = 0;
    // Takes an idle line out of use for two seconds. Errc::busy: it is in a call, rings, or a call came;
    // Errc::unsupported: this card has no such test; Errc::not_found: no such line.
    virtual Task<CardLineTest> testLine(unsigned line) = 0;
};

} // namespace callbox::hal
