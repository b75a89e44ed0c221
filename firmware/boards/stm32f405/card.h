// SPDX-License-Identifier: GPL-2.0-or-later
// The card: a device behind USB and a line, from one loop. There are no interrupts: what the hardware keeps by itself
// (two packets and a half of USB, 2 ms of the line) lasts longer than the time between two looks at it, which a frame
// of the line and a packet each way make, some 50 us of 168 MHz. So nothing needs to be guarded from anything. What
// takes longer gives way in between (the self-test, the line interface's registers), or stands still as a whole, with
// AIS on the line: the flash, which the program runs from; a PLL that does not come, tried for 2 ms each second.
#pragma once
#include "boards/stm32f405/line_side.h"
#include "boards/stm32f405/otg_device.h"
#include "boards/stm32f405/thermometer.h"
#include "boards/stm32f405/watchdog.h"
#include "core/e1_check.h"

namespace callbox::board {

// What is this card's alone; outlives it.
struct CardParts {
    std::string_view serial, build; // 16 hexadecimal digits; of the image that runs
    LineMemory line;
    firmware::boot::Slots* slots = nullptr; // none: it was not started out of one
    unsigned runningSlot = 0;
    unsigned startedBy = CARD_LOG_START_POWER; // reset_cause.h
    Watchdog* watchdog = nullptr;
};

class Card final : private firmware::Board {
public:
    static constexpr Port lightPort = Port::b;
    static constexpr unsigned lightPin = 0;

    Card(Registers&, const CardParts&);
    Card(const Card&) = delete;
    Card& operator=(const Card&) = delete;

    // On the line, then on the bus. False: trouble(). Without a line the card is on the bus, and tries it each second.
    bool begin();
    [[nodiscard]] std::string_view trouble() const { return usb_.trouble().empty() ? line_.trouble() : usb_.trouble(); }
    // What there is to do now, and a millisecond's share if one has passed.
    void turn(bool millisecondPassed);
    // Does a self-test that was asked for. `again` is to do a turn: it is called at least every 50 us.
    void testIfAsked(firmware::core::Meanwhile again);
    // The host has its answer and the card is off the bus: the processor may be reset.
    [[nodiscard]] bool resets() const { return leaving_ == Leaving::left; }
    [[nodiscard]] firmware::Device& device() { return device_; }
    [[nodiscard]] OtgDevice& usb() { return usb_; }
    [[nodiscard]] LineSide& line() { return line_; }

private:
    enum class Leaving { no, asked, off, left };
    void look();
    void millisecond();
    void leave();

    [[nodiscard]] std::uint32_t milliseconds() const override { return now_; }
    [[nodiscard]] std::string_view serial() const override { return parts_.serial; }
    [[nodiscard]] std::string_view build() const override { return parts_.build; }
    card_sensors sensors() override;
    card_selftest selfTest(bool start) override;
    void blink(bool on) override;
    firmware::Buffer memory() override { return {}; } // none that stays: the card does not say that it has
    void memoryWritten() override {}
    [[nodiscard]] unsigned startedBy() const override { return parts_.startedBy; }
    void restart(Restart) override { leaving_ = Leaving::asked; }
    firmware::boot::Slots* slots() override { return parts_.slots; }
    [[nodiscard]] unsigned runningSlot() const override { return parts_.runningSlot; }

    Registers& r_;
    CardParts parts_;
    std::uint32_t now_ = 0; // ms
    bool blinks_ = false, testAsked_ = false, tests_ = false;
    Leaving leaving_ = Leaving::no;
    unsigned leavingFor_ = 0; // ms
    card_selftest tested_{};
    Thermometer thermometer_;
    firmware::Device device_;
    LineSide line_;
    OtgDevice usb_;
};

} // namespace callbox::board
