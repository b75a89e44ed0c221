// SPDX-License-Identifier: GPL-2.0-or-later
#include "tp_status.h"
#include <algorithm>
#include <iterator>

namespace callbox::hal::modem {

namespace {

struct Row {
    std::uint8_t octet;
    std::string_view words;
};
constexpr Row rows[] = {
    {0x00, "received by the phone"},
    {0x01, "forwarded; the centre cannot confirm that the phone has it"},
    {0x02, "replaced by the centre"},
    {0x20, "congestion; still trying"},
    {0x21, "the phone is busy; still trying"},
    {0x22, "no answer from the phone; still trying"},
    {0x23, "service rejected; still trying"},
    {0x24, "quality of service not available; still trying"},
    {0x25, "error in the phone; still trying"},
    {0x40, "remote procedure error"},
    {0x41, "incompatible destination"},
    {0x42, "connection rejected by the phone"},
    {0x43, "not obtainable: the number is not in use or takes no messages"},
    {0x44, "quality of service not available"},
    {0x45, "no interworking with that network"},
    {0x46, "validity expired: the phone was off for too long"},
    {0x47, "deleted by the sender"},
    {0x48, "deleted by the centre"},
    {0x49, "the centre does not know the message"},
    {0x60, "congestion; given up"},
    {0x61, "the phone was busy; given up"},
    {0x62, "no answer from the phone; given up"},
    {0x63, "service rejected; given up"},
    {0x64, "quality of service not available; given up"},
    {0x65, "error in the phone; given up"},
};
constexpr std::uint8_t serviceRejected = 0x63;

// The upper half of each group is each centre's own; the rest without a row is reserved and read as "service rejected,
// given up".
bool ownOfTheCentre(std::uint8_t octet)
{
    return octet < 0x80 && (octet & 0x10);
}

} // namespace

TpStatus tpStatus(std::uint8_t octet)
{
    const Row* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.octet == octet; });
    std::uint8_t meant = octet;
    std::string_view words = "a reason of the centre's own";
    if (row != std::end(rows)) {
        words = row->words;
    } else if (!ownOfTheCentre(octet)) {
        meant = serviceRejected;
        words = "a status that is not defined: taken as given up";
    }
    const unsigned group = meant >> 5; // 0 done, 1 still trying, 2 never, 3 given up
    return {group == 0, group != 1, words};
}

} // namespace callbox::hal::modem
