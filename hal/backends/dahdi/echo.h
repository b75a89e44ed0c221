// SPDX-License-Identifier: GPL-2.0-or-later
// The echo cancellers of one span's channels: attached when the span starts, at work while a channel is open and DAHDI
// does not join it with another. A channel whose canceller cannot be had goes without, and says why.
#pragma once
#include "kernel_join.h"
#include <callbox/hal/echo_canceller.h>
#include <map>

namespace callbox::hal::dahdi {

class Echo {
public:
    explicit Echo(EchoChoice choice) : choice_(std::move(choice)) {}
    [[nodiscard]] const EchoChoice& choice() const { return choice_; }

    // At the span's start, before the first channel.
    void beginAttach() { missing_.clear(); }
    // Of a channel in use. DAHDI looks for a module at each that it does not have, and waits: it is asked once. Returns
    // what went wrong, when it is said for the first time.
    [[nodiscard]] std::string attach(const Descriptor& control, Timeslot, int channel);
    // The channel has been opened: its canceller begins anew.
    void begin(Timeslot, OpenChannel&);

    // What the driver has, with what went wrong here. `listing`: the span's file below /proc/dahdi.
    [[nodiscard]] std::vector<EchoState> states(const std::string& listing, int firstChannel) const;

private:
    EchoChoice choice_;
    std::map<Timeslot, std::string> trouble_;
    std::string missing_; // there is no such canceller
};

// The cancellers in a span's listing, by slot. DAHDI has no other way to tell which one it has.
std::vector<EchoState> echoIn(const std::string& listing, int firstChannel);

} // namespace callbox::hal::dahdi
