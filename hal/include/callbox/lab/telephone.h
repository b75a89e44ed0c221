// SPDX-License-Identifier: GPL-2.0-or-later
// How the telephones of the public network behave when somebody calls them.
#pragma once
#include <callbox/hal/call.h>

namespace callbox::lab {

enum class Answers {
    yes,      // rings once, is answered, stays until the caller hangs up
    busy,     // cause 17
    noAnswer, // rings until the caller gives up, or the network after three minutes (cause 19)
    reject,   // rings once, cause 21
    machine,  // a greeting, a beep, and a minute of listening
};
std::string_view name(Answers);                      // "no-answer"
Result<Answers> parseAnswers(std::string_view text); // Errc::invalid names what is allowed

struct TelephoneBehaviour {
    Answers answers = Answers::yes;
    std::string press;      // keyed from 500 ms after the answer on; 'p' = 1 s of nothing
    std::string record;     // file for what the last call said from the answer on; empty: none
    Duration rings = 1s;    // before it answers or rejects
    bool keepHeard = false; // in TelephoneCall::heard
};

// A call that a telephone had.
struct TelephoneCall {
    PhoneNumber to, from; // `from` is empty when no number came
    bool withheld = false;
    std::string call; // id
    WallTime at{};
    Answers answers = Answers::yes;
    bool answered = false;
    bool pressedAll = false;
    Duration duration{}; // from the answer to the end
    hal::Cause cause = hal::Cause::none;
    OctetBuffer heard;
};

} // namespace callbox::lab
