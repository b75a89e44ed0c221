// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/clock_choice.h"
#include <algorithm>

namespace callbox::firmware {

namespace {

constexpr unsigned noFrames = CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_LOMF;

} // namespace

bool ClockChoice::set(const card_clock& c, unsigned ports)
{
    const auto* const end = std::find(std::begin(c.priority), std::end(c.priority), CARD_CLOCK_NONE);
    for (const auto* s = std::begin(c.priority); s != end; ++s) {
        const bool has =
            *s == CARD_CLOCK_OWN || (*s >= CARD_CLOCK_PORT && *s - CARD_CLOCK_PORT < static_cast<int>(ports));
        if (!has || std::find(std::begin(c.priority), s, *s) != s)
            return false;
    }
    if (std::any_of(end, std::end(c.priority), [](std::uint8_t s) { return s != CARD_CLOCK_NONE; }))
        return false;
    std::copy(std::begin(c.priority), std::end(c.priority), priority_.begin());
    return true;
}

std::uint8_t ClockChoice::source(std::span<const E1Port> ports) const
{
    for (const std::uint8_t s : priority_) {
        if (s == CARD_CLOCK_OWN || s == CARD_CLOCK_NONE)
            break;
        if ((ports[s - CARD_CLOCK_PORT].alarmsNow() & noFrames) == 0)
            return s;
    }
    return CARD_CLOCK_OWN; // behind all others, and if nothing else is there
}

card_clock ClockChoice::tell(std::span<const E1Port> ports, std::uint32_t offset) const
{
    card_clock c{};
    c.source = source(ports);
    c.state = c.source == CARD_CLOCK_OWN ? 0 : 1;
    std::copy(priority_.begin(), priority_.end(), std::begin(c.priority));
    c.offset = card_make32(c.source == CARD_CLOCK_OWN ? offset : 0); // a line's is what we go by
    return c;
}

} // namespace callbox::firmware
