// SPDX-License-Identifier: GPL-2.0-or-later
// The OTG_FS core's registers as far as a device needs them, RM0090 34.16.
#pragma once
#include <cstdint>

namespace callbox::board::otg {

constexpr std::uint32_t base = 0x50000000;
constexpr std::uint32_t ahb = base + 0x08, usb = base + 0x0C, resets = base + 0x10, status = base + 0x14,
                        mask = base + 0x18, receivePop = base + 0x20, receiveSize = base + 0x24,
                        transmitSize0 = base + 0x28, general = base + 0x38;
constexpr std::uint32_t configuration = base + 0x800, control = base + 0x804, deviceStatus = base + 0x808,
                        inMask = base + 0x810, outMask = base + 0x814, all = base + 0x818, allMask = base + 0x81C;
constexpr std::uint32_t transmitSize(unsigned fifo) // DIEPTXF1..3
{
    return base + 0x104 + 4 * (fifo - 1);
}
// Of an endpoint: DIEPCTL and DOEPCTL, DIEPINT and DOEPINT, DIEPTSIZ and DOEPTSIZ, DTXFSTS.
constexpr std::uint32_t inControl(unsigned e)
{
    return base + 0x900 + 0x20 * e;
}
constexpr std::uint32_t outControl(unsigned e)
{
    return base + 0xB00 + 0x20 * e;
}
constexpr std::uint32_t flagsOf(std::uint32_t endpointControl)
{
    return endpointControl + 0x08;
}
constexpr std::uint32_t sizeOf(std::uint32_t endpointControl)
{
    return endpointControl + 0x10;
}
constexpr std::uint32_t roomOf(unsigned e)
{
    return inControl(e) + 0x18;
}
constexpr std::uint32_t fifo(unsigned e) // 34.16.1: a window of 4 KiB each
{
    return base + 0x1000 * (e + 1);
}
constexpr unsigned endpoints = 4;      // each way, endpoint 0 among them
constexpr unsigned fifoWords = 320;    // 1.25 KiB, shared by all
constexpr unsigned transmitLeast = 16; // words of a transmit FIFO, 34.16.2

// GUSBCFG
constexpr std::uint32_t deviceOnly = 1u << 30, turnaround = 6u << 10, turnaroundMask = 15u << 10; // 6: AHB over 32 MHz
// GRSTCTL
constexpr std::uint32_t coreReset = 1, flushReceive = 1u << 4, flushTransmit = 1u << 5, idle = 1u << 31;
constexpr std::uint32_t whichFifo = 6, allFifos = 0x10;
// GINTSTS
constexpr std::uint32_t hostMode = 1, frameBegan = 1u << 3, received = 1u << 4, outNakEffective = 1u << 7,
                        suspends = 1u << 11, busReset = 1u << 12, enumerated = 1u << 13, inEndpoint = 1u << 18,
                        outEndpoint = 1u << 19, incompleteIn = 1u << 20, incompleteOut = 1u << 21, resumes = 1u << 31;
// GRXSTSP
constexpr std::uint32_t isOutNak = 1, isData = 2, isDone = 3, isSetupDone = 4, isSetup = 6;
// GCCFG
constexpr std::uint32_t transceiver = 1u << 16, noVbus = 1u << 21;
// DCFG
constexpr std::uint32_t fullSpeed = 3, addressAt = 4;
// DCTL
constexpr std::uint32_t disconnected = 1u << 1, clearInNak = 1u << 8, setOutNak = 1u << 9, clearOutNak = 1u << 10;
// DSTS
constexpr std::uint32_t frameAt = 8, frameMask = 0x3fff;
// DIEPCTL, DOEPCTL
constexpr std::uint32_t active = 1u << 15, odd = 1u << 16, typeAt = 18, stall = 1u << 21, fifoAt = 22,
                        clearNak = 1u << 26, setNak = 1u << 27, even0 = 1u << 28, odd1 = 1u << 29, disable = 1u << 30,
                        enable = 1u << 31;
constexpr std::uint32_t keptOfControl = 0x7ffu | active | 3u << typeAt | stall | 15u << fifoAt; // the rest are orders
// DIEPINT, DOEPINT
constexpr std::uint32_t done = 1, disabled = 2, setupDone = 8;
// DIEPTSIZ, DOEPTSIZ
constexpr std::uint32_t packetAt = 19, setupsAt = 29; // of DIEPTSIZ: packets a frame

} // namespace callbox::board::otg
