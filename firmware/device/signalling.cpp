// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/signalling.h"
#include <bit>

namespace callbox::firmware {

namespace {

constexpr std::uint8_t onesOfT1 = 0x0f; // where nobody says anything: a channel whose bits are as they are

} // namespace

void Signalling::set(const card_line& line)
{
    const bool on = line.cas == 1, t1 = line.kind == CARD_PORT_T1;
    if (on == on_ && t1 == t1_)
        return;
    on_ = on;
    t1_ = t1;
    hears_ = core::CasReceiver();
    forget();
}

void Signalling::forget()
{
    sends_ = core::CasTransmitter();
    said_.fill(onesOfT1);
    noNews();
}

void Signalling::noNews()
{
    (void)hears_.channels().takeNews();
    news_ = 0;
}

std::uint32_t Signalling::channels() const
{
    return !on_ ? 0 : t1_ ? robbed_ : channelsOfE1;
}

bool Signalling::setRobbed(std::uint32_t channels)
{
    if (channels & ~channelsOfT1)
        return false;
    robbed_ = channels;
    return true;
}

bool Signalling::say(const card_cas& cas)
{
    const std::uint32_t wanted = card_get32(cas.valid);
    if (!on_ || wanted & ~(t1_ ? channelsOfT1 : channelsOfE1))
        return false;
    core::CasTransmitter sends = sends_;
    for (std::uint32_t left = wanted; left != 0; left &= left - 1) {
        const auto channel = static_cast<unsigned>(std::countr_zero(left));
        if (!t1_ && !sends.set(channel, card_cas_get(&cas, channel, 0)))
            return false;
        if (t1_)
            said_[channel] = card_cas_get(&cas, channel, 1);
    }
    sends_ = sends;
    return true;
}

card_cas Signalling::heard() const
{
    card_cas out{};
    const std::uint32_t known = hears_.channels().known() & channels();
    for (std::uint32_t left = known; left != 0; left &= left - 1) {
        const auto channel = static_cast<unsigned>(std::countr_zero(left));
        card_cas_put(&out, channel, t1_ ? 1 : 0, hears_.channels().abcd(channel));
    }
    out.valid = card_make32(known);
    return out;
}

std::optional<Signalling::News> Signalling::next()
{
    news_ = (news_ | hears_.channels().takeNews()) & channels();
    if (news_ == 0)
        return std::nullopt;
    const auto channel = static_cast<unsigned>(std::countr_zero(news_));
    news_ &= news_ - 1;
    return News{channel, hears_.channels().abcd(channel)};
}

void Signalling::cameSlot16(std::uint8_t octet)
{
    if (!inSlot16())
        return;
    hears_.slot(octet);
    sends_.setRemoteAlarm(!hears_.aligned()); // y, G.732 table 3
}

void Signalling::cameRobbed(unsigned channel, std::uint8_t abcd)
{
    if (isRobbed() && channel >= 1 && channel <= CARD_T1_CHANNELS)
        hears_.channels().came(channel, abcd);
}

void Signalling::lineLost()
{
    if (!on_)
        return;
    hears_.lineLost();
    sends_.setRemoteAlarm(true);
}

} // namespace callbox::firmware
