// SPDX-License-Identifier: GPL-2.0-or-later
// A card that is a Linux object: its firmware, its lines, and the wires at which tests find their other ends.
#pragma once
#include "boards/usbip/analog_lines.h"
#include "boards/usbip/connection.h"
#include "boards/usbip/virtual_line.h"
#include <optional>

namespace callbox::usbip {

class VirtualCard final : private firmware::Board {
public:
    // serial: 16 hexadecimal digits; busId: as USB/IP names it, "1-1".
    VirtualCard(const firmware::Personality&, std::string serial, std::string busId);
    VirtualCard(const VirtualCard&) = delete;
    VirtualCard& operator=(const VirtualCard&) = delete;

    struct Wire {
        BitPipe toCard, fromCard;
    };
    [[nodiscard]] Export& exported() { return export_; }
    [[nodiscard]] firmware::Device& device() { return device_; }
    [[nodiscard]] Wire& wire(unsigned port) { return wires_[port]; }
    [[nodiscard]] VirtualLine& line(unsigned port) { return lines_[port]; }
    // The wires at a port of the analog bank; ports towards an exchange come first.
    [[nodiscard]] AnalogWire& analog(unsigned port) { return analog_.wire(port); }
    [[nodiscard]] AnalogLines& analogLines() { return analog_; }
    void drift(int ppm); // of the card's clock, all ports
    // This port's line is plugged into that of another card (or another port), crossed.
    void plug(unsigned port, VirtualCard& other, unsigned otherPort);
    // The wires at this port of the bank end at that one of another card.
    void plugAnalog(unsigned port, VirtualCard& other, unsigned otherPort);
    // A millisecond: the lines, then a frame of USB if a host has the card.
    void millisecond();
    // The card asked to leave the bus (a reset, or to start its loader); who asks has to close the connection.
    [[nodiscard]] bool takeRestart() { return std::exchange(restart_, false); }

private:
    [[nodiscard]] std::uint32_t milliseconds() const override { return now_; }
    [[nodiscard]] std::string_view serial() const override { return serial_; }
    card_sensors sensors() override;
    firmware::Buffer memory() override { return memory_; }
    void memoryWritten() override {} // it lives as long as the process
    void restart(Restart) override { restart_ = true; }
    firmware::core::FxoChip* fxoChip(unsigned n) override { return analog_.fxoChip(n); }
    firmware::core::FxsChip* fxsChip(unsigned n) override { return analog_.fxsChip(n); }

    std::string serial_;
    std::uint32_t now_ = 0;
    int ppm_ = 0;
    bool restart_ = false;
    std::array<std::uint8_t, 256> memory_{};
    AnalogLines analog_; // before the device, which takes its chips
    firmware::Device device_;
    std::array<Wire, firmware::e1PortsMax> wires_;
    std::array<VirtualLine, firmware::e1PortsMax> lines_;
    Export export_;
};

} // namespace callbox::usbip
