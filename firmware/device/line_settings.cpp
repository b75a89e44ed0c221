// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/line_settings.h"

namespace callbox::firmware {

namespace {

bool isE1(const card_line& l)
{
    return l.framing <= CARD_FRAMING_CRC4_AUTO && l.build_out == 0 && (l.impedance == 75 || l.impedance == 120) &&
           (l.sa <= 0x1f || l.sa == 0xff);
}

bool isT1(const card_line& l)
{
    return (l.framing == CARD_FRAMING_SF || l.framing == CARD_FRAMING_ESF) && l.build_out <= 7 && l.impedance == 100 &&
           l.sa == 0xff;
}

} // namespace

card_line usualLine(std::uint8_t kind)
{
    card_line l{CARD_PORT_E1, CARD_FRAMING_CRC4, 1, 0, 120, 12, 0xff, 0xff, 1, 0, {}};
    if (kind == CARD_PORT_T1) {
        l.kind = CARD_PORT_T1;
        l.framing = CARD_FRAMING_ESF;
        l.impedance = 100;
    }
    return l;
}

bool isPossible(const card_line& l)
{
    if (l.code > 1 || l.rai > 1 || l.cas > 1)
        return false;
    if (l.sensitivity != 12 && l.sensitivity != 18 && l.sensitivity != 36 && l.sensitivity != 43)
        return false;
    return l.kind == CARD_PORT_E1 ? isE1(l) : l.kind == CARD_PORT_T1 && isT1(l);
}

unsigned severeFrom(const card_line& l)
{
    return l.kind == CARD_PORT_E1 ? severeBlocks : l.framing == CARD_FRAMING_ESF ? 320 : 8;
}

} // namespace callbox::firmware
