// SPDX-License-Identifier: GPL-2.0-or-later
// An update of the firmware as a host brings it (PROTOCOL.md, Update): blocks in their order, one at a time. A block is
// written after its request was answered, in millisecond(): a flash that erases keeps the processor for seconds. Here
// the image that runs is confirmed too, once a host has had the card configured for a second: such an image can be
// replaced again.
#pragma once
#include "boot/update.h"
#include "protocol/card_protocol.h"
#include <optional>

namespace callbox::firmware {

class UpdateSession {
public:
    // The program started. `slots` outlive the session; null: there are none, and all is refused. `running`: its slot.
    void start(boot::Slots* slots, unsigned running);
    [[nodiscard]] bool able() const { return slots_ != nullptr; }
    // CARD_UPDATE_DROP, _BEGIN, _END. False: not now.
    bool order(unsigned what);
    // False: it is not the one that is wanted now.
    bool block(unsigned number, Octets data);
    // What there is to be said in the log (values of CARD_LOG_UPDATE), if anything.
    std::optional<unsigned> millisecond(bool configured);
    // The next millisecond() erases or writes.
    [[nodiscard]] bool busy() const { return state_ == CARD_UPDATE_BUSY; }
    [[nodiscard]] card_update tell();

private:
    std::optional<unsigned> work();
    std::optional<unsigned> confirm();
    bool takeBack();
    void look();

    boot::Slots* slots_ = nullptr;
    unsigned running_ = 0, free_ = 1;
    bool looked_ = false; // the states below are the flash's: to read it whole takes a card some 50 ms
    std::array<boot::Slots::State, 2> states_;
    unsigned configuredFor_ = 0; // ms
    std::optional<boot::Update> update_;
    std::uint8_t state_ = CARD_UPDATE_NONE;
    boot::Wrong wrong_ = boot::Wrong::nothing;
    bool ends_ = false; // the file is over: what is under way is its end
    std::array<std::uint8_t, CARD_UPDATE_BLOCK> block_{};
    std::size_t held_ = 0; // octets in it
    std::uint32_t received_ = 0, blocks_ = 0;
};

} // namespace callbox::firmware
