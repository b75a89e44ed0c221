// SPDX-License-Identifier: GPL-2.0-or-later
// One E1 or T1 port (the protocol names both by E1, which came first) between USB and its framer: the frames under way
// both ways and the feedback that keeps the host at the line's pace (e1_port.cpp), errors and events
// (e1_port_told.cpp), the settings (e1_port_settings.cpp). No heap, no clock: the line calls once per frame of each
// direction, the bus once per packet, the device once per millisecond. One thread, or interrupts that do not interrupt
// one another.
#pragma once
#include "device/line_frames.h"
#include "device/line_settings.h"
#include "device/port_bert.h"
#include "device/port_events.h"
#include "device/sa_bits.h"
#include "device/seconds.h"
#include "device/signalling.h"
#include "device/usb.h"

namespace callbox::firmware {

// Free running since power on; card_counters tells what each is.
struct PortCounters {
    std::uint32_t frames = 0, crc = 0, fas = 0, ebit = 0, code = 0, slipsOut = 0, slipsIn = 0, overflow = 0,
                  underflow = 0, usb = 0, losses = 0; // losses: of alignment
};

class E1Port {
public:
    // stock: says nothing that an icE1usb would not say. kind: CARD_PORT_E1 or _T1, until the host wants the other.
    void begin(bool stock, std::uint8_t kind);

    // ---- The bus ----
    void select(bool on); // alternate setting 1, or 0
    [[nodiscard]] bool on() const { return on_; }
    void out(Octets packet);
    // At most CARD_E1_PACKET_MAX octets; 0: an empty packet.
    std::size_t in(Buffer packet);
    void feedback(std::span<std::uint8_t, CARD_E1_FEEDBACK_SIZE> value) const;
    // CARD_E1_INTERRUPT_SIZE octets, or 0: nothing to tell.
    std::size_t interrupt(std::span<std::uint8_t, CARD_E1_INTERRUPT_SIZE> event);
    void millisecond();

    // ---- The line ----
    enum class Send { frame, idle, ais }; // idle: a frame of octets `line.idle`
    // The next frame of the transmitter's clock. Slot 0 is the host's: of it a framer takes what its mode leaves to it.
    Send transmit(E1Frame frame);
    // A frame received in alignment, before any slip: signalling, Sa bits and a bit error test go by it. `number`: in
    // its multiframe of an E1, 0..15; without one its parity tells the frames that have no alignment signal.
    void lineBrings(E1FrameIn frame, unsigned number);
    // T1: ABCD of a channel, 1..24, at the end of a multiframe that brought them.
    void lineSignals(unsigned channel, std::uint8_t abcd) { signalling_.cameRobbed(channel, abcd); }
    // The same frame for the host, behind the slip if there was one: none, one or two of these; `number` as there.
    void receive(E1FrameIn frame, unsigned number);
    // The time of a frame in which there was no alignment.
    void receiveNothing();
    // E1: both sub-multiframes of a multiframe, G.706 4.3.3.
    void blocks(bool firstErrored, bool secondErrored);
    // E1: so many wrong frame alignment signals; `crc`: the line is judged by its blocks, not by these. Each
    // millisecond.
    void signals(unsigned wrong, bool crc);
    // T1: so many multiframes of ESF with a wrong CRC-6, so many wrong bits of the alignment pattern.
    void t1Errors(unsigned multiframes, unsigned bits);
    // E1: the far end never found our CRC-4. T1: a message of the far end's, CARD_LINK_... or another.
    void farWithoutCrc(bool now) { farWithoutCrc_ = now; }
    void linkMessage(std::uint8_t message)
    {
        link_ = message;
        ++linkMessages_;
    }
    void alarms(std::uint16_t now); // CARD_ALARM_... of the receiver, all that stood since the last call
    // A frame was left out (1) or said twice (-1) between the line's clock and ours.
    void slip(int framesOut);
    [[nodiscard]] bool remoteAlarm() const; // shall RAI be sent?
    // What the transmitter goes by; while that brings nothing, by the card's oscillator. What a loop gives back goes at
    // the pace at which it comes.
    enum class Clock : std::uint8_t { oscillator, line, otherPort }; // otherPort: the line of it
    [[nodiscard]] Clock clock() const
    {
        return tx_.timing == 1 || loop_ == CARD_LOOP_PAYLOAD ? Clock::line : cardClock_;
    }
    void setCardClock(Clock c) { cardClock_ = c; } // of a port whose timing is the card's clock
    // T1: channels whose bits are to be robbed, and ABCD of each, A in bit 3.
    [[nodiscard]] std::uint32_t robbed() const;
    [[nodiscard]] std::uint8_t said(unsigned channel) const { return signalling_.said(channel); }
    [[nodiscard]] PortCounters& counters() { return counters_; }

