// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/card.h"

namespace callbox::board {

using firmware::Personality;

namespace {

constexpr std::uint32_t framerTest = 1u << CARD_SELFTEST_FRAMER, lineTest = 1u << CARD_SELFTEST_VENDOR;
constexpr unsigned positionsApart = 37; // bits; seven places of the 256
constexpr unsigned blinkHalf = 250;     // ms
constexpr unsigned offTheBus = 100;     // ms: a host has to see that the card has gone (USB 2.0 7.1.7.3: 100 ms)
constexpr unsigned askedMost = 1000;    // ms that an answer may take, before the card goes without

// One port: with an analog bank, or a second port, there are more endpoints than the core's.
Personality personality()
{
    Personality p = Personality::card(1);
    p.capabilities &= ~std::uint32_t{CARD_CAN_NVM};
    return p;
}

} // namespace

Card::Card(Registers& registers, const CardParts& parts)
    : r_(registers), parts_(parts), thermometer_(registers), device_(personality(), *this),
      line_(registers, device_.port(0), parts.line), usb_(registers, device_)
{
    tested_.tests = card_make32(framerTest | lineTest);
}

bool Card::begin()
{
    output(r_, lightPort, lightPin, false);
    thermometer_.begin();
    const bool line = line_.begin();
    const bool bus = usb_.begin();
    if (bus)
        line_.between({[](void* self) { static_cast<Card*>(self)->look(); }, this});
    return bus && line;
}

void Card::turn(bool millisecondPassed)
{
    look();
    if (millisecondPassed)
        millisecond();
}

void Card::look()
{
    usb_.poll();
    line_.poll();
}

void Card::millisecond()
{
    ++now_;
    line_.millisecond();
    if (device_.update().busy()) // for up to six seconds
        line_.standStill();
    device_.millisecond();
    if (blinks_)
        setPin(r_, lightPort, lightPin, now_ / blinkHalf % 2 == 0);
    leave();
    // That this runs says that the loop does. A line without bits is told to the host, who could not ask a card that is
    // reset every few seconds.
    if (parts_.watchdog)
        parts_.watchdog->feed();
}

void Card::leave()
{
    if (leaving_ == Leaving::no)
        return;
    ++leavingFor_;
    if (leaving_ == Leaving::asked && (usb_.quiet() || leavingFor_ > askedMost)) {
        usb_.leave();
        leaving_ = Leaving::off;
        leavingFor_ = 0;
    } else if (leaving_ == Leaving::off && leavingFor_ > offTheBus) {
        leaving_ = Leaving::left;
    }
}

card_sensors Card::sensors()
{
    card_sensors s{};
    if (const auto t = thermometer_.read()) {
        s.valid = card_make16(1);
        s.temperature = card_make16(static_cast<card_u16>(*t));
    }
    return s;
}

card_selftest Card::selfTest(bool start)
{
    if (start) {
        testAsked_ = true;
        tested_.done = tested_.failed = card_make32(0);
    }
    return tested_;
}

void Card::testIfAsked(firmware::core::Meanwhile again)
{
    if (!testAsked_ || tests_)
        return;
    testAsked_ = false;
    tests_ = true;
    const bool framer = firmware::core::checkE1Framer(positionsApart, again) == nullptr;
    const bool line = line_.chipAnswers() && line_.alive();
    tests_ = false;
    if (testAsked_) // asked anew meanwhile: that one counts
        return;
    tested_.failed = card_make32((framer ? 0 : framerTest) | (line ? 0 : lineTest));
    tested_.done = tested_.tests;
}

void Card::blink(bool on)
{
    blinks_ = on;
    setPin(r_, lightPort, lightPin, on);
}

} // namespace callbox::board
