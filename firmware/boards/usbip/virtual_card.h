// SPDX-License-Identifier: GPL-2.0-or-later
// A card that is a Linux object: its firmware, its lines, and the wires at which tests find their other ends.
#pragma once
#include "boards/usbip/analog_lines.h"
#include "boards/usbip/connection.h"
#include "boards/usbip/flash_memory.h"
#include "boards/usbip/virtual_line.h"
#include "boot/parts.h"
#include <functional>
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
    [[nodiscard]] const std::string& busId() const { return export_.busId; }
    // The wires at a port of the analog bank; ports towards an exchange come first.
    [[nodiscard]] AnalogWire& analog(unsigned port) { return analog_.wire(port); }
    [[nodiscard]] AnalogLines& analogLines() { return analog_; }
    void drift(int ppm); // of the card's clock, all ports
    [[nodiscard]] int drift() const { return ppm_; }
    // This port's line is plugged into that of another card (or another port), crossed.
    void plug(unsigned port, VirtualCard& other, unsigned otherPort);
    [[nodiscard]] bool wired(unsigned port) const { return wired_[port]; }
    // Into the bus, where a host may then import it, or out of it.
    void plugIn(bool in);
    // The wires at this port of the bank end at that one of another card.
    void plugAnalog(unsigned port, VirtualCard& other, unsigned otherPort);
    [[nodiscard]] bool wiredAnalog(unsigned port) const { return wiredAnalog_[port]; }
    // Its firmware's images lie in this file from now on, and what is there is started; before its first millisecond.
    Result<void> keepFlashIn(Files& files, const std::string& path);
    [[nodiscard]] FlashMemory& flash() { return flash_; }
    // A millisecond: the lines, then a frame of USB if a host has the card.
    void millisecond();
    // Its light: a card without a front says so here. Empty: nobody looks.
    std::function<void(bool on)> onBlink;
    // The card leaves the bus (a reset, its loader starts, it was pulled out); who asks has to close the connection.
    [[nodiscard]] bool takeLeaving() { return std::exchange(leaving_, false); }

private:
    [[nodiscard]] std::uint32_t milliseconds() const override { return now_; }
    [[nodiscard]] std::string_view serial() const override { return serial_; }
    card_sensors sensors() override;
    card_selftest selfTest(bool start) override;
    void blink(bool on) override
    {
        if (onBlink)
            onBlink(on);
    }
    firmware::Buffer memory() override { return memory_; }
    void memoryWritten() override {} // it lives as long as the process
    void restart(Restart) override { leaving_ = starts_ = true; }
    firmware::boot::Slots* slots() override { return &slots_; }
    [[nodiscard]] unsigned runningSlot() const override { return running_; }
    [[nodiscard]] std::string_view build() const override { return stock_ ? std::string_view() : build_; }
    void powerOn(bool asked); // what a loader does
    firmware::core::FxoChip* fxoChip(unsigned n) override { return analog_.fxoChip(n); }
    firmware::core::FxsChip* fxsChip(unsigned n) override { return analog_.fxsChip(n); }

    std::string serial_;
    std::uint32_t now_ = 0;
    int ppm_ = 0;
    bool leaving_ = false;
    bool starts_ = false; // with the next millisecond
    const bool stock_;
    FlashMemory flash_; // before the device, which asks for what runs
    firmware::boot::Slots slots_{firmware::boot::virtualCard, flash_};
    unsigned running_ = 0;
    std::string build_;
    card_selftest tested_{};
    std::array<std::uint8_t, 256> memory_{};
    AnalogLines analog_; // before the device, which takes its chips
    firmware::Device device_;
    std::array<Wire, firmware::e1PortsMax> wires_;
    std::array<bool, firmware::e1PortsMax> wired_{};
    std::array<bool, CARD_BANK_PORTS_MAX> wiredAnalog_{};
    std::array<VirtualLine, firmware::e1PortsMax> lines_;
    Export export_;
};

} // namespace callbox::usbip
