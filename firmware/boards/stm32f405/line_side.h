// SPDX-License-Identifier: GPL-2.0-or-later
// The line side of the card's port: an IDT82V2081, whose bits come and go through two SPI slaves with DMA, and the
// framer of the kind of line that the port is. poll() moves a frame's worth each way; it has to be called once in half
// a ring's time, 1 ms. One thread.
//
//   RCLK, RD   SPI1, PA5 and PA7, DMA2 stream 0     the line's clock, or MCLK's while there is no signal
//   TCLK, TD   SPI3, PC10 and PC11, DMA1 stream 5   from a switch (PC5): 0 the card's own clock, 1 RCLK
//   MCLK       I2S2, PB13                           own_clock.h
//   registers  PC0..PC4                             line_bus.h
#pragma once
#include "boards/stm32f405/dma_ring.h"
#include "boards/stm32f405/line_bus.h"
#include "chips/idt82v2081.h"
#include "device/port_framer.h"
#include <string_view>

namespace callbox::board {

// Memory that DMA reaches, with the addresses at which it finds it; outlives what uses it.
struct LineMemory {
    firmware::Buffer received, sent; // of lineRing octets each
    std::uint32_t receivedAt = 0, sentAt = 0;
};
inline constexpr unsigned lineRing = 512; // octets: 2 ms of an E1

class LineSide {
public:
    LineSide(Registers& registers, firmware::E1Port& port, const LineMemory& memory)
        : r_(registers), port_(port), memory_(memory), bus_(registers), receiver_(registers, receiverAt),
          transmitter_(registers, transmitterAt), framer_(port)
    {
    }
    LineSide(const LineSide&) = delete;
    LineSide& operator=(const LineSide&) = delete;

    // Once the processor's clocks are exact. False: something did not come (trouble()); the line is dead then.
    bool begin();
    [[nodiscard]] std::string_view trouble() const { return trouble_; }
    void poll();
    void millisecond(); // tries each second anew while no bits move
    // Behind each register of the line interface that millisecond() asks for; may call poll().
    void between(firmware::core::Meanwhile what) { bus_.between(what); }
    // The processor does nothing else for a while: until the next poll() the line hears AIS, not what lies in the ring
    // again and again.
    void standStill();
    // Bits have moved both ways within the last 100 ms.
    [[nodiscard]] bool alive() const { return stillReceived_ < aliveFor && stillSent_ < aliveFor; }
    [[nodiscard]] bool chipAnswers() const { return chipAnswers_; }
    // Times that poll() came too late, or the DMA had stopped, since begin().
    [[nodiscard]] std::uint32_t late() const { return late_; }

    static constexpr DmaRing::Place receiverAt{0x40026400, 0, 3, 0x4001300C, false};
    static constexpr DmaRing::Place transmitterAt{0x40026000, 5, 0, 0x40003C0C, true};
    static constexpr unsigned clockSwitch = 5; // of port C

private:
    static constexpr unsigned aliveFor = 100; // ms
    bool start(bool t1);
    void stop();
    void again();
    void receive();
    void transmit();
    void chip();
    [[nodiscard]] firmware::chips::LineInterfaceSettings wanted() const;

    Registers& r_;
    firmware::E1Port& port_;
    LineMemory memory_;
    LineBus bus_;
    firmware::chips::Idt82v2081 chip_{bus_};
    DmaRing receiver_, transmitter_;
    firmware::PortFramer framer_;
    std::string_view trouble_;
    bool started_ = false;
    unsigned readAt_ = 0, toRead_ = 0;           // octets of the receiver's ring: the next one, and how many are there
    unsigned writeAt_ = 0, toSend_ = 0;          // of the transmitter's: written next, and how many lie before it
    unsigned receivedNow_ = 0, sentNow_ = 0;     // in this millisecond
    unsigned stillReceived_ = 0, stillSent_ = 0; // ms in a row in which none was
    unsigned age_ = 0;                           // ms
    std::uint32_t late_ = 0;
    bool chipAnswers_ = false, los_ = true;
    firmware::chips::LineInterfaceSettings set_;
};

} // namespace callbox::board
