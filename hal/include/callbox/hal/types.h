// SPDX-License-Identifier: GPL-2.0-or-later
// Words of the line that every header here uses.
#pragma once
#include <callbox/base/bytes.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace callbox::hal {

// A timeslot of a span as the standards number it: E1 1..31 (0 carries framing; G.704 2.3), T1 1..24; of an analog bank
// its ports 1..31.
enum class Timeslot : std::uint8_t {};
constexpr unsigned index(Timeslot t)
{
    return static_cast<unsigned>(t);
}

enum class Law { alaw, mulaw };         // G.711
enum class SpanType { e1, t1, analog }; // analog: a bank of ports, without a D channel (line_io.h)

constexpr std::uint8_t idleOctet(Law law)
{
    return law == Law::alaw ? 0xD5 : 0xFF;
} // quiet, as sent by an idle coder
constexpr unsigned timeslots(SpanType t)
{
    return t == SpanType::t1 ? 24 : 31;
}
constexpr Timeslot dChannelSlot(SpanType t) // 0: none
{
    return Timeslot{static_cast<std::uint8_t>(t == SpanType::e1 ? 16 : t == SpanType::t1 ? 24 : 0)};
}
constexpr unsigned samplesPerSecond = 8000;

// Alarm states of a span by their G.775 / G.704 names; several may stand at once.
struct Alarms {
    bool los = false;  // loss of signal
    bool lof = false;  // loss of frame alignment
    bool lomf = false; // loss of CRC-4 multiframe alignment: frames are found, no multiframe (G.706 4.2); E1
    bool ais = false;  // alarm indication signal received
    bool rai = false;  // remote alarm indication received
    bool operator==(const Alarms&) const = default;
    [[nodiscard]] bool any() const { return los || lof || lomf || ais || rai; }
    [[nodiscard]] bool usable() const
    {
        return !los && !lof && !lomf && !ais;
    } // RAI alone: the far end does not hear us
};
std::string toString(const Alarms&); // "LOS RAI", "" when clear

// Since start; monotonous.
struct SpanCounters {
    std::uint64_t ticks = 0;
    std::uint64_t samples = 0;     // on the span's clock
    std::uint64_t lostSamples = 0; // never delivered, all channels counted together as time
    std::uint64_t slips = 0;       // G.822 controlled slips
    std::uint64_t lateMs = 0;      // how long the other end was waited for
    std::uint64_t framesIn = 0;    // D channel, FCS good
    std::uint64_t framesOut = 0;
    std::uint64_t framesBad = 0; // FCS, length or abort
    std::uint64_t alarmChanges = 0;
};

} // namespace callbox::hal
