// SPDX-License-Identifier: GPL-2.0-or-later
// The conversations of a box, each a script that reads top to bottom. They answer with the cause to hang up with, or
// with Errc::gone when the person has hung up. What is handed in by reference outlives the script.
#pragma once
#include "alarms/book.h"
#include "box/incoming.h"
#include "messages/store.h"
#include "notify/dialout/notice_caller.h"
#include "prompts/prompts.h"

namespace callbox::box {

// What every script works with.
struct Desk {
    Edges edges;
    const BoxConfig& config;
    messages::Store& store;
    const prompts::PromptSet& prompts;
    alarms::AlarmBook& alarms;
    std::string protocol; // of a new message's notice
};

// A caller leaves a message (deposit.cpp).
Task<hal::Cause> deposit(const Desk& desk, hal::Call& call, Incoming in);
// The call is answered, the recipient known and served: greeting, beep, recording, commit.
Task<hal::Cause> takeMessage(const Desk& desk, hal::Call& call, messages::NewMessage message);

// A recipient listens (retrieval.cpp).
Task<hal::Cause> retrieve(const Desk& desk, hal::Call& call, Incoming in);
// The call is answered and the message theirs: play it, then repeat, keep or delete. `told`: where it can be heard
// again is said at the end, to who has no SMS that says so; may be null, else outlives the script.
Task<hal::Cause> listen(const Desk& desk, hal::Call& call, messages::FoundMessage found, const messages::Notice* told);
// The single number of an analog line: a message that waits is offered, else one is taken.
Task<hal::Cause> offer(const Desk& desk, hal::Call& call, Incoming in);

// A call of ours tells a recipient (notice_call.cpp): from the answer on. `result` outlives the script;
// result.confirmed is set when the key was pressed.
Task<hal::Cause> tellNotice(const Desk& desk, hal::Call& call, messages::Notice notice,
                            notify::NoticeCallResult& result);

} // namespace callbox::box
