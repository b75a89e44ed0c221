// SPDX-License-Identifier: GPL-2.0-or-later
// One call to a recipient: "a message waits for you, to hear it press 1", then the message. The box implements it
// (service/box/notice_call.cpp) on its trunks; the dial-out protocol decides when and how often.
#pragma once
#include "messages/records.h"
#include <callbox/base/task.h>
#include <callbox/hal/cause.h>

namespace callbox::notify {

struct NoticeCallResult {
    bool placed = false;    // SETUP went out; false: no trunk or no idle channel, nothing was tried
    bool answered = false;  // somebody, or a machine, answered
    bool confirmed = false; // the key was pressed: only this counts as told (an answering machine presses none)
    hal::Cause cause = hal::Cause::none; // why it ended
    std::string channel;                 // the trunk
};

class NoticeCaller {
public:
    virtual ~NoticeCaller() = default;
    // Whether a call could be placed now: a usable trunk with an idle channel beyond the reserve.
    [[nodiscard]] virtual bool canCall() const = 0;
    // Ends when the call has ended. Nothing private is said before the key.
    virtual Task<NoticeCallResult> call(messages::Notice) = 0;
};

} // namespace callbox::notify
