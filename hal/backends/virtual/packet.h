// SPDX-License-Identifier: GPL-2.0-or-later
// What two virtual ends say to each other. Both are ends of one build on one machine: fields are in host order, but
// every length is checked, because a socket can be opened by anybody.
//
//   hello   kind, version, type, law, samples per tick
//   tick    kind, tick number, samples lost before it, mask of the slots that follow, then `samples` octets for each
//   answer  the same, from the end that follows the clock
//   frame   kind, flags (1 = bad FCS), then the D channel frame
//   state   kind, what the sender's end does to the line: 1 = cable out, 2 = AIS, 4 = RAI
//   line    kind, port of an analog bank, what the sender's end does to its loop, what happened at it, detail
//   (line_wire.cpp)
#pragma once
#include <callbox/hal/types.h>
#include <cstring>

namespace callbox::hal::virtualspan {

enum class Kind : std::uint8_t { hello = 'H', tick = 'T', answer = 'A', frame = 'F', state = 'S', line = 'L' };

struct TickHeader {
    std::uint8_t kind = 0;
    std::uint8_t reserved[3] = {0, 0, 0};
    std::uint32_t samples = 0;
    std::uint64_t number = 0;
    std::uint32_t lost = 0;
    std::uint32_t mask = 0; // bit n: timeslot n
};

struct Hello {
    std::uint8_t kind = static_cast<std::uint8_t>(Kind::hello);
    std::uint8_t version = 1;
    std::uint8_t type = 0;
    std::uint8_t law = 0;
    std::uint32_t samples = 0;
};

constexpr std::uint8_t stateLos = 1;
constexpr std::uint8_t stateAis = 2;
constexpr std::uint8_t stateRai = 4;

template <class T> bool readHeader(Octets packet, T& out)
{
    if (packet.size() < sizeof(T))
        return false;
    std::memcpy(&out, packet.data(), sizeof(T));
    return true;
}

} // namespace callbox::hal::virtualspan
