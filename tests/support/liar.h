// SPDX-License-Identifier: GPL-2.0-or-later
// What a card says that lies by chance, from a seed: its descriptors, answers to requests, packets of any length and
// content, short, empty, spoiled ones, events that do not exist. Between its lies it says what a card would, so that
// whoever listens comes as far as he can. How that reaches him is another's: the usb backend's transport, or a kernel.
#pragma once
#include "boards/usbip/virtual_card.h"
#include <optional>
#include <random>

namespace callbox::tests {

class Liar {
public:
    Liar(const firmware::Personality& kind, unsigned seed);
    bool lies = true;
    std::uint64_t packets = 0, events = 0, requests = 0, commands = 0; // what it was asked and gave so far
    std::string wrong; // what the other side did that no host may; empty: nothing

    [[nodiscard]] const firmware::Personality& personality() { return card_.device().personality(); }
    std::uint32_t number() { return static_cast<std::uint32_t>(chance_()); }
    unsigned upTo(unsigned most) { return static_cast<unsigned>(chance_()) % (most + 1); }
    bool once(unsigned in) { return lies && upTo(in - 1) == 0; }
    std::uint8_t octet() { return static_cast<std::uint8_t>(chance_()); }
    void spoil(std::span<std::uint8_t>);
    void configured(); // by whoever asks nothing of a configuration

    OctetBuffer configuration(); // its descriptor
    // Of a control request, whose data it brings or wants; none: stalled.
    std::optional<OctetBuffer> answer(const firmware::Setup&, const OctetBuffer& data);
    // The truth.
    std::optional<OctetBuffer> control(const firmware::Setup&, const OctetBuffer& data);
    // A packet of an IN endpoint, into its room; how much of it.
    std::size_t data(std::span<std::uint8_t> room);
    std::size_t event(std::span<std::uint8_t> room);
    std::size_t feedback(std::span<std::uint8_t> room);
    // A packet of data, or a command, that has come.
    void look(bool command, Octets packet, std::size_t packetMax);

private:
    const bool bank_, t1_;
    const unsigned ports_;
    std::mt19937 chance_;
    usbip::VirtualCard card_;
    std::uint8_t position_ = 0, sequence_ = 0;
    std::uint16_t eventSequence_ = 0;
    std::uint32_t samples_ = 0;
};

} // namespace callbox::tests
