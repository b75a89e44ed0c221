// SPDX-License-Identifier: GPL-2.0-or-later
// A bank's commands: looked at, and done or answered with the reason.
#include "device/analog_bank.h"
#include <algorithm>
#include <cstring>
#include <iterator>

namespace callbox::firmware {

namespace {

constexpr unsigned shortestFlash = 50, longestFlash = 1000, longestOpening = 5000; // ms
constexpr unsigned always = 0xffff;
// By CARD_BANK_...: whose it is, and whether a test of the line ends for it.
enum class Whose : std::uint8_t { nobodys, exchanges, telephones, both };
struct Kind {
    Whose whose = Whose::nobodys;
    bool endsTest = true;
};
constexpr Kind kinds[] = {{},
                          {Whose::exchanges},   // HOOK
                          {Whose::telephones},  // LINEFEED
                          {Whose::telephones},  // RING
                          {Whose::telephones},  // MWI
                          {Whose::both, false}, // GAIN
                          {Whose::both, false}, // LAW
                          {Whose::exchanges}};  // DIAL

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
    const Kind kind = c.op < std::size(kinds) ? kinds[c.op] : Kind{};
    if (kind.whose == Whose::nobodys)
        return CARD_BANK_NO_SUCH_COMMAND;
    if (c.port >= count_)
        return CARD_BANK_NO_SUCH_PORT;
    Port& p = all_[c.port];
    if (kind.whose != Whose::both && (kind.whose == Whose::exchanges) != p.exchange.has_value())
        return CARD_BANK_NO_SUCH_PORT;
    if (kind.endsTest)
        p.endTest(); // a call goes before
    switch (c.op) {
    case CARD_BANK_HOOK:
        return hook(p, c);
    case CARD_BANK_DIAL:
        return dial(p, c);
    case CARD_BANK_LINEFEED:
        return feed(p, c);
    case CARD_BANK_RING:
        return ring(p, c);
    case CARD_BANK_MWI:
        return lamp(p, c);
    case CARD_BANK_GAIN:
        return gain(p, c);
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
    if (c.argument[0] > 1)
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.telephone->alive())
        return CARD_BANK_NOT_NOW;
    if (c.argument[0] == 0) {
        p.telephone->ring(false);
        return CARD_BANK_DONE;
    }
    const core::Ringer own;
    const unsigned hertz = c.argument[1], volts = word(c, 2);
    const core::Ringer wanted{hertz == 0 ? own.hertz : hertz, volts == 0 ? own.volts : volts, word(c, 4)};
    if (wanted != p.ringer) { // not in a ring: the chip's oscillator would be cut off
        if (p.telephone->ringing())
            return CARD_BANK_NOT_NOW;
        if (!p.fxsChip->setRinger(wanted))
            return CARD_BANK_OUT_OF_RANGE;
        p.ringer = wanted;
    }
    p.telephone->ring(true);
    return CARD_BANK_DONE;
}

unsigned AnalogBank::lamp(Port& p, const card_bank_command& c)
{
    if (c.argument[0] > 1)
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.telephone->alive())
        return CARD_BANK_NOT_NOW;
    p.telephone->lamp(c.argument[0] == 1);
    return CARD_BANK_DONE;
}

unsigned AnalogBank::gain(Port& p, const card_bank_command& c)
{
    const auto tenths = [](std::uint8_t octet) { return octet < 128 ? int(octet) : int(octet) - 256; };
    return p.setGain(tenths(c.argument[0]), tenths(c.argument[1])) ? CARD_BANK_DONE : CARD_BANK_OUT_OF_RANGE;
}

} // namespace callbox::firmware
