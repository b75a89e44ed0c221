// SPDX-License-Identifier: GPL-2.0-or-later
// A card on the bus: its device behind the OTG_FS core. poll() does what there is to do and comes back; nothing is done
// in interrupts. What may not wait is a packet's way to the next frame: poll() has to be called every half a
// millisecond. Packets that the host did not fetch in their frame go in the next one.
#pragma once
#include "boards/stm32f405/control_pipe.h"

namespace callbox::board {

class OtgDevice {
public:
    OtgDevice(Registers& registers, firmware::Device& device) : core_(registers), device_(device) {} // outlive it
    OtgDevice(const OtgDevice&) = delete;
    OtgDevice& operator=(const OtgDevice&) = delete;

    // On the bus from now on. False: the core did not come, or has no room for this card's endpoints (trouble()).
    bool begin();
    [[nodiscard]] std::string_view trouble() const { return trouble_; }
    void leave(); // the bus: a host sees the card unplugged
    void poll();
    [[nodiscard]] bool suspended() const { return suspended_; }
    // No request is under way: its answer has gone.
    [[nodiscard]] bool quiet() const { return control_.idle(); }
    [[nodiscard]] const OtgPlan& plan() const { return plan_; }

    struct Counters { // since begin(), modulo 2^32
        std::uint32_t resets = 0, missedIn = 0, missedOut = 0;
        std::uint32_t stuck = 0; // what the core did not do in time
    };
    [[nodiscard]] Counters counters() const;

private:
    static constexpr std::size_t packetMax = CARD_E1_PACKET_MAX; // of all endpoints that fit
    struct Stream {                                              // an IN endpoint
        bool open = false, halted = false;
        bool again = false; // what lies here was not fetched
        std::array<std::uint8_t, packetMax> packet{};
        std::size_t length = 0;
    };
    struct Sink { // an OUT endpoint
        bool open = false;
        std::array<std::uint8_t, packetMax> packet{};
        std::size_t length = 0;
    };
    void restart();
    void fetch();
    void endpoints(std::uint32_t events);
    [[nodiscard]] bool sameFrame(std::uint32_t events) const;
    void missedIn();
    void missedOut();
    void settings();
    void arrange(const OtgEndpoint&, bool& open);
    void halt(const firmware::Setup&, unsigned number);
    void stopOut(unsigned number);
    void offer();
    void offer(const OtgEndpoint&, Stream&);

    OtgCore core_;
    firmware::Device& device_;
    ControlPipe control_{core_, device_};
    OtgPlan plan_;
    std::string_view trouble_;
    std::array<Stream, otg::endpoints> in_;
    std::array<Sink, otg::endpoints> out_;
    bool suspended_ = false;
    Counters counters_;
};

} // namespace callbox::board
