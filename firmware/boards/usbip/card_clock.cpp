// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/card_clock.h"
#include <algorithm>

namespace callbox::usbip {

namespace {

constexpr Duration owedAtMost = 100ms; // made up for
constexpr unsigned mostAtOnce = 100;   // ms
constexpr Duration patience = 500ms;   // with a host that has no URBs; the usb backend gives up after a second
constexpr Duration warnEvery = 1s;

bool ready(VirtualCard* card)
{
    const Bus* bus = card->exported().bus;
    return !bus || bus->ready();
}

} // namespace

CardClock::CardClock(Loop& loop, Log log, std::vector<VirtualCard*> cards, std::function<void()> passed)
    : loop_(loop), log_(std::move(log)), cards_(std::move(cards)), passed_(std::move(passed)), timer_(loop)
{
}

void CardClock::start()
{
    running_ = true;
    next_ = loop_.now() + 1ms;
    warnNext_ = loop_.now();
    timer_.at(next_, [this] { look(); });
}

void CardClock::look()
{
    if (passed_)
        passed_();
    if (!running_)
        return;
    leaveOut();
    // Where a millisecond takes longer than one, hosts and timers get their turn all the same.
    for (unsigned passed = 0; next_ <= loop_.now() && passed < mostAtOnce; ++passed) {
        if (!mayPass())
            return timer_.at(*waitsSince_ + patience, [this] { look(); });
        pass();
    }
    timer_.at(next_, [this] { look(); });
}

// Not within patience: a host has no URBs for the next millisecond.
bool CardClock::mayPass()
{
    const bool all = std::all_of(cards_.begin(), cards_.end(), ready);
    if (!all && !waitsSince_)
        waitsSince_ = loop_.now();
    if (!all && loop_.now() - *waitsSince_ < patience)
        return false;
    waitsSince_.reset();
    for (VirtualCard* c : cards_)
        if (!ready(c))
            c->exported().bus->goOnWithout();
    return true;
}

void CardClock::pass()
{
    next_ += 1ms;
    for (VirtualCard* c : cards_)
        c->millisecond();
    if (passed_)
        passed_();
}

void CardClock::leaveOut()
{
    for (; loop_.now() - next_ >= owedAtMost; next_ += 1ms)
        stoodStill_ += 1ms;
    warn();
}

void CardClock::warn()
{
    if (stoodStill_ == warned_ || loop_.now() < warnNext_)
        return;
    log_.warning("the cards' time stood still: a host or this process came too late",
                 {{"for", stoodStill_ - warned_}, {"in all", stoodStill_}});
    warned_ = stoodStill_;
    warnNext_ = loop_.now() + warnEvery;
}

} // namespace callbox::usbip
