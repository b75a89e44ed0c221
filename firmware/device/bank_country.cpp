// SPDX-License-Identifier: GPL-2.0-or-later
// The electrical manners of a port's line, as the protocol has them and as its chip does.
#include "device/analog_bank.h"
#include <algorithm>

namespace callbox::firmware {

namespace {

constexpr unsigned impedances = 16, leastHertz = 10, mostHertz = 70, leastLimit = 20, mostLimit = 41;

bool windowFits(const card_analog_country& c)
{
    return (c.ring_min == 0 && c.ring_max == 0) ||
           (c.ring_min >= leastHertz && c.ring_min <= c.ring_max && c.ring_max <= mostHertz);
}

// Ranges that the chip does not know of; it looks at the others itself.
bool fitsExchange(const card_analog_country& c)
{
    return windowFits(c) && c.off_hook_speed <= 3 && c.dc <= 0x0f;
}

bool fitsTelephone(const card_analog_country& c)
{
    const bool nothingElse = c.ring_threshold == 0 && c.ringer_impedance == 0 && c.off_hook_speed == 0 &&
                             c.ring_min == 0 && c.ring_max == 0 && c.dc == 0 &&
                             std::all_of(std::begin(c.hybrid), std::end(c.hybrid), [](card_u8 h) { return h == 0; });
    return nothingElse && c.impedance < impedances &&
           (c.current_limit == 0 || (c.current_limit >= leastLimit && c.current_limit <= mostLimit));
}

core::DaaCountry daaOf(const card_analog_country& c)
{
    core::DaaCountry out;
    out.ohs = c.off_hook_speed & 1;
    out.ohs2 = static_cast<std::uint8_t>(c.off_hook_speed >> 1);
    out.rz = c.ringer_impedance;
    out.rt = c.ring_threshold;
    out.ilim = c.current_limit;
    out.dcv = c.dc & 3;
    out.mini = static_cast<std::uint8_t>(c.dc >> 2);
    out.acim = c.impedance;
    std::copy(std::begin(c.hybrid), std::end(c.hybrid), out.hybrid.begin());
    return out;
}

} // namespace

bool AnalogBank::setCountry(unsigned port, const card_analog_country& c)
{
    Port& p = all_[port];
    if (!p.idle())
        return false;
    if (p.exchange) {
        if (!fitsExchange(c) || !p.fxoChip->setCountry(daaOf(c)))
            return false;
        p.exchange->setRingWindow(c.ring_min, c.ring_max);
        p.country = c;
        return true;
    }
    if (!fitsTelephone(c))
        return false;
    p.country = c;
    p.fxsChip->setLoopLimit(c.current_limit);
    if (!p.fxsChip->setImpedance(c.impedance))
        p.country.impedance = 0;
    return true;
}

} // namespace callbox::firmware
