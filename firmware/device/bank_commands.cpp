// SPDX-License-Identifier: GPL-2.0-or-later
// A bank's commands: looked at, and done or answered with the reason.
#include "device/analog_bank.h"
#include <algorithm>
#include <cstring>

namespace callbox::firmware {

namespace {

constexpr unsigned shortestFlash = 50, longestFlash = 1000, longestOpening = 5000; // ms
constexpr unsigned always = 0xffff;

unsigned word(const card_bank_command& c, unsigned at)
{
    return c.argument[at] | static_cast<unsigned>(c.argument[at + 1]) << 8;
}

} // namespace

bool AnalogBank::command(Octets packet)
{
    card_bank_command c{};
    if (!on_ || packet.size() != sizeof c) {
        ++usb_;
        return false;
    }
    std::memcpy(&c, packet.data(), sizeof c);
    hostIsThere();
    const unsigned code = run(c);
    event(CARD_BANK_EVENT_DONE, c.port, code, 0, card_get16(c.tag));
    return true;
}

unsigned AnalogBank::run(const card_bank_command& c)
{
    const bool towardsExchange = c.op == CARD_BANK_HOOK || c.op == CARD_BANK_DIAL;
    const bool towardsTelephone = c.op == CARD_BANK_LINEFEED || c.op == CARD_BANK_RING;
    if (!towardsExchange && !towardsTelephone && c.op != CARD_BANK_LAW)
        return CARD_BANK_NO_SUCH_COMMAND;
    if (c.port >= count_)
        return CARD_BANK_NO_SUCH_PORT;
    Port& p = all_[c.port];
    if ((towardsExchange && !p.exchange) || (towardsTelephone && !p.telephone))
        return CARD_BANK_NO_SUCH_PORT;
    switch (c.op) {
    case CARD_BANK_HOOK:
        return hook(p, c);
    case CARD_BANK_DIAL:
        return dial(p, c);
    case CARD_BANK_LINEFEED:
        return feed(p, c);
    case CARD_BANK_RING:
        return ring(p, c);
    default:
        if (c.argument[0] > 1)
            return CARD_BANK_OUT_OF_RANGE;
        p.setLaw(c.argument[0] == 0);
        return CARD_BANK_DONE;
    }
}

unsigned AnalogBank::hook(Port& p, const card_bank_command& c)
{
    const unsigned order = c.argument[0], ms = word(c, 1);
    if (order > 2 || (order == 2 && (ms < shortestFlash || ms > longestFlash)))
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.exchange->alive() || (order == 2 && (!p.offHook || p.breaks.busy())))
        return CARD_BANK_NOT_NOW;
    if (order == 2) {
        p.breaks.flash(ms);
        p.exchange->setHook(false);
        return CARD_BANK_DONE;
    }
    p.breaks.stop();
    p.offHook = order == 1;
    p.exchange->setHook(p.offHook);
    return CARD_BANK_DONE;
}

unsigned AnalogBank::dial(Port& p, const card_bank_command& c)
{
    const Octets digits = Octets(c.argument).subspan(1);
    const unsigned count = c.argument[0];
    if (count == 0 || count > digits.size() ||
        std::any_of(digits.begin(), digits.begin() + count, [](std::uint8_t d) { return d > 9; }))
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.exchange->alive() || !p.offHook || p.breaks.busy())
        return CARD_BANK_NOT_NOW;
    p.breaks.dial(digits.first(count));
    p.exchange->setHook(false);
    return CARD_BANK_DONE;
}

unsigned AnalogBank::feed(Port& p, const card_bank_command& c)
{
    const unsigned ms = word(c, 1);
    if (!p.telephone->alive())
        return CARD_BANK_NOT_NOW;
    switch (c.argument[0]) {
    case CARD_BANK_FEED_OPEN:
        if (ms == 0 || ms > longestOpening)
            return CARD_BANK_OUT_OF_RANGE;
        p.telephone->disconnect(ms);
        return CARD_BANK_DONE;
    case CARD_BANK_FEED_FORWARD:
    case CARD_BANK_FEED_REVERSE:
        p.telephone->reverse(c.argument[0] == CARD_BANK_FEED_REVERSE);
        return CARD_BANK_DONE;
    case CARD_BANK_FEED_ON_HOOK:
        p.telephone->listen(ms == always);
        if (ms != always)
            p.telephone->onHookAudio(ms);
        return CARD_BANK_DONE;
    default:
        return CARD_BANK_OUT_OF_RANGE;
    }
}

unsigned AnalogBank::ring(Port& p, const card_bank_command& c)
{
    if (c.argument[0] > 1 || std::any_of(c.argument + 1, c.argument + 6, [](std::uint8_t o) { return o != 0; }))
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.telephone->alive())
        return CARD_BANK_NOT_NOW;
    p.telephone->ring(c.argument[0] == 1);
    return CARD_BANK_DONE;
}

} // namespace callbox::firmware
