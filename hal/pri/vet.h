// SPDX-License-Identifier: GPL-2.0-or-later
// What arrives is looked at before libpri sees it. Where libpri departs from EN 300 403-1 clause 5.8 (error handling)
// or reads what is not there, it gets a frame that it answers rightly, or whose answer can be corrected (answers.h). An
// I frame is never withheld, as layer 2 counts them: what is to be ignored arrives as an empty one. Pure functions.
#pragma once
#include "answers.h"
#include <functional>

namespace callbox::hal::pri {

struct CallKnown { // what we have under a message's call reference
    bool known = false;
    bool incoming = false;
    bool clearing = false;
    // Ours towards the network, which has not answered yet: the channel that we asked for.
    std::optional<Timeslot> asked = {};
};

struct Vetted {
    std::string_view wrong = {};             // empty: nothing
    bool withheld = false;                   // libpri gets nothing at all
    std::optional<OctetBuffer> instead = {}; // what it gets in the frame's place
    std::optional<AnswerChange> answer = {}; // what becomes of its answer
    std::optional<PriQuirk> quirk = {};      // a known deviation that was put up with
};

struct VetRules {
    bool network = false;     // we are the network side
    bool maintenance = false; // SERVICE messages are spoken here (North American types)
    QuirkSet accepted = {};
};
Vetted vet(Octets frame, const VetRules&, const std::function<CallKnown(const Message&)>& lookUp);

} // namespace callbox::hal::pri
