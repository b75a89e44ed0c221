// SPDX-License-Identifier: GPL-2.0-or-later
// What a port is set to.
#include "device/e1_port.h"

namespace callbox::firmware {

namespace {

constexpr std::uint16_t noSignal = CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_LOMF;

} // namespace

bool E1Port::remoteAlarm() const
{
    return tx_.alarm || (alarms_ & noSignal && (stock_ || line_.rai == 1));
}

std::uint32_t E1Port::robbed() const
{
    return signalling_.isRobbed() && loop_ != CARD_LOOP_PAYLOAD ? signalling_.robbed() : 0;
}

bool E1Port::setTx(const card_ice1_tx& tx)
{
    if (tx.mode > CARD_ICE1_TX_CRC4_E || tx.timing > 1 || tx.loopback > 2 || tx.alarm > 1)
        return false;
    tx_ = tx;
    return true;
}

bool E1Port::setRx(std::uint8_t mode)
{
    if (mode > CARD_ICE1_RX_CRC4)
        return false;
    rx_ = mode;
    return true;
}

bool E1Port::setLine(const card_line& l)
{
    if (!isPossible(l) || (on_ && l.kind != line_.kind)) // frames of both do not lie in one ring
        return false;
    line_ = l;
    signalling_.set(l);
    seconds_.severeFrom(severeFrom(l));
    return true;
}

bool E1Port::setLoop(unsigned kind)
{
    if (kind > CARD_LOOP_DIGITAL)
        return false;
    if (kind == loop_)
        return true;
    loop_ = kind;
    sentRead_ = sentWrite_; // what one side said does not go out as the other's
    running_ = false;
    received_.cut();
    return true;
}

void E1Port::extend(std::uint16_t what)
{
    extensions_ = what;
    signalling_.noNews(); // CARD_E1_GET_CAS tells what there is
    toldSa_ = 0;          // and nothing but an event or CARD_REQ_GET_STATUS these
}

bool E1Port::setCas(const card_cas& cas)
{
    return on_ && signalling_.say(cas);
}

bool E1Port::setBert(const card_bert& b)
{
    std::uint32_t slots = isT1() ? 0x01fffffe : 0xfffffffe; // without framing
    if (signalling_.inSlot16())
        slots &= ~(1u << 16);
    if (signalling_.isRobbed())
        slots &= ~signalling_.robbed();
    return on_ && bert_.order(b, slots);
}

} // namespace callbox::firmware
