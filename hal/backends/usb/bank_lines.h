// SPDX-License-Identifier: GPL-2.0-or-later
// The ports in use of an analog bank: what the card tells of them as events of their lines, and orders as commands to
// the card. No loop, no device: events in, events and commands out.
#pragma once
#include "protocol/card_protocol.h"
#include <callbox/hal/line_io.h>
#include <map>

namespace callbox::hal::usb {

class BankLines {
public:
    using Send = std::function<card_u16(const card_bank_command&)>; // returns the tag that it got
    explicit BankLines(Send send) : send_(std::move(send)) {}

    void start(const std::vector<PortConfig>&);
    void stop() noexcept { ports_.clear(); }
    // The card listens: its ports are as they are at setting 1.
    void begin(Law);

    // What an event of the card says of the lines; those of ports that are not in use say nothing. `gap`: others before
    // it were lost.
    std::vector<LineEvent> hear(const card_bank_event&, bool gap = false);
    // The same of a status, when events were lost. `now`: samples of the bank's clock.
    std::vector<LineEvent> reconcile(Timeslot, const card_analog_status&, std::uint32_t now);
    // So much time is over: what should have been told long since was told by an event that is lost.
    std::vector<LineEvent> pass(Duration);
    // The card has not got what was ordered with this tag, or does not do it.
    void refused(card_u16 tag);

    // See LineIo.
    Result<void> setHook(Timeslot, bool offHook);
    Result<void> flash(Timeslot);
    Result<void> dialPulses(Timeslot, std::string_view digits);
    Result<void> ring(Timeslot, bool on);
    Result<void> setReversed(Timeslot, bool reversed);
    Result<void> openLoop(Timeslot, Duration);

private:
    struct Port {
        PortConfig config;
        // -- towards an exchange
        bool battery = false, ringing = false, reversed = false; // as told
        std::optional<bool> usual;                               // the idle line's polarity
        std::uint32_t ringAt = 0;
        bool offHook = false; // as ordered; of a telephone: as told
        std::string toDial;   // what the card does not have yet
        bool dialling = false;
        card_u16 dialTag = 0; // of the piece that the card has
        Duration dialled{};   // time until it surely is
        // -- towards a telephone, as ordered
        bool feedReversed = false;
    };
    using Out = std::vector<LineEvent>;
    Result<Port*> find(Timeslot, PortKind);
    void send(const Port&, unsigned op, std::initializer_list<unsigned> argument);
    void setBattery(Port&, bool there, Out&);
    void setPolarity(Port&, bool reversed, Out&);
    void setRinging(Port&, bool on, std::uint32_t at, Out&);
    void setTelephone(Port&, bool offHook, Out&);
    void exchange(Port&, const card_bank_event&, bool gap, Out&);
    void telephone(Port&, const card_bank_event&, bool gap, Out&);
    void orderAgain();
    void dialNext(Port&);
    void dialledPiece(Port&, Out&);
    static void dialNoMore(Port&);

    Send send_;
    std::map<unsigned, Port> ports_;
};

} // namespace callbox::hal::usb
