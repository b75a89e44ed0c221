// SPDX-License-Identifier: GPL-2.0-or-later
// D channel frames as a pcap file. Format: libpcap's classic file, link type 177 (LINUX_LAPD): each packet begins with
// a 16-octet pseudo header: packet type (2), ARPHRD_LAPD 8445 (2), address length (2), address (8) whose first octet
// tells the network side, protocol ETH_P_LAPD 0x0030 (2); all big-endian.
#include <callbox/hal/trace_ring.h>

namespace callbox::hal {

namespace {

constexpr std::uint32_t linkType = 177;
constexpr std::uint16_t arphrdLapd = 8445;
constexpr std::uint16_t ethPLapd = 0x0030;
// sll_pkttype of Linux cooked captures
constexpr std::uint16_t toUs = 0;
constexpr std::uint16_t fromUs = 4;

void put32(OctetBuffer& out, std::uint32_t v)
{
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::uint8_t>(v >> shift));
}
void put16(OctetBuffer& out, std::uint16_t v)
{
    out.push_back(static_cast<std::uint8_t>(v & 0xff));
    out.push_back(static_cast<std::uint8_t>(v >> 8));
}
void putBig16(OctetBuffer& out, std::uint16_t v)
{
    out.push_back(static_cast<std::uint8_t>(v >> 8));
    out.push_back(static_cast<std::uint8_t>(v & 0xff));
}

void putFileHeader(OctetBuffer& out)
{
    put32(out, 0xa1b2c3d4); // octet order mark, microseconds
    put16(out, 2);
    put16(out, 4);
    put32(out, 0);
    put32(out, 0);
    put32(out, 65535);
    put32(out, linkType);
}

void putPacket(OctetBuffer& out, const TracedFrame& f, bool networkSide, Octets content)
{
    const auto ms = f.at.time_since_epoch().count();
    const auto length = static_cast<std::uint32_t>(16 + content.size());
    put32(out, static_cast<std::uint32_t>(ms / 1000));
    put32(out, static_cast<std::uint32_t>(ms % 1000 * 1000));
    put32(out, length);
    put32(out, length);
    putBig16(out, f.direction == Direction::sent ? fromUs : toUs);
    putBig16(out, arphrdLapd);
    putBig16(out, 1);
    out.push_back(networkSide ? 1 : 0);
    out.insert(out.end(), 7, 0);
    putBig16(out, ethPLapd);
    out.insert(out.end(), content.begin(), content.end());
}

} // namespace

OctetBuffer toPcap(const std::deque<TracedFrame>& frames, WallTime since, bool networkSide, bool withNumbers)
{
    OctetBuffer out;
    putFileHeader(out);
    for (const TracedFrame& f : frames) {
        if (f.at < since)
            continue;
        OctetBuffer content = f.frame;
        if (!withNumbers)
            maskNumbers(content);
        putPacket(out, f, networkSide, content);
    }
    return out;
}

} // namespace callbox::hal
