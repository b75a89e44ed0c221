// SPDX-License-Identifier: GPL-2.0-or-later
// What a port tells: errors, defects, events.
#include "device/e1_port.h"
#include <utility>

namespace callbox::firmware {

namespace {

constexpr std::uint16_t noFrames = CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_LOMF;

} // namespace

void E1Port::blocks(bool firstErrored, bool secondErrored)
{
    seconds_.errors(firstErrored + secondErrored);
    counters_.crc += firstErrored + secondErrored;
    if (firstErrored || secondErrored)
        ++badMultiframes_;
}

void E1Port::signals(unsigned wrong, bool crc)
{
    counters_.fas += wrong;
    seconds_.severeFrom(crc ? severeBlocks : severeSignals);
    if (!crc)
        seconds_.errors(wrong);
}

void E1Port::t1Errors(unsigned multiframes, unsigned bits)
{
    counters_.crc += multiframes;
    counters_.fas += bits;
    badMultiframes_ = static_cast<std::uint16_t>(badMultiframes_ + multiframes);
    seconds_.errors(line_.framing == CARD_FRAMING_SF ? bits : multiframes);
}

void E1Port::alarms(std::uint16_t now)
{
    constexpr unsigned own = CARD_ALARM_NO_HOST | CARD_ALARM_LOCASMF;
    unsigned all = (now & ~own) | (alarms_ & CARD_ALARM_NO_HOST);
    if (signalling_.lost() && (now & noFrames) == 0)
        all |= CARD_ALARM_LOCASMF;
    change(static_cast<std::uint16_t>(all));
}

void E1Port::change(std::uint16_t now)
{
    if (now == alarms_)
        return;
    event(CARD_E1_EVENT_ALARMS, now, alarms_);
    seconds_.defects(alarms_ | now); // what ends in a second stood in it as well
    alarms_ = now;
}

void E1Port::slip(int framesOut)
{
    ++(framesOut > 0 ? counters_.slipsOut : counters_.slipsIn);
    event(CARD_E1_EVENT_SLIP, framesOut > 0 ? 1 : 0xffff, 0);
}

void E1Port::event(unsigned type, std::uint16_t what, std::uint16_t also)
{
    if (on_ && extensions_ & CARD_E1_EXT_EVENTS)
        events_.add(type, what, also, age_);
}

std::size_t E1Port::interrupt(std::span<std::uint8_t, CARD_E1_INTERRUPT_SIZE> out)
{
    if (on_ && extensions_ & CARD_E1_EXT_EVENTS && events_.empty())
        tellLineBits();
    return on_ ? events_.next(errors(), out) : 0;
}

// They are told as they are when their turn comes, so that the queue has room for all else, and the last state is never
// lost in it.
void E1Port::tellLineBits()
{
    if (const auto news = signalling_.next())
        event(CARD_E1_EVENT_CAS, static_cast<std::uint16_t>(news->channel), news->abcd);
    else if (const std::uint8_t before = std::exchange(toldSa_, sa_.now()); before != toldSa_)
        event(CARD_E1_EVENT_SA, toldSa_ & 0x1f, before);
}

card_ice1_errors E1Port::errors() const
{
    const unsigned flags = (alarms_ & (CARD_ALARM_LOF | CARD_ALARM_LOMF) ? CARD_ICE1_FLAG_ALIGNMENT : 0) |
                           (alarms_ & CARD_ALARM_LOS ? CARD_ICE1_FLAG_LOS : 0) |
                           (alarms_ & CARD_ALARM_RAI ? CARD_ICE1_FLAG_RAI : 0) |
                           (alarms_ & CARD_ALARM_AIS ? CARD_ICE1_FLAG_AIS : 0);
    const auto low = [](std::uint32_t v) { return card_make16(static_cast<card_u16>(v)); };
    return {low(badMultiframes_), low(counters_.losses), low(counters_.overflow), low(counters_.underflow),
            static_cast<card_u8>(flags)};
}

card_counters E1Port::countersOut() const
{
    card_counters out{};
    const PortCounters& c = counters_;
    out.frames = card_make32(c.frames);
    out.crc = card_make32(c.crc);
    out.fas = card_make32(c.fas);
    out.ebit = card_make32(c.ebit);
    out.code = card_make32(c.code);
    out.slips_out = card_make32(c.slipsOut);
    out.slips_in = card_make32(c.slipsIn);
    out.overflow = card_make32(c.overflow);
    out.underflow = card_make32(c.underflow);
    out.usb = card_make32(c.usb);
    seconds_.write(out);
    return out;
}

} // namespace callbox::firmware
