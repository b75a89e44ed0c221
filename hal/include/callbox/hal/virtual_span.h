// SPDX-License-Identifier: GPL-2.0-or-later
// The virtual backend's own face: pairs of spans inside one process, the clock that paces them, and faults on demand.
// Between processes the same spans are had through the registry (keys connect, listen, clock; see
// backends/virtual/README.md).
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/line_errors.h>
#include <callbox/hal/span.h>

namespace callbox::hal {

// Paces the spans that hang on it. One per exchange; a switch's ties follow a trunk instead.
class VirtualClock {
public:
    virtual ~VirtualClock() = default;
    // Ticks every `samples` of 8 kHz (160 = 20 ms) in the loop's time. Waits for late ends at most 500 ms.
    static std::unique_ptr<VirtualClock> paced(Loop&, std::uint32_t samples = 160);
    // Ticks when told, by Span::setTickFollower of a trunk; ticks by itself while nobody has told it for 100 ms.
    // Never waits for a late end.
    static std::unique_ptr<VirtualClock> following(Loop&, std::uint32_t samples = 160);
    virtual void follow(std::uint32_t samples) = 0; // a `paced` clock ignores it
    [[nodiscard]] virtual std::uint64_t ticks() const = 0;
};

// Faults a test or `lab fault` injects into one end; all default to none.
struct VirtualFaults {
    bool los = false;           // cable out: both ends see LOS, nothing moves
    bool ais = false;           // the other end receives AIS
    bool rai = false;           // the other end receives RAI
    unsigned dropFrames = 0;    // the next so many D channel frames sent are lost
    unsigned corruptFrames = 0; // the next so many arrive with a bad FCS
    unsigned slips = 0;         // so many ticks to be lost from what we receive, one slip each
    bool silent = false;        // we answer nothing, as a frozen process does
    std::uint32_t cut = 0;      // an analog bank's lines that are cut: bit n is port n
    LineErrors errors = {};     // counted once, when set: what a card would have counted
};
class FaultInjection { // optional ability of a virtual span's SpanIo (dynamic_cast)
public:
    virtual void setFaults(const VirtualFaults&) = 0;
    virtual const VirtualFaults& faults() const = 0;

protected:
    ~FaultInjection() = default;
};

// A connected pair in one process; `first` holds the clock, `second` follows it.
struct VirtualPair {
    std::unique_ptr<SpanIo> first, second;
};
VirtualPair makeVirtualPair(Loop&, VirtualClock&);

// One end over a Unix socket (SEQPACKET): the listening end holds the clock. Path may be longer than a socket address.
std::unique_ptr<SpanIo> makeVirtualListener(Loop&, VirtualClock&, std::string path);
std::unique_ptr<SpanIo> makeVirtualConnector(Loop&, std::string path);

} // namespace callbox::hal
