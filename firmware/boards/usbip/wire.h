// SPDX-License-Identifier: GPL-2.0-or-later
// USB/IP version 1.1.1 as it goes over a socket (Linux, Documentation/usb/usbip_protocol.rst): bytes to requests,
// answers to bytes. Numbers are big endian; the setup packet is as on USB. Where the document and the kernel's client
// differ, the client's way is understood as well.
#pragma once
#include "device/usb.h"
#include <array>
#include <callbox/base/bytes.h>
#include <optional>
#include <variant>

namespace callbox::usbip {

inline constexpr std::size_t transferMax = 1 << 20; // octets of one URB's buffer
inline constexpr std::uint32_t packetsMax = 1024;   // of one isochronous URB, as the kernel has it
inline constexpr std::int32_t unlinked = -104;      // -ECONNRESET
inline constexpr std::int32_t brokenPipe = -32;     // -EPIPE: stalled

struct ListRequest {};
struct ImportRequest {
    std::string busId;
};
struct IsoPacket {
    std::uint32_t offset = 0, length = 0, actual = 0;
    std::int32_t status = 0;
};
struct Submit {
    std::uint32_t sequence = 0;
    bool in = false;
    std::uint8_t endpoint = 0; // number, without its direction
    std::uint32_t length = 0;  // of the transfer's buffer
    std::int32_t startFrame = 0;
    bool isochronous = false;
    firmware::Setup setup;
    OctetBuffer data; // OUT: the whole buffer, gaps and all
    std::vector<IsoPacket> packets;
};
struct Unlink {
    std::uint32_t sequence = 0, victim = 0;
};
using Request = std::variant<ListRequest, ImportRequest, Submit, Unlink>;

// Cuts a stream into requests. Before an import these are operations, after it URBs.
class Reader {
public:
    void feed(Octets octets) { held_.insert(held_.end(), octets.begin(), octets.end()); }
    // Nothing: more octets are wanted. Errc::invalid: this is no USB/IP; the connection is of no use any more.
    Result<std::optional<Request>> next();
    void imported() { imported_ = true; }

private:
    Result<std::optional<Request>> operation();
    Result<std::optional<Request>> urb();
    void drop(std::size_t n) { held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(n)); }

    OctetBuffer held_;
    bool imported_ = false;
};

// What a list tells of a device.
struct Listing {
    std::string busId;
    std::uint32_t bus = 1, number = 1;
    std::uint16_t vendor = 0, product = 0, release = 0;
    std::uint8_t configuration = 0;
    std::vector<std::array<std::uint8_t, 3>> interfaces; // class, subclass, protocol
};
OctetBuffer listReply(const std::vector<Listing>& devices);
OctetBuffer importReply(const Listing* device); // nullptr: there is none, or it is taken

// An answer to `submit`. `data` holds what was received (IN); of isochronous packets the gaps are taken out.
OctetBuffer submitReply(const Submit& submit, std::int32_t status, Octets data, std::uint32_t sent);
OctetBuffer isoReply(const Submit& submit, std::int32_t status, std::uint32_t startFrame);
OctetBuffer unlinkReply(const Unlink& unlink, std::int32_t status);

} // namespace callbox::usbip
