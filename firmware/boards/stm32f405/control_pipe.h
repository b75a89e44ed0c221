// SPDX-License-Identifier: GPL-2.0-or-later
// Endpoint 0: SETUP, the data either way, the status, USB 2.0 8.5.3. What a request means is the device's.
#pragma once
#include "boards/stm32f405/otg_core.h"
#include "device/device.h"

namespace callbox::board {

class ControlPipe {
public:
    ControlPipe(OtgCore& core, firmware::Device& device) : core_(core), device_(device) {} // outlive it

    void restart() { stage_ = Stage::idle; } // a bus reset
    void setupCame(unsigned length) { core_.fetch(setup_, length); }
    void dataCame(unsigned length);
    // The flags of endpoint 0. True: a request was carried out, which may have changed what endpoints there are.
    bool out(std::uint32_t flags);
    void in(std::uint32_t flags);
    [[nodiscard]] const firmware::Setup& request() const { return request_; } // the last one that was carried out
    [[nodiscard]] bool idle() const { return stage_ == Stage::idle; }         // nothing is under way

private:
    enum class Stage { idle, dataIn, dataOut, statusIn, statusOut };
    bool begin();
    bool carryOut();
    void give();
    void refuse();

    OtgCore& core_;
    firmware::Device& device_;
    Stage stage_ = Stage::idle;
    firmware::Setup request_;
    std::array<std::uint8_t, 8> setup_{};
    std::array<std::uint8_t, OtgCore::controlSize> packet_{};
    std::array<std::uint8_t, firmware::Device::controlMax> data_{};
    std::size_t length_ = 0, moved_ = 0; // of the data, octets
    unsigned came_ = 0;                  // octets in packet_
    bool endsEmpty_ = false;             // 5.5.3: an empty packet tells the host that less comes than it asked for
};

} // namespace callbox::board
