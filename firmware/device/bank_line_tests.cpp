// SPDX-License-Identifier: GPL-2.0-or-later
// Tests of a bank's lines: a port's chip is lent to them while the port is idle.
#include "device/analog_bank.h"
#include "device/bank_words.h"

namespace callbox::firmware {

namespace {

using core::ExchangeCheck;
using core::TelephoneCheck;

template <class Check> bool runs(const Check& check)
{
    return check.state() == Check::State::runs;
}

card_line_test told(const TelephoneCheck& check)
{
    const TelephoneCheck::Findings& f = check.findings();
    card_line_test t{};
    t.state = static_cast<card_u8>(check.state());
    t.failed = static_cast<card_u8>(
        (f.hazardous ? CARD_TEST_FAILED_HAZARD : 0) | (f.foreign ? CARD_TEST_FAILED_FOREIGN : 0) |
        (f.resistive ? CARD_TEST_FAILED_RESISTIVE : 0) | (f.offHook ? CARD_TEST_FAILED_OFF_HOOK : 0) |
        (f.noRinger ? CARD_TEST_FAILED_NO_RINGER : 0) | (f.manyRingers ? CARD_TEST_FAILED_RINGERS : 0));
    t.tip = signed16(f.tip / 10);
    t.ring = signed16(f.ring / 10);
    t.ohms = card_make32(f.ohms);
    t.ren = unsigned16(f.ren);
    return t;
}

card_line_test told(const ExchangeCheck& check)
{
    const ExchangeCheck::Findings& f = check.findings();
    card_line_test t{};
    t.state = static_cast<card_u8>(check.state());
    t.failed = static_cast<card_u8>((f.noBattery ? CARD_TEST_FAILED_NO_BATTERY : 0) |
                                    (f.inUse ? CARD_TEST_FAILED_OFF_HOOK : 0) |
                                    (f.lowCurrent ? CARD_TEST_FAILED_LOW_CURRENT : 0));
    t.tip = signed16(f.onHook * 100);
    t.ring = signed16(f.offHook * 100);
    t.ohms = card_make32(f.ohms);
    t.loop = unsigned16(f.milliamps * 10);
    return t;
}

// States are told as they are.
static_assert(unsigned(TelephoneCheck::State::runs) == CARD_TEST_RUNS);
static_assert(unsigned(TelephoneCheck::State::done) == CARD_TEST_DONE);
static_assert(unsigned(TelephoneCheck::State::brokenOff) == CARD_TEST_BROKEN_OFF);
static_assert(unsigned(ExchangeCheck::State::runs) == CARD_TEST_RUNS);
static_assert(unsigned(ExchangeCheck::State::done) == CARD_TEST_DONE);
static_assert(unsigned(ExchangeCheck::State::brokenOff) == CARD_TEST_BROKEN_OFF);

} // namespace

// A telephone that is off hook is no less so for a country.
bool AnalogBank::Port::idle() const
{
    if (tested())
        return false;
    return exchange ? !exchange->offHook() && !offHook && !exchange->ringing() : !telephone->ringing();
}

// Nor for a test.
bool AnalogBank::Port::mayBeTested() const
{
    if (!idle())
        return false;
    return exchange ? exchange->last().alive && !exchange->busy() : telephone->alive() && !telephone->busy();
}

bool AnalogBank::Port::tested() const
{
    return exchange ? runs(exchangeCheck) : runs(telephoneCheck);
}

void AnalogBank::Port::endTest()
{
    if (exchange) {
        exchangeCheck.stop();
        exchange->takeBack();
    } else {
        telephoneCheck.stop();
        telephone->takeBack();
    }
}

bool AnalogBank::testLine(unsigned port)
{
    Port& p = all_[port];
    if (!p.mayBeTested())
        return false;
    if (p.exchange) {
        p.exchange->lend();
        p.exchangeCheck.begin(*p.fxoChip);
        return true;
    }
    const bool offHook = p.telephone->offHook();
    p.telephone->lend();
    p.telephoneCheck.begin(*p.fxsChip, offHook, p.telephone->reversed(), p.country.current_limit, p.ringer);
    return true;
}

void AnalogBank::tickTest(Port& p)
{
    if (!p.tested())
        return;
    if (p.exchange)
        p.exchangeCheck.tick(1, p.fxoChip->read());
    else
        p.telephoneCheck.tick(1);
    if (!p.tested())
        p.endTest();
}

card_line_test AnalogBank::lineTest(unsigned port) const
{
    const Port& p = all_[port];
    return p.exchange ? told(p.exchangeCheck) : told(p.telephoneCheck);
}

} // namespace callbox::firmware
