// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "descriptors.h"
#include "protocol/card_protocol.h"
#include <callbox/base/edges.h>
#include <callbox/hal/span_io.h>
#include <functional>

namespace callbox::hal::usb {

struct SpanKeys {
    // "SERIAL/N" or "@LOCATION/N", N: the card's E1 and T1 ports from 0; or "SERIAL/bank"
    std::string id;
    bool clockFromLine = true;                 // else from the card
    unsigned inFlight = 16;                    // ms of packets under way, 4..64 by 4
    std::uint8_t t1Framing = CARD_FRAMING_ESF; // or CARD_FRAMING_SF; of a T1
};

using MakeBus = std::function<Result<std::unique_ptr<Bus>>()>;
// The bus is made at start().
std::unique_ptr<SpanIo> makeSpan(const Edges&, SpanKeys, MakeBus);
bool isBank(std::string_view id); // an analog bank: usb_bank.h makes it

// Which ports there are: `id` as SpanKeys has it, and whatever is wrong with a card's descriptors.
struct FoundPort {
    std::string id;
    DeviceFacts device;
    E1Interface at;
};
struct FoundBank {
    std::string id;
    DeviceFacts device;
    BankInterface at;
};
struct Found {
    std::vector<FoundPort> ports;
    std::vector<FoundBank> banks;
    std::vector<std::string> wrong; // "card 0123…: interface 0: …"
};
Result<Found> findPorts(Bus&);
std::string cardId(const DeviceFacts&); // "SERIAL" or "@LOCATION"
// Cards that are looked at: a device of another maker that has an interface of this class is left alone.
bool isCard(const DeviceFacts&);

} // namespace callbox::hal::usb