    // ---- Settings ----
    [[nodiscard]] const card_ice1_tx& tx() const { return tx_; }
    [[nodiscard]] std::uint8_t rx() const { return rx_; }
    [[nodiscard]] const card_line& line() const { return line_; }
    [[nodiscard]] bool isT1() const { return line_.kind == CARD_PORT_T1; }
    // False: something in it is outside its range, or comes at a wrong time; nothing is changed.
    bool setTx(const card_ice1_tx&);
    bool setRx(std::uint8_t mode);
    bool setLine(const card_line&);
    bool setLoop(unsigned kind); // CARD_LOOP_NONE, _LINE, _PAYLOAD, _DIGITAL
    void extend(std::uint16_t what);
    bool setCas(const card_cas&);
    bool setRobbed(std::uint32_t channels) { return isT1() && signalling_.setRobbed(channels); }
    bool setBert(const card_bert&);
    [[nodiscard]] unsigned loop() const { return loop_; }

    // ---- What is told ----
    [[nodiscard]] card_ice1_errors errors() const;
    [[nodiscard]] card_counters countersOut() const;
    [[nodiscard]] std::uint16_t alarmsNow() const { return alarms_; }
    [[nodiscard]] const PortCounters& counters() const { return counters_; }
    [[nodiscard]] std::uint16_t badPacket() const { return badPacket_; } // length of the last one
    [[nodiscard]] bool farWithoutCrc() const { return farWithoutCrc_; }
    [[nodiscard]] std::uint8_t lastLinkMessage() const { return link_; }
    [[nodiscard]] std::uint32_t linkMessages() const { return linkMessages_; } // since power on
    [[nodiscard]] card_cas cas() const { return signalling_.heard(); }
    [[nodiscard]] std::uint32_t robbedWanted() const { return signalling_.robbed(); }
    [[nodiscard]] std::uint8_t sa() const { return sa_.now(); }
    [[nodiscard]] card_bert_result bert() const { return bert_.result(); }
    [[nodiscard]] unsigned state() const { return !on_ ? 0 : running_ ? 2 : 1; } // card_port_info.state
    [[nodiscard]] unsigned waiting() const { return sentWrite_ - sentRead_; }    // frames for the line
    [[nodiscard]] unsigned received() const { return received_.waiting(); }      // frames for the host

private:
    Send next(E1Frame frame);
    void fill();
    void pushSent(E1FrameIn frame);
    bool popSent(E1Frame frame);
    void change(std::uint16_t alarms);
    void tellLineBits();
    void event(unsigned type, std::uint16_t what, std::uint16_t also);

    bool stock_ = false, on_ = false;
    card_ice1_tx tx_{CARD_ICE1_TX_CRC4_E, 0, 0, 0};
    std::uint8_t rx_ = CARD_ICE1_RX_CRC4;
    card_line line_ = usualLine(CARD_PORT_E1);
    unsigned loop_ = CARD_LOOP_NONE;
    Clock cardClock_ = Clock::oscillator;
    std::uint16_t extensions_ = 0;

    // From the host to the line. Positions run on; a ring holds what lies between them.
    FrameRing sent_{};
    std::uint32_t sentRead_ = 0, sentWrite_ = 0;
    unsigned came_ = 0;    // frames of the host since the port was switched on, up to CARD_E1_START
    bool started_ = false; // so many have come
    bool running_ = false; // the transmitter has frames; after an underflow it waits for CARD_E1_START of them again
    unsigned silence_ = 0; // ms since something came on OUT

    LineFrames received_; // from the line to the host

    PortCounters counters_;
    Seconds seconds_;
    unsigned milliseconds_ = 0;
    std::uint16_t alarms_ = 0;
    std::uint16_t badMultiframes_ = 0;
    PortEvents events_;
    Signalling signalling_;
    SaBits sa_;
    std::uint8_t toldSa_ = 0; // to the host
    PortBert bert_;
    std::uint16_t badPacket_ = 0;
    bool farWithoutCrc_ = false;
    std::uint8_t link_ = 0;
    std::uint32_t linkMessages_ = 0;
    std::uint32_t age_ = 0; // frames sent since the port was switched on
};

} // namespace callbox::firmware
