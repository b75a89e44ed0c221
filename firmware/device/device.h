// SPDX-License-Identifier: GPL-2.0-or-later
// The card as USB sees it: control requests by table, the state of USB 2.0 chapter 9, the endpoints. What is not in a
// table, and every wrong length, index, value or direction, is stalled and changes nothing. No heap; its board lends it
// what hardware there is, keeps it alive, and calls it from one thread.
#pragma once
#include "device/analog_bank.h"
#include "device/clock_choice.h"
#include "device/e1_port.h"
#include "device/log.h"
#include "device/personality.h"
#include "device/port_log.h"
#include "device/update_session.h"
#include "device/usb.h"
#include <array>
#include <string_view>

namespace callbox::firmware {

// What a board gives. Lives longer than its Device.
class Board {
public:
    [[nodiscard]] virtual std::uint32_t milliseconds() const = 0; // since power on
    [[nodiscard]] virtual std::string_view serial() const = 0;    // 16 hexadecimal digits
    virtual card_sensors sensors() = 0;
    // How far the self-test is; `start`: after it has begun anew. Lines and ports are left alone.
    virtual card_selftest selfTest(bool start) = 0;
    virtual void blink(bool on) = 0; // a light, for whoever stands before a row of cards
    virtual Buffer memory() = 0;     // non-volatile; the device writes into it, then calls
    virtual void memoryWritten() = 0;
    // Why this start was: what CARD_LOG_START says of it.
    [[nodiscard]] virtual unsigned startedBy() const { return CARD_LOG_START_POWER; }
    // To leave the bus and come again, after the request under way is answered.
    enum class Restart { same, loader };
    virtual void restart(Restart) = 0;
    // Where images of the firmware lie, and which of them runs. None: this board's cannot be updated by its device.
    virtual boot::Slots* slots() { return nullptr; }
    [[nodiscard]] virtual unsigned runningSlot() const { return 0; }
    // The build of the image that runs, as text. Empty: the personality's.
    [[nodiscard]] virtual std::string_view build() const { return {}; }
    // Chips of the bank's ports, as many as the card says it has, set up for A-law; they outlive the device.
    virtual core::FxoChip* fxoChip(unsigned) { return nullptr; }
    virtual core::FxsChip* fxsChip(unsigned) { return nullptr; }

protected:
    ~Board() = default;
};

class Device {
public:
    static constexpr std::size_t controlMax = 512; // octets that a request brings or gets at most

    Device(const Personality&, Board&);

    // A control transfer. OUT: `data` holds setup.length octets; IN: the answer goes to its beginning, setup.length
    // octets at most. How many, or `stalled`.
    int control(const Setup& setup, Buffer data);
    // A packet on an OUT endpoint. False: stalled, or there is no such endpoint in these settings.
    bool out(std::uint8_t endpoint, Octets packet);
    [[nodiscard]] bool exists(std::uint8_t endpoint) const; // in these settings
    // A packet of an IN endpoint: octets, `nothing` or `stalled`.
    int in(std::uint8_t endpoint, Buffer packet);
    void busReset();
    void millisecond();
    // The board began anew (`asked`: as a request wanted) and has no new Device for that; a bus reset follows or came
    // before.
    void restarted(bool asked);

    [[nodiscard]] const Personality& personality() const { return personality_; }
    [[nodiscard]] Layout layout() const { return Layout(personality_); }
    [[nodiscard]] E1Port& port(unsigned n) { return ports_[n]; }
    [[nodiscard]] AnalogBank& bank() { return bank_; }
    [[nodiscard]] Board& board() { return board_; }
    [[nodiscard]] LogRing& log() { return log_; }
    [[nodiscard]] UpdateSession& update() { return update_; }
    [[nodiscard]] card_clock clock();
    bool setClock(const card_clock& c) { return clock_.set(c, personality_.e1Ports); }
    [[nodiscard]] unsigned address() const { return address_; }
    [[nodiscard]] bool configured() const { return configuration_ != 0; }
    [[nodiscard]] bool maintenance() const { return maintenance_; }
    void setMaintenance(bool on) { maintenance_ = on; }
    void locate(unsigned seconds);                                               // 0: no more
    [[nodiscard]] unsigned locating() const { return (locating_ + 999) / 1000; } // seconds left
    void say(unsigned code, unsigned value, unsigned level = 2, unsigned port = 0);
    // The icE1usb's oscillator, as far as its requests go: there is no receiver to discipline it.
    card_ice1_tune tune{card_make16(2048), card_make16(2048)};
    std::uint8_t clockMode = 0;
    std::array<std::uint8_t, 7> lineCoding{0x00, 0xc2, 0x01, 0x00, 0x00, 0x00, 0x08}; // 115200 8N1, CDC PSTN 6.3.11

private:
    friend class Chapter9;
    int answer(const Setup&, Buffer data);
    void deselect();
    void followClock();

    Personality personality_;
    Board& board_;
    std::array<E1Port, e1PortsMax> ports_;
    std::array<bool, e1PortsMax> hostGone_{}; // as the log has it
    std::array<PortLog, e1PortsMax> portLogs_;
    AnalogBank bank_;
    bool bankHostGone_ = false;
    LogRing log_;
    UpdateSession update_;
    ClockChoice clock_;
    unsigned address_ = 0;
    std::uint8_t configuration_ = 0;
    std::uint32_t halted_ = 0; // bit n: OUT endpoint n; bit 16 + n: IN endpoint n
    bool maintenance_ = false;
    unsigned locating_ = 0; // ms left
};

} // namespace callbox::firmware
