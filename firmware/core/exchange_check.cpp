// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/exchange_check.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned looks = 100, settles = 700; // ms on hook, off hook; as FxoTimes::settle, and a margin
constexpr unsigned battery = 3, inUse = 19;    // V on hook: less is none; less than this, somebody is off hook
constexpr unsigned leastCurrent = 18;          // mA, what a telephone needs

} // namespace

void ExchangeCheck::begin(FxoChip& chip)
{
    chip_ = &chip;
    found_ = {};
    offHook_ = false;
    passed_ = 0;
    state_ = State::runs;
}

void ExchangeCheck::stop()
{
    if (state_ == State::runs)
        end(State::brokenOff);
}

void ExchangeCheck::end(State how)
{
    chip_->setHook(false);
    state_ = how;
    if (how == State::brokenOff)
        found_ = {};
}

void ExchangeCheck::tick(unsigned ms, const FxoReading& r)
{
    if (state_ != State::runs)
        return;
    if (!r.alive || (!offHook_ && r.ringing))
        return end(State::brokenOff);
    passed_ += ms;
    if (passed_ < (offHook_ ? settles : looks))
        return;
    if (!offHook_) {
        found_.onHook = r.volts;
        found_.noBattery = magnitude(r.volts) < battery;
        found_.inUse = !found_.noBattery && magnitude(r.volts) < inUse;
        if (found_.noBattery || found_.inUse)
            return end(State::done);
        offHook_ = true;
        passed_ = 0;
        chip_->setHook(true);
        return;
    }
    found_.offHook = r.volts;
    found_.milliamps = r.milliamps < 0 ? 0U : unsigned(r.milliamps);
    found_.lowCurrent = found_.milliamps < leastCurrent;
    const unsigned before = magnitude(found_.onHook), now = magnitude(r.volts);
    if (found_.milliamps > 0 && before > now)
        found_.ohms = (before - now) * 1000 / found_.milliamps;
    end(State::done);
}

} // namespace callbox::firmware::core
