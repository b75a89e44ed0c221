// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/telephone_check.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned settles = 300, measures = 100; // ms; a ring: several waves
constexpr Ringer quiet{20, 12, 0};                // neither a bell nor another card's ring detector hears 12 V
constexpr unsigned lowLimit = 20, highLimit = 41; // mA
// GR-909: 50 V rms or 135 V direct are a hazard, of which the chip sees 95 V; 10 V rms or 6 V are foreign.
constexpr unsigned hazardPeak = 70'700, hazardDirect = 95'000, foreignPeak = 14'100, foreignDirect = 6'000;
constexpr unsigned swings = 10'000;              // mV from least to most: alternating
constexpr unsigned leastCurrent = 600;           // µA: two of the chip's steps
constexpr unsigned coarse = 30;                  // ohm: a step of the chip's voltages, and a half
constexpr unsigned ringerOhms = 7'000;           // of one REN
constexpr unsigned leastRen = 17, mostRen = 500; // hundredths; GR-909: 0.175 and 5

unsigned below(int millivolts) // ground
{
    return millivolts < 0 ? unsigned(-millivolts) : 0U;
}

unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

unsigned ohmsOf(unsigned millivolts, unsigned microamperes)
{
    return microamperes < leastCurrent ? TelephoneCheck::infinite : millivolts * 1000 / microamperes;
}

} // namespace

void TelephoneCheck::begin(FxsChip& chip, bool offHook, bool reversed, unsigned loopLimit, const Ringer& ringer)
{
    chip_ = &chip;
    reversed_ = reversed;
    loopLimit_ = loopLimit;
    ringer_ = ringer;
    found_ = {};
    state_ = State::runs;
    enter(offHook ? Step::closedLow : Step::open); // who listens is not cut off
}

void TelephoneCheck::stop()
{
    if (state_ == State::runs)
        end(State::brokenOff);
}

void TelephoneCheck::end(State how)
{
    chip_->setFeed(Linefeed::open);
    chip_->setLoopLimit(loopLimit_);
    chip_->setRinger(ringer_);
    state_ = how;
    if (how == State::brokenOff)
        found_ = {};
}

void TelephoneCheck::enter(Step step)
{
    step_ = step;
    passed_ = 0;
    sums_ = {};
    sums_.tipLeast = sums_.ringLeast = infinite;
    switch (step) {
    case Step::open:
        chip_->setFeed(Linefeed::open);
        break;
    case Step::forward:
        chip_->setFeed(Linefeed::forward);
        break;
    case Step::reverse:
        chip_->setFeed(Linefeed::reverse);
        break;
    case Step::ringing:
        chip_->setFeed(Linefeed::open);
        if (!chip_->setRinger(quiet))
            return end(State::brokenOff);
        chip_->setFeed(Linefeed::ringing);
        break;
    case Step::closedLow:
        chip_->setLoopLimit(lowLimit);
        chip_->setFeed(reversed_ ? Linefeed::reverse : Linefeed::forward);
        break;
    case Step::closedHigh:
        chip_->setLoopLimit(highLimit);
        break;
    }
}

void TelephoneCheck::tick(unsigned ms)
{
    if (state_ != State::runs)
        return;
    const bool measuring = passed_ >= settles;
    passed_ += ms;
    const FxsReading r = chip_->read();
    if (step_ != Step::open && r.feed == Linefeed::open) // heat, or a reset
        return end(State::brokenOff);
    closed_ = r.offHook;
    if (!measuring)
        return;
    const FxsCurrents c = chip_->currents();
    const unsigned tip = below(r.tip), ring = below(r.ring);
    const unsigned between = tip > ring ? tip - ring : ring - tip;
    Sums& s = sums_;
    ++s.readings;
    s.tip += tip;
    s.ring += ring;
    s.between += between;
    s.out += c.out;
    s.back += c.back;
    s.tipMost = most(s.tipMost, tip);
    s.ringMost = most(s.ringMost, ring);
    s.tipLeast = tip < s.tipLeast ? tip : s.tipLeast;
    s.ringLeast = ring < s.ringLeast ? ring : s.ringLeast;
    s.betweenMost = most(s.betweenMost, between);
    s.outMost = most(s.outMost, most(c.out, c.back));
    if (passed_ >= settles + measures)
        judge();
}

void TelephoneCheck::judge()
{
    switch (step_) {
    case Step::open:
        judgeOpen();
        return found_.hazardous || found_.foreign ? end(State::done) : enter(Step::forward);
    case Step::forward:
        if (closed_)
            return enter(Step::closedLow);
        judgeFed(false);
        return enter(Step::reverse);
    case Step::reverse:
        if (closed_)
            return enter(Step::closedLow);
        judgeFed(true);
        if (!found_.resistive)
            return enter(Step::ringing);
        return end(State::done);
    case Step::ringing:
        found_.ren = sums_.betweenMost == 0 ? 0 : sums_.outMost * (ringerOhms / 10) / sums_.betweenMost;
        found_.noRinger = found_.ren <= leastRen;
        found_.manyRingers = found_.ren > mostRen;
        return end(State::done);
    case Step::closedLow:
        judgeClosed(lowOhms_);
        return closed_ ? enter(Step::closedHigh) : end(State::brokenOff); // put down meanwhile
    case Step::closedHigh: {
        judgeClosed(found_.ohms);
        // A telephone is no resistor: at twice the current it has far fewer ohms. A short is one.
        const unsigned apart = lowOhms_ > found_.ohms ? lowOhms_ - found_.ohms : found_.ohms - lowOhms_;
        found_.offHook = apart > lowOhms_ / 8 + coarse;
        found_.resistive = !found_.offHook;
        return end(closed_ ? State::done : State::brokenOff);
    }
    }
}

void TelephoneCheck::judgeOpen()
{
    const Sums& s = sums_;
    const auto wire = [&](unsigned sum, unsigned peak, unsigned trough, int& told) {
        const unsigned mean = sum / s.readings;
        const bool alternates = peak - trough > swings;
        found_.hazardous = found_.hazardous || (alternates ? peak >= hazardPeak : mean >= hazardDirect);
        found_.foreign = found_.foreign || (alternates ? peak >= foreignPeak : mean >= foreignDirect);
        told = -int(alternates ? peak : mean);
    };
    wire(s.tip, s.tipMost, s.tipLeast, found_.tip);
    wire(s.ring, s.ringMost, s.ringLeast, found_.ring);
}

// What the battery gets back and ground has not given leaks from the wire that is at the battery.
void TelephoneCheck::judgeFed(bool reversed)
{
    const Sums& s = sums_;
    least(s.between / s.readings, s.out / s.readings);
    const unsigned leaked = s.back > s.out ? (s.back - s.out) / s.readings : 0;
    least((reversed ? s.tip : s.ring) / s.readings, leaked);
    found_.resistive = found_.ohms != infinite;
}

void TelephoneCheck::judgeClosed(unsigned& ohms) const
{
    ohms = ohmsOf(sums_.between / sums_.readings, sums_.out / sums_.readings);
}

void TelephoneCheck::least(unsigned millivolts, unsigned microamperes)
{
    const unsigned ohms = ohmsOf(millivolts, microamperes);
    found_.ohms = ohms < found_.ohms ? ohms : found_.ohms;
}

} // namespace callbox::firmware::core
