// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/port_log.h"

namespace callbox::firmware {

namespace {

constexpr unsigned pause = 1000; // ms

} // namespace

std::optional<PortLog::Entry> PortLog::next(const E1Port& port)
{
    const PortCounters& c = port.counters();
    const std::uint16_t alarms = static_cast<std::uint16_t>(port.alarmsNow() & ~CARD_ALARM_NO_HOST); // has its own
    struct Row {
        unsigned code;
        std::uint32_t now;
        unsigned value, level;
    };
    const std::array<Row, 6> rows{{{CARD_LOG_ALARMS, alarms, alarms, alarms != 0 ? 1u : 2u},
                                   {CARD_LOG_UNDERFLOW, c.underflow, c.underflow & 0xffff, 1},
                                   {CARD_LOG_OVERFLOW, c.overflow, c.overflow & 0xffff, 1},
                                   {CARD_LOG_BAD_PACKET, c.usb, port.badPacket(), 1},
                                   {CARD_LOG_FAR_WITHOUT_CRC, port.farWithoutCrc(), port.farWithoutCrc(), 1},
                                   {CARD_LOG_LINK, port.linkMessages(), port.lastLinkMessage(), 2}}};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].now == told_[i].value || told_[i].wait > 0)
            continue;
        told_[i] = {rows[i].now, pause};
        return Entry{rows[i].code, rows[i].value, rows[i].level};
    }
    return std::nullopt;
}

} // namespace callbox::firmware
