// SPDX-License-Identifier: GPL-2.0-or-later
// A card's numbers in words: card_protocol.h's.
#pragma once
#include "protocol/card_protocol.h"
#include <callbox/hal/card.h>
#include <span>

namespace callbox::hal::usb {

std::string portTypeName(unsigned type);                  // CARD_PORT_...
std::string portStateName(unsigned state);                // of card_port_info
std::string alarmNames(unsigned alarms);                  // CARD_ALARM_...; "" when clear
std::string stockAlarmNames(unsigned flags);              // CARD_ICE1_FLAG_...
std::string loopName(unsigned kind);                      // CARD_LOOP_...
std::vector<std::string> abilityNames(std::uint32_t can); // CARD_CAN_...
CardClock clockOf(const card_clock&);
CardClock clockOf(const card_ice1_gpsdo&);
std::string testName(unsigned number);    // CARD_SELFTEST_...
std::string updateReason(unsigned wrong); // CARD_UPDATE_WRONG_...

std::string lineStateName(const card_analog_status&);
std::string impedanceName(unsigned acim);
// CARD_TEST_FAILED_..., of a line towards an exchange, else a telephone.
std::vector<std::string> lineFaults(unsigned failed, bool exchange);

// The records of a program that failed are one entry, its registers in words (ARMv7-M).
std::vector<CardLogEntry> inWords(std::span<const card_log_record>);

} // namespace callbox::hal::usb
