// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/wire.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::usbip {

namespace {

constexpr std::uint16_t version = 0x0111;
constexpr std::uint16_t askList = 0x8005, askImport = 0x8003, tellList = 0x0005, tellImport = 0x0003;
constexpr std::uint32_t cmdSubmit = 1, cmdUnlink = 2, retSubmit = 3, retUnlink = 4;
constexpr std::size_t headerSize = 48, isoSize = 16, pathSize = 256, busIdSize = 32;

std::uint32_t get32(Octets o, std::size_t at)
{
    return static_cast<std::uint32_t>(o[at]) << 24 | static_cast<std::uint32_t>(o[at + 1]) << 16 |
           static_cast<std::uint32_t>(o[at + 2]) << 8 | o[at + 3];
}
std::uint16_t get16(Octets o, std::size_t at)
{
    return static_cast<std::uint16_t>(o[at] << 8 | o[at + 1]);
}
void put32(OctetBuffer& out, std::uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(v >> shift));
}
void put16(OctetBuffer& out, std::uint16_t v)
{
    out.push_back(static_cast<std::uint8_t>(v >> 8));
    out.push_back(static_cast<std::uint8_t>(v));
}
void putText(OctetBuffer& out, std::string_view text, std::size_t size)
{
    const std::size_t end = out.size() + size;
    out.insert(out.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), size - 1)));
    out.resize(end);
}

void putDevice(OctetBuffer& out, const Listing& d)
{
    constexpr std::uint32_t fullSpeed = 2;
    putText(out, "/callbox/" + d.busId, pathSize);
    putText(out, d.busId, busIdSize);
    put32(out, d.bus);
    put32(out, d.number);
    put32(out, fullSpeed);
    put16(out, d.vendor);
    put16(out, d.product);
    put16(out, d.release);
    out.insert(out.end(), {0, 0, 0, d.configuration, 1, static_cast<std::uint8_t>(d.interfaces.size())});
}

void putHeader(OctetBuffer& out, std::uint32_t command, std::uint32_t sequence)
{
    put32(out, command);
    put32(out, sequence);
    for (int i = 0; i < 3; ++i) // device, direction, endpoint: nothing in answers
        put32(out, 0);
}

} // namespace

Result<std::optional<Request>> Reader::next()
{
    return imported_ ? urb() : operation();
}

Result<std::optional<Request>> Reader::operation()
{
    if (held_.size() < 8)
        return std::optional<Request>();
    if (get16(held_, 0) != version)
        return Error{Errc::invalid,
                     fmt::format("USB/IP version {:#06x}: {:#06x} is spoken here", get16(held_, 0), version)};
    switch (get16(held_, 2)) {
    case askList:
        drop(8);
        return std::optional<Request>(ListRequest{});
    case askImport: {
        if (held_.size() < 8 + busIdSize)
            return std::optional<Request>();
        const auto from = held_.begin() + 8, end = from + busIdSize;
        ImportRequest import{std::string(from, std::find(from, end, 0))};
        drop(8 + busIdSize);
        return std::optional<Request>(std::move(import));
    }
    default:
        return Error{
            Errc::invalid,
            fmt::format("USB/IP operation {:#06x}: neither a list (0x8005) nor an import (0x8003)", get16(held_, 2))};
    }
}

