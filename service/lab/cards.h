// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual USB cards of a lab: one process, callbox-virtual-card, in DIR/cards, which takes orders on a socket there
// (firmware/boards/usbip/orders.h).
#pragma once
#include <callbox/base/loop.h>
#include <nlohmann/json.hpp>

namespace callbox::lab {

struct CardOptions {
    std::string dir, programs; // absolute
    std::string personality;   // "card", "ice1usb"
    std::int64_t cards = 2;    // 1..8; the lines of each two are plugged into each other
    std::int64_t e1 = 1;       // E1 ports of each: 0..2
    std::int64_t analog = 0;   // analog ports of each: 0..8; those of each two are wired to each other
    std::int64_t ppm = 0;      // how far the clock of every second card is off
    std::int64_t port = 0;     // TCP; 0: any free one
};

std::string cardsFolder(const std::string& dir);
std::string cardsControl(const std::string& dir);

// Returns when they can be imported, with what they answer to a list and "pid". Errc::busy: cards run there already.
// Any other error says what failed, with the end of the log; then nothing runs. They are ended by
// takeDown(cardsFolder(dir)).
Task<nlohmann::json> startCards(Loop& loop, CardOptions options, Duration limit = std::chrono::seconds(10));

// What the cards' process answers. Errc::gone: none runs in `dir`, or it does not answer; Errc::denied; Errc::not_found
// and Errc::invalid: what it says is wrong with the order.
Task<nlohmann::json> orderCards(Loop& loop, std::string dir, nlohmann::json order);

} // namespace callbox::lab
