// SPDX-License-Identifier: GPL-2.0-or-later
// The narrow contract of a span: what a backend (virtual, dahdi, usb) implements. State checks, counting and
// tracing are done once, above it, by hal::Span; a backend stays short and never re-checks.
// Everything happens on the loop; nothing here blocks; no event comes after stop() returns.
#pragma once
#include <callbox/hal/types.h>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace callbox::hal {

// One port of an analog bank, by what it faces and not by its signalling, whose names are the other way round.
enum class PortKind : std::uint8_t {
    fxo, // faces an exchange, as a telephone does
    fxs, // faces a telephone: feeds the loop and rings
};
enum class LineStart : std::uint8_t {
    loop, // loop start: nothing tells the telephone that the other side has hung up
    kewl, // loop start, and the exchange opens the loop for a moment when it clears
};
struct PortConfig {
    Timeslot port{1};
    PortKind kind = PortKind::fxo;
    LineStart start = LineStart::kewl;
};

struct SpanConfig {
    std::string name; // "trunk1"
    SpanType type = SpanType::e1;
    Law law = Law::alaw;
    Timeslot dChannel{16};
    bool crc4 = true;
    std::vector<PortConfig> ports = {}; // of an analog bank: those in use
};

// One open channel's share of a tick. The views live during onTick only.
struct SlotBlock {
    Timeslot slot;
    Octets rx;                  // SpanTick::samples octets, G.711 of the span's law
    std::span<std::uint8_t> tx; // as many; holds idle octets on entry, onTick overwrites what it has to say
    std::uint32_t ahead = 0;    // samples that go out before it; 0: it goes out at once
};

// All open channels of a span at one instant.
struct SpanTick {
    std::uint64_t clock;   // samples since the span's start on the span's own clock, at the first sample of this tick
    std::uint32_t samples; // per channel; a backend's block size, the same at every tick of a start
    std::uint32_t lost;    // samples that the line carried before this tick and that nobody gets
    std::span<SlotBlock> slots;
};

class SpanEvents {
public:
    virtual void onTick(const SpanTick&) = 0;
    // A whole D channel frame, address and control octets first, FCS checked and removed (Q.921 2.2).
    virtual void onFrame(Octets) = 0;
    // A frame that was none; `what` is a constant text: "FCS", "too long", "abort".
    virtual void onBadFrame(std::string_view what) = 0;
    // First call: the state at start, which is LOS until frames have moved (never a false green).
    virtual void onAlarms(Alarms) = 0;
    virtual void onSlip() = 0;
    virtual void onLate(std::uint32_t ms) = 0; // the other end made us wait so much longer
    // The card is gone; the last event ever.
    virtual void onGone(Error) = 0;

protected:
    ~SpanEvents() = default;
};

class SpanIo {
public:
    virtual ~SpanIo() = default; // implies stop()
    // Events may come from the next loop turn on. Errc::busy: somebody else has it.
    virtual Result<void> start(const SpanConfig&, SpanEvents&) = 0;
    virtual void stop() noexcept = 0;
    // From the next tick on this slot is in SpanTick::slots, and carries no sample of its earlier users, either way.
    virtual Result<void> openSlot(Timeslot) = 0;
    virtual void closeSlot(Timeslot) noexcept = 0;
    // Queues a frame without FCS, at once. Errc::busy: the D channel's queue is full; Errc::gone: no card.
    virtual Result<void> sendFrame(Octets) = 0;
};

// Longest frame a D channel carries: Q.921 5.9.3 N201 (260) plus address and control.
constexpr std::size_t longestFrame = 264;

} // namespace callbox::hal
