// SPDX-License-Identifier: GPL-2.0-or-later
// A card at the usb backend's transport that lies by chance, from a seed: its descriptors, what it answers to requests,
// packets of any length and content, short, long, empty, spoiled and late ones, events that do not exist. Between its
// lies it says what a card would, so that the backend comes as far as it can.
#pragma once
#include "../../../hal/backends/usb/transport.h"
#include "boards/usbip/virtual_card.h"
#include <callbox/base/loop.h>
#include <random>

namespace callbox::tests {

class LyingCard {
public:
    LyingCard(Loop& loop, const firmware::Personality& kind, unsigned seed);
    std::unique_ptr<hal::usb::Bus> bus();
    bool lies = true;

    // What it was asked and gave so far.
    std::uint64_t packets = 0, events = 0, requests = 0, commands = 0;
    std::string wrong; // what the backend did that no host may; empty: nothing

private:
    friend class LyingBus;
    friend class LyingDevice;
    friend class LyingTransfer;
    unsigned upTo(unsigned most) { return static_cast<unsigned>(chance_()) % (most + 1); }
    bool once(unsigned in) { return lies && upTo(in - 1) == 0; }
    std::uint8_t octet() { return static_cast<std::uint8_t>(chance_()); }
    void spoil(std::span<std::uint8_t>);
    hal::usb::DeviceFacts facts();
    Result<OctetBuffer> answer(const hal::usb::Request&, const OctetBuffer& data);
    // A packet of an IN endpoint, into its room; how much of it.
    std::size_t data(std::span<std::uint8_t> room);
    std::size_t event(std::span<std::uint8_t> room);
    void look(const hal::usb::Endpoint&, Octets packet);

    Loop& loop_;
    const bool bank_, t1_;
    const unsigned ports_;
    std::mt19937 chance_;
    usbip::VirtualCard card_;
    std::uint8_t position_ = 0, sequence_ = 0;
    std::uint16_t eventSequence_ = 0;
    std::uint32_t samples_ = 0;
    bool gone_ = false;
};

} // namespace callbox::tests
