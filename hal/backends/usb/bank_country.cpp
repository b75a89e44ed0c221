// SPDX-License-Identifier: GPL-2.0-or-later
#include "bank_country.h"

namespace callbox::hal::usb {

card_analog_country countryOf(const LineTermination& t, PortKind kind)
{
    card_analog_country c{};
    c.impedance = t.impedance;
    if (kind == PortKind::fxs)
        return c;
    c.off_hook_speed = t.hookSpeed;
    c.current_limit = t.currentLimit ? 1 : 0;
    c.dc = static_cast<card_u8>(t.dcVoltage | t.leastCurrent << 2);
    c.ring_min = t.ringMin;
    c.ring_max = t.ringMax;
    return c;
}

Task<std::string> setCountry(Loop& loop, Device& device, BankInterface at, std::vector<PortConfig> ports,
                             LineTermination country, bool can)
{
    std::string untaken;
    for (const PortConfig& p : ports) {
        bool taken = false;
        if (can) {
            const auto where = static_cast<std::uint16_t>((index(p.port) - 1) << 8 | at.number);
            OctetBuffer data = write(countryOf(country, p.kind));
            const Result<void> r =
                co_await check(tell(loop, device, To::interface, CARD_BANK_COUNTRY, 0, where, std::move(data)));
            if (!r && r.error().code != Errc::unsupported)
                co_return r.error();
            taken = r.has_value();
        }
        if (!taken)
            untaken += (untaken.empty() ? "" : ", ") + std::to_string(index(p.port));
    }
    co_return untaken;
}

} // namespace callbox::hal::usb
