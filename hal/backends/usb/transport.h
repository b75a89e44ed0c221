// SPDX-License-Identifier: GPL-2.0-or-later
// What the backend wants of USB: devices, control transfers, packets under way. Two sides of it: libusb
// (libusb_bus.h), and in tests a USB/IP client on the card's own firmware. Everything happens on the loop; no call
// back comes from inside the call that asked for it, and none after the object that it belongs to is destroyed.
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/base/loop.h>
#include <functional>
#include <memory>
#include <vector>

namespace callbox::hal::usb {

// A device on the bus, told without opening it. What comes from the device itself may be anything.
struct DeviceFacts {
    std::string location; // "1-2.3": bus, and ports on the way to it; stays while the cables do
    std::string serial;   // empty: it tells none
    std::string model;
    std::uint16_t vendor = 0, product = 0, release = 0;
    OctetBuffer configuration; // descriptors of the active configuration, USB 2.0 9.6.3
};

struct Request {
    std::uint8_t type = 0, request = 0; // bmRequestType, bRequest
    std::uint16_t value = 0, index = 0;
    [[nodiscard]] bool in() const { return type & 0x80; }
};

struct Endpoint {
    enum class Kind : std::uint8_t { control, isochronous, bulk, interrupt }; // bmAttributes, bits 1..0
    std::uint8_t address = 0;
    Kind kind = Kind::control;
    bool feedback = false; // bmAttributes, bits 5..4
    std::uint16_t packetMax = 0;
    [[nodiscard]] bool in() const { return address & 0x80; }
};

struct Packet {
    std::uint32_t length = 0; // that may come, or is to go
    std::uint32_t actual = 0;
    bool good = false;
};

enum class Outcome { done, failed, gone };

// Packets of one endpoint that go or come together; submitted again and again. One that is under way when destroyed
// is taken back.
class Transfer {
public:
    Transfer(unsigned count, std::uint32_t packetMax)
        : packetMax_(packetMax), packets_(count, Packet{packetMax, 0, false}), buffer_(std::size_t{count} * packetMax)
    {
    }
    virtual ~Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    // Until it is done the bus owns packets and buffer; what was to be sent has to be written anew each time.
    virtual Result<void> submit() = 0;
    [[nodiscard]] std::span<Packet> packets() { return packets_; }
    [[nodiscard]] std::span<std::uint8_t> room(std::size_t packet)
    {
        return std::span(buffer_).subspan(packet * packetMax_, packetMax_);
    }
    [[nodiscard]] Octets came(std::size_t packet)
    {
        return Octets(room(packet)).first(std::min(packets_[packet].actual, packetMax_));
    }

protected:
    std::uint32_t packetMax_;
    std::vector<Packet> packets_;
    OctetBuffer buffer_;
};

// An opened device. Closed when destroyed, after its transfers; its interfaces then go back to setting 0.
class Device {
public:
    using Done = std::function<void(Result<OctetBuffer>)>;
    virtual ~Device() = default;

    // Ours alone from now on. Errc::busy: another program has it.
    virtual Result<void> claim(unsigned interface) = 0;
    virtual void select(unsigned interface, unsigned setting, Done) = 0;
    // OUT: `data` goes; IN: as many octets as it has may come. Errc::unsupported: stalled; Errc::timeout after 1 s;
    // Errc::gone.
    virtual void control(const Request&, OctetBuffer data, Done) = 0;
    // Interrupt and bulk: one packet; OUT of these: as many octets of it as its packet says. The device outlives it.
    virtual std::unique_ptr<Transfer> transfer(const Endpoint&, unsigned packets, std::function<void(Outcome)>) = 0;
};

class Bus {
public:
    virtual ~Bus() = default; // after its devices
    virtual Result<std::vector<DeviceFacts>> devices() = 0;
    // Errc::denied: this user may not; Errc::gone: it left meanwhile.
    virtual Result<std::unique_ptr<Device>> open(const DeviceFacts&) = 0;
    // `cb` after each device that comes, until the bus is destroyed; one at a time is called. Errc::unsupported: this
    // system does not tell.
    virtual Result<void> onArrival(Callback cb) = 0;
};

} // namespace callbox::hal::usb
