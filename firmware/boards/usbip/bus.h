// SPDX-License-Identifier: GPL-2.0-or-later
// The host controller's part of USB/IP: URBs of one device, served frame by frame. Control and bulk transfers are done
// at once; an isochronous packet takes its turn in its frame; an interrupt transfer waits until there is something to
// tell. What is for no endpoint of the present settings is stalled at once, and so is what would make more than 16 MiB
// wait. A stream of isochronous data, once it has begun, wants a URB in every frame: who drives the frames may wait for
// a host that is late (ready()), so that nothing is lost.
#pragma once
#include "boards/usbip/wire.h"
#include "device/device.h"
#include <deque>
#include <functional>
#include <map>
#include <set>

namespace callbox::usbip {

class Bus {
public:
    using Reply = std::function<void(OctetBuffer)>;
    // All are called, and call `reply`, in one thread. The device outlives the bus.
    Bus(firmware::Device& device, Reply reply) : device_(device), reply_(std::move(reply)) {}

    void submit(Submit submit);
    void unlink(const Unlink& unlink);
    void frame(); // 1 ms of USB
    // Whether every stream that runs has a URB for the next frame. One ends when its URBs are taken back and when a
    // setting is selected.
    [[nodiscard]] bool ready() const;
    void goOnWithout(); // streams without one are not waited for until they have one again

private:
    struct Waiting {
        Submit submit;
        std::size_t next = 0; // packet
        std::uint32_t startFrame = 0;
    };
    static std::size_t weight(const Submit& s) { return s.length + s.packets.size() * sizeof(IsoPacket); }
    void refuse(const Submit& s);
    void control(Submit& submit);
    void bulkOut(const Submit& submit);
    bool serve(std::uint8_t endpoint, Waiting& w); // true: done
    bool serveIso(std::uint8_t endpoint, Waiting& w);

    firmware::Device& device_;
    Reply reply_;
    std::uint32_t now_ = 0;                              // frame
    std::map<std::uint8_t, std::deque<Waiting>> queues_; // by endpoint address
    std::size_t octets_ = 0;                             // that they ask for or bring
    std::set<std::uint8_t> streams_;                     // that run; by endpoint address
};

} // namespace callbox::usbip
