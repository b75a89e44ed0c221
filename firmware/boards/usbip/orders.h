// SPDX-License-Identifier: GPL-2.0-or-later
// What the cards' process is told over its control socket: a line with a JSON object each way.
//   {"do":"list"}                                          the cards, what stands on their lines, what they say of them
//   {"do":"inject","card":1,"what":"los"}                  with "port", "count", "rate", "ppm" as line_fault.h has them
//   {"do":"inject","card":1,"what":"ring","line":1}        on an analog line; "what":"ok" with "line" ends it
// Every answer has "version": 1; one to what cannot be done has "error": {"code", "message"}.
#pragma once
#include "boards/usbip/line_fault.h"

namespace callbox::usbip {

class Orders {
public:
    // Cards, numbered from 1, outlive it. `address`: where they are to be imported, "127.0.0.1:3240".
    Orders(std::vector<VirtualCard*> cards, std::string personality, std::string address)
        : cards_(std::move(cards)), personality_(std::move(personality)), address_(std::move(address))
    {
    }
    // Any text has an answer, without a line end.
    [[nodiscard]] std::string answer(std::string_view order) const;

private:
    std::vector<VirtualCard*> cards_;
    std::string personality_, address_;
};

} // namespace callbox::usbip
