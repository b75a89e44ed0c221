// SPDX-License-Identifier: GPL-2.0-or-later
// The OTG_FS core as a device, RM0090 34: reset, FIFOs, endpoints, packets. What a packet means is OtgDevice's. Every
// wait has an end. One thread.
#pragma once
#include "boards/stm32f405/otg_plan.h"
#include "boards/stm32f405/registers.h"

namespace callbox::board {

class OtgCore {
public:
    explicit OtgCore(Registers& registers) : r_(registers) {} // outlive it

    // Clock, pins, reset of the core, device mode; not yet on the bus. False: trouble() says why.
    bool begin();
    [[nodiscard]] std::string_view trouble() const { return trouble_; }
    void connect(bool on); // the pull-up by which a host sees a device
    // As a bus reset wants it, 34.17.5: no address, no endpoints but 0, the memory shared out as planned and empty.
    void restart(const OtgPlan&);
    void setAddress(unsigned);
    [[nodiscard]] unsigned frame() const; // number of the last SOF, 0..16383; full speed: modulo 2048

    // What happened: bits of GINTSTS in otg_registers.h; what happened once is forgotten with it.
    std::uint32_t events();
    [[nodiscard]] std::uint32_t pending() const { return r_.read(otg::status); } // the same, and nothing is forgotten
    // The bits of DIEPINT, DOEPINT; forgotten with it.
    std::uint32_t flags(std::uint32_t endpointControl);
    [[nodiscard]] std::uint32_t endpointsConcerned() { return r_.read(otg::all); }

    struct Received {
        unsigned status = 0, endpoint = 0, length = 0; // otg::isData...
    };
    Received pop(); // while pending() has otg::received
    // So many octets of the receive FIFO; those for which there is no room are thrown away.
    void fetch(firmware::Buffer to, unsigned length);

    void open(const OtgEndpoint&);
    void close(const OtgEndpoint&); // which neither sends nor receives any more
    // A packet; an isochronous one for the next frame. The endpoint must not have one. False: its FIFO had no room.
    bool send(const OtgEndpoint&, firmware::Octets packet);
    // Takes a packet; an isochronous one in the next frame.
    void receive(const OtgEndpoint&);
    [[nodiscard]] bool sends(unsigned number) const { return r_.read(otg::inControl(number)) & otg::enable; }
    [[nodiscard]] bool receives(unsigned number) const { return r_.read(otg::outControl(number)) & otg::enable; }
    // An isochronous packet that was to come or go in the frame that ends: 34.17.6.
    [[nodiscard]] bool missedIn(unsigned number) const { return missed(otg::inControl(number)); }
    [[nodiscard]] bool missedOut(unsigned number) const { return missed(otg::outControl(number)); }
    // What it was to send goes. False: the host had it after all, in the last moment.
    bool stopIn(unsigned number);
    // No endpoint takes data from when pending() has otg::outNakEffective on: once what came before is popped.
    void stopOuts(bool on);
    void disableOut(unsigned number);       // then
    void halt(const OtgEndpoint&, bool on); // off: its data begin with DATA0

    // ---- Endpoint 0 ----
    static constexpr std::size_t controlSize = 64;
    void sendControl(firmware::Octets packet); // 64 octets at most
    void receiveControl();
    void stallControl(); // until the next SETUP

private:
    bool fail(std::string_view why);
    [[nodiscard]] bool missed(std::uint32_t endpointControl) const;
    [[nodiscard]] std::uint32_t nextFrame() const;
    void order(std::uint32_t endpointControl, std::uint32_t what);
    void disabledNow(std::uint32_t endpointControl);
    void flush(std::uint32_t what);
    void fill(unsigned number, firmware::Octets packet);

    Registers& r_;
    std::string_view trouble_;
    unsigned stuck_ = 0;

public:
    // Waits that came to their end without what was waited for, since begin().
    [[nodiscard]] unsigned stuck() const { return stuck_; }
};

} // namespace callbox::board
