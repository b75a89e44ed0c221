// SPDX-License-Identifier: GPL-2.0-or-later
// The host controller's part of USB/IP: URBs of one device, served frame by frame. Control and bulk transfers are done
// at once; an isochronous packet takes its turn in its frame; an interrupt transfer waits until there is something to
// tell.
#pragma once
#include "boards/usbip/wire.h"
#include "device/device.h"
#include <deque>
#include <functional>
#include <map>

namespace callbox::usbip {

class Bus {
public:
    using Reply = std::function<void(OctetBuffer)>;
    // All are called, and call `reply`, in one thread. The device outlives the bus.
    Bus(firmware::Device& device, Reply reply) : device_(device), reply_(std::move(reply)) {}

    void submit(Submit submit);
    void unlink(const Unlink& unlink);
    void frame(); // 1 ms of USB
    [[nodiscard]] std::size_t pending() const;

private:
    struct Waiting {
        Submit submit;
        std::size_t next = 0; // packet
        std::uint32_t startFrame = 0;
    };
    void control(Submit& submit);
    void bulkOut(const Submit& submit);
    bool serve(std::uint8_t endpoint, Waiting& w); // true: done
    bool serveIso(std::uint8_t endpoint, Waiting& w);

    firmware::Device& device_;
    Reply reply_;
    std::uint32_t now_ = 0;                              // frame
    std::map<std::uint8_t, std::deque<Waiting>> queues_; // by endpoint address
};

} // namespace callbox::usbip
