// SPDX-License-Identifier: GPL-2.0-or-later
// The analog ports of a card between USB and their chips: samples under way both ways, commands, events, and safety:
// without a host all ports are on hook and feed nothing. No heap, no clock: the codecs call once per sample, the bus
// once per packet, the device once per millisecond. One thread, or interrupts that do not interrupt one another.
#pragma once
#include "core/exchange_check.h"
#include "core/fxo_logic.h"
#include "core/fxs_logic.h"
#include "core/loop_breaks.h"
#include "core/telephone_check.h"
#include "device/usb.h"
#include "protocol/card_protocol.h"
#include <optional>

namespace callbox::firmware {

class AnalogBank {
public:
    // One more port, CARD_BANK_PORTS_MAX at most. Its chip is set up, with A-law, and outlives the bank.
    void add(core::FxoChip&);
    void add(core::FxsChip&);
    [[nodiscard]] unsigned ports() const { return count_; }

    // ---- The bus ----
    void select(bool on); // alternate setting 1, or 0
    [[nodiscard]] bool on() const { return on_; }
    void out(Octets packet);
    // 0: an empty packet.
    std::size_t in(Buffer packet);
    // False: it is none, or the bank is off; nothing has changed.
    bool command(Octets packet);
    // CARD_BANK_EVENT_SIZE octets, or 0: nothing to tell.
    std::size_t interrupt(std::span<std::uint8_t, CARD_BANK_EVENT_SIZE> event);
    void millisecond();
    // `port` is below ports(). It is idle: not off hook towards an exchange, no ring, no test of its line.
    // Tests its line, in either setting. False: the port is not idle or its logic busy(), or its chip does not answer.
    bool testLine(unsigned port);
    // It stays until the power goes. False: a value is outside its range or not of this kind of port, or the port is
    // not idle.
    bool setCountry(unsigned port, const card_analog_country&);

    // ---- The codecs: an instant of 8 kHz, ports() octets each way, G.711 of each port's law ----
    void sample(Octets fromLines, Buffer toLines);

    // ---- What is told; `port` is below ports() ----
    [[nodiscard]] card_analog_status status(unsigned port) const;
    [[nodiscard]] card_analog_measured measured(unsigned port) const;
    [[nodiscard]] card_line_test lineTest(unsigned port) const;
    [[nodiscard]] card_analog_country country(unsigned port) const { return all_[port].country; } // as it is
    [[nodiscard]] card_counters counters() const;       // of the bank: its ports go together
    [[nodiscard]] unsigned kind(unsigned port) const;   // CARD_PORT_...
    [[nodiscard]] unsigned state() const;               // card_port_info.state
    [[nodiscard]] unsigned alarms(unsigned port) const; // CARD_ALARM_LOS: an exchange's battery is missing; _NO_HOST
    [[nodiscard]] bool hostGone() const { return gone_; }
    [[nodiscard]] unsigned waiting() const { return sentWrite_ - sentRead_; } // samples for the lines
    [[nodiscard]] unsigned received() const { return write_ - read_; }        // samples for the host

private:
    struct Port {
        std::optional<core::FxoLogic> exchange; // one of the two
        std::optional<core::FxsLogic> telephone;
        core::LoopBreaks breaks;
        bool offHook = false; // towards an exchange, as ordered: in a break of its own too
        bool aLaw = true;
        std::uint8_t fault = 0;
        core::ExchangeCheck exchangeCheck;
        core::TelephoneCheck telephoneCheck;
        core::Ringer ringer;
        card_analog_country country{}; // as the port has it
        void setLaw(bool);
        bool setGain(int toLine, int fromLine);
        [[nodiscard]] bool idle() const;
        [[nodiscard]] bool mayBeTested() const;
        [[nodiscard]] bool tested() const; // now
        void endTest();                    // broken off, if one runs
        core::FxoChip* fxoChip = nullptr;
        core::FxsChip* fxsChip = nullptr;
    };
    using Instant = std::array<std::uint8_t, CARD_BANK_PORTS_MAX>;
    using Ring = std::array<Instant, CARD_BANK_BUFFER>;

    Port* next();
    void begin(Port&);
    void makeSafe();
    void hostIsThere();
    unsigned run(const card_bank_command&);
    unsigned hook(Port&, const card_bank_command&);
    unsigned dial(Port&, const card_bank_command&);
    unsigned feed(Port&, const card_bank_command&);
    unsigned ring(Port&, const card_bank_command&);
    unsigned gain(Port&, const card_bank_command&);
    unsigned lamp(Port&, const card_bank_command&);
    void tick(unsigned number, Port&);
    static void tickTest(Port&);
    void tell(unsigned number, Port&, core::AnalogEvent, bool rang);
    void event(unsigned type, unsigned port, unsigned code, unsigned flags = 0, unsigned a = 0, unsigned ago = 0);

    std::array<Port, CARD_BANK_PORTS_MAX> all_{};
    unsigned count_ = 0;
    bool on_ = false;
    bool gone_ = false;    // there was a host, and nothing came for too long
    unsigned silence_ = 0; // ms since something came

    Ring sent_{}, received_{}; // positions run on; a ring holds what lies between them
    std::uint32_t sentRead_ = 0, sentWrite_ = 0, read_ = 0, write_ = 0;
    bool running_ = false; // the lines get samples; after an underflow it waits for CARD_BANK_START of them again
    unsigned lost_ = 0;    // samples for which there was no room, before the next one received
    std::array<std::uint8_t, CARD_BANK_BUFFER> lostBefore_{}; // each of received_
    std::uint8_t sequence_ = 0;
    std::uint32_t age_ = 0; // samples since setting 1
    std::uint32_t samples_ = 0, overflow_ = 0, underflow_ = 0, usb_ = 0;

    std::array<card_bank_event, 64> events_{};
    unsigned eventRead_ = 0, eventWrite_ = 0;
    std::uint16_t eventSequence_ = 0;
    bool eventsLost_ = false; // since the last one kept
};

} // namespace callbox::firmware