Result<std::optional<Request>> Reader::urb()
{
    if (held_.size() < headerSize)
        return std::optional<Request>();
    const Octets o(held_);
    const std::uint32_t command = get32(o, 0);
    if (command == cmdUnlink) {
        const Unlink unlink{get32(o, 4), get32(o, 20)};
        drop(headerSize);
        return std::optional<Request>(unlink);
    }
    if (command != cmdSubmit)
        return Error{Errc::invalid, fmt::format("USB/IP command {}: neither submit (1) nor unlink (2)", command)};
    const std::uint32_t direction = get32(o, 12), endpoint = get32(o, 16), count = get32(o, 32);
    Submit s;
    s.sequence = get32(o, 4);
    s.in = direction == 1;
    s.endpoint = static_cast<std::uint8_t>(endpoint & 0x0f);
    s.length = get32(o, 24);
    s.startFrame = static_cast<std::int32_t>(get32(o, 28));
    s.isochronous = count != 0 && count != 0xffffffff; // the document says all ones where the kernel says 0
    s.setup = firmware::Setup::read(o.subspan<40, 8>());
    if (direction > 1 || endpoint > 15)
        return Error{Errc::invalid,
                     fmt::format("USB/IP submit {}: direction {}, endpoint {}: 0..1 and 0..15 are allowed", s.sequence,
                                 direction, endpoint)};
    if (s.length > transferMax || (s.isochronous && count > packetsMax))
        return Error{Errc::invalid,
                     fmt::format("USB/IP submit {}: {} octets, {} packets: at most {} and {} are allowed", s.sequence,
                                 s.length, count, transferMax, packetsMax)};
    const std::size_t data = s.in ? 0 : s.length, descriptors = s.isochronous ? count : 0;
    if (held_.size() < headerSize + data + descriptors * isoSize)
        return std::optional<Request>();
    const Octets body = o.subspan(headerSize, data);
    s.data.assign(body.begin(), body.end());
    for (std::size_t i = 0; i < descriptors; ++i) {
        const std::size_t at = headerSize + data + i * isoSize;
        const IsoPacket p{get32(o, at), get32(o, at + 4), 0, 0};
        if (p.offset > s.length || p.length > s.length - p.offset)
            return Error{Errc::invalid, fmt::format("USB/IP submit {}: packet {} ends {} octets into a buffer of {}",
                                                    s.sequence, i, std::uint64_t{p.offset} + p.length, s.length)};
        s.packets.push_back(p);
    }
    drop(headerSize + data + descriptors * isoSize);
    return std::optional<Request>(std::move(s));
}

OctetBuffer listReply(const std::vector<Listing>& devices)
{
    OctetBuffer out;
    put16(out, version);
    put16(out, tellList);
    put32(out, 0);
    put32(out, static_cast<std::uint32_t>(devices.size()));
    for (const Listing& d : devices) {
        putDevice(out, d);
        for (const auto& i : d.interfaces)
            out.insert(out.end(), {i[0], i[1], i[2], 0});
    }
    return out;
}

OctetBuffer importReply(const Listing* device)
{
    OctetBuffer out;
    put16(out, version);
    put16(out, tellImport);
    put32(out, device ? 0 : 1);
    if (device)
        putDevice(out, *device);
    return out;
}

OctetBuffer submitReply(const Submit& submit, std::int32_t status, Octets data, std::uint32_t sent)
{
    OctetBuffer out;
    putHeader(out, retSubmit, submit.sequence);
    put32(out, static_cast<std::uint32_t>(status));
    put32(out, submit.in ? static_cast<std::uint32_t>(data.size()) : sent);
    put32(out, 0);
    put32(out, 0xffffffff);
    put32(out, 0);
    out.resize(headerSize);
    out.insert(out.end(), data.begin(), data.end());
    return out;
}

// The client drops the connection when the packets' lengths do not make up the whole, on OUT as well.
OctetBuffer isoReply(const Submit& submit, std::int32_t status, std::uint32_t startFrame)
{
    std::uint32_t total = 0, errors = 0;
    for (const IsoPacket& p : submit.packets) {
        total += p.actual;
        errors += p.status != 0;
    }
    OctetBuffer out;
    putHeader(out, retSubmit, submit.sequence);
    put32(out, static_cast<std::uint32_t>(status));
    put32(out, total);
    put32(out, startFrame);
    put32(out, static_cast<std::uint32_t>(submit.packets.size()));
    put32(out, errors);
    out.resize(headerSize);
    if (submit.in)
        for (const IsoPacket& p : submit.packets) {
            if (p.actual == 0)
                continue;
            const auto from = submit.data.begin() + p.offset;
            out.insert(out.end(), from, from + p.actual);
        }
    for (const IsoPacket& p : submit.packets) {
        put32(out, p.offset);
        put32(out, p.length);
        put32(out, p.actual);
        put32(out, static_cast<std::uint32_t>(p.status));
    }
    return out;
}

OctetBuffer unlinkReply(const Unlink& unlink, std::int32_t status)
{
    OctetBuffer out;
    putHeader(out, retUnlink, unlink.sequence);
    put32(out, static_cast<std::uint32_t>(status));
    out.resize(headerSize);
    return out;
}

} // namespace callbox::usbip
