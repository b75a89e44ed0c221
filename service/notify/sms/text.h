// SPDX-License-Identifier: GPL-2.0-or-later
// What a recipient's phone shows: contract.md's wording to the letter, always one GSM-7 part.
#pragma once
#include "messages/records.h"
#include "notify/zone.h"

namespace callbox::notify {

constexpr std::size_t septetsPerPart = 160; // 3GPP TS 23.040 9.2.3.16: one part without header

// "Voice message from +12125550199, 22 Nov 14:05, 0:42. To listen call +12125559001, code 482913." and then whole words
// of the transcript while they fit. Holds the code: never for a log.
std::string smsText(const messages::Notice&, const Zone&, std::string_view transcript = {});

// How many septets `text` (UTF-8) takes in the default alphabet (23.038 6.2.1), its extension table included; nothing
// when it has a character the alphabet lacks.
std::optional<std::size_t> septets(std::string_view text);

} // namespace callbox::notify
