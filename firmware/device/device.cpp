// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/device.h"
#include "device/requests.h"
#include <algorithm>
#include <utility>

namespace callbox::firmware {

namespace {

std::uint32_t haltBit(std::uint8_t endpoint)
{
    return 1u << ((endpoint & 0x0f) + (endpoint & 0x80 ? 16 : 0));
}

// The unit that a request is for, or -1: its index fits no unit of that kind.
int unitOf(const Request& row, const Setup& setup, const Layout& layout)
{
    const unsigned low = setup.index;
    const auto one = [](bool fits) { return fits ? 0 : -1; };
    switch (row.index) {
    case Request::Index::zero:
        return one(low == 0);
    case Request::Index::port:
    case Request::Index::e1:
        return low < layout.e1 ? static_cast<int>(low) : -1; // interfaces of E1 ports come first
    case Request::Index::bankPort:
        return low >= layout.e1 && low - layout.e1 < layout.bankPorts ? static_cast<int>(low - layout.e1) : -1;
    case Request::Index::bank:
        return layout.isBank(low & 0xff) && low >> 8 < layout.bankPorts ? static_cast<int>(low >> 8) : -1;
    case Request::Index::clock:
        return one(layout.isClock(low));
    case Request::Index::serial:
        return one(layout.isSerial(low));
    case Request::Index::dfu:
        return one(layout.isDfu(low));
    }
    return -1;
}

} // namespace

int give(const void* octets, std::size_t length, Buffer data)
{
    const std::size_t n = std::min(length, data.size());
    if (n > 0)
        std::memcpy(data.data(), octets, n);
    return static_cast<int>(n);
}

Device::Device(const Personality& p, Board& board) : personality_(p), board_(board)
{
    for (E1Port& port : ports_)
        port.begin(p.stock, p.kind);
    for (unsigned i = 0; i < p.fxoPorts; ++i)
        if (core::FxoChip* chip = board.fxoChip(i))
            bank_.add(*chip);
    for (unsigned i = 0; i < p.fxsPorts; ++i)
        if (core::FxsChip* chip = board.fxsChip(i))
            bank_.add(*chip);
    if (bank_.ports() != p.fxoPorts + p.fxsPorts) // a chip is missing, and ports behind it would have wrong numbers
        personality_.fxoPorts = personality_.fxsPorts = 0;
    update_.start(p.stock ? nullptr : board.slots(), board.runningSlot());
    if (!update_.able())
        personality_.capabilities &= ~std::uint32_t{CARD_CAN_UPDATE};
    say(CARD_LOG_START, board.startedBy());
}

void Device::restarted(bool asked)
{
    update_.start(personality_.stock ? nullptr : board_.slots(), board_.runningSlot());
    say(CARD_LOG_START, asked ? CARD_LOG_START_REQUEST : CARD_LOG_START_POWER);
}

void Device::say(unsigned code, unsigned value, unsigned level, unsigned port)
{
    log_.add(board_.milliseconds(), level, code, port, value);
}

int Device::control(const Setup& setup, Buffer data)
{
    const bool room = data.size() >= setup.length;
    const int answered = room ? answer(setup, data.first(setup.length)) : stalled;
    if (answered == stalled)
        say(CARD_LOG_STALLED, static_cast<unsigned>(setup.type << 8 | setup.request), 1);
    return answered;
}

int Device::answer(const Setup& setup, Buffer data)
{
    if ((setup.type & 0x60) == usb::standard)
        return Chapter9::answer(*this, setup, data);
    if (!configured() && setup.type & 0x1f)
        return stalled; // interfaces are there once the card is configured, 9.1.1.5
    for (const auto table : {ice1Requests(), personality_.stock ? stockRequests() : cardRequests(), bankRequests()})
        for (const Request& row : table) {
            if (row.type != setup.type || row.request != setup.request)
                continue;
            const int unit = unitOf(row, setup, layout());
            if (unit < 0)
                continue;
            if (row.capability != 0 && !(personality_.capabilities & row.capability))
                return stalled;
            if ((row.maintenance && !maintenance_) || (row.valueMax != Request::any && setup.value > row.valueMax))
                return stalled;
            const bool fits =
                row.length == Request::given ? !data.empty() && data.size() <= controlMax : data.size() == row.length;
            if (!setup.in() && !fits)
                continue; // a row of another length may follow
            return row.run(*this, setup, static_cast<unsigned>(unit), data);
        }
    return stalled;
}

bool Device::exists(std::uint8_t endpoint) const
{
    if (!configured())
        return false;
    for (unsigned p = 0; p < personality_.e1Ports; ++p) {
        if (endpoint == Layout::interrupt(p))
            return true;
        if (endpoint == Layout::out(p) || endpoint == Layout::in(p) || endpoint == Layout::feedback(p))
            return ports_[p].on();
    }
    if (const Layout l = layout(); l.bankPorts > 0) {
        if (endpoint == l.bankInterrupt() || endpoint == l.bankCommand())
            return true;
        if (endpoint == l.bankOut() || endpoint == l.bankIn())
            return bank_.on();
    }
    return personality_.stock &&
           (endpoint == Layout::serialInterrupt || endpoint == Layout::serialOut || endpoint == Layout::serialIn);
}

bool Device::out(std::uint8_t endpoint, Octets packet)
{
    if (!exists(endpoint) || halted_ & haltBit(endpoint))
        return false;
    for (unsigned p = 0; p < personality_.e1Ports; ++p)
        if (endpoint == Layout::out(p)) {
            ports_[p].out(packet);
            return true;
        }
    if (const Layout l = layout(); l.bankPorts > 0 && endpoint == l.bankOut()) {
        bank_.out(packet);
        return true;
    } else if (l.bankPorts > 0 && endpoint == l.bankCommand()) {
        return bank_.command(packet);
    }
    return endpoint == Layout::serialOut; // the receiver takes no commands
}

int Device::in(std::uint8_t endpoint, Buffer packet)
{
    if (!exists(endpoint) || halted_ & haltBit(endpoint))
        return stalled;
    for (unsigned p = 0; p < personality_.e1Ports; ++p) {
        E1Port& port = ports_[p];
        if (endpoint == Layout::in(p))
            return static_cast<int>(port.in(packet));
        if (endpoint == Layout::feedback(p) && packet.size() >= CARD_E1_FEEDBACK_SIZE) {
            port.feedback(packet.first<CARD_E1_FEEDBACK_SIZE>());
            return CARD_E1_FEEDBACK_SIZE;
        }
        if (endpoint == Layout::interrupt(p) && packet.size() >= CARD_E1_INTERRUPT_SIZE) {
            const std::size_t n = port.interrupt(packet.first<CARD_E1_INTERRUPT_SIZE>());
            return n == 0 ? nothing : static_cast<int>(n);
        }
    }
    if (const Layout l = layout(); l.bankPorts > 0 && endpoint == l.bankIn()) {
        return static_cast<int>(bank_.in(packet));
    } else if (l.bankPorts > 0 && endpoint == l.bankInterrupt() && packet.size() >= CARD_BANK_EVENT_SIZE) {
        const std::size_t n = bank_.interrupt(packet.first<CARD_BANK_EVENT_SIZE>());
        return n == 0 ? nothing : static_cast<int>(n);
    }
    return nothing;
}

void Device::deselect()
{
    bank_.select(false); // a test of a line runs without a setting too
    for (E1Port& port : ports_)
        if (port.on())
            port.select(false);
    halted_ = 0;
}

void Device::busReset()
{
    deselect();
    configuration_ = 0;
    address_ = 0;
    maintenance_ = false;
}

void Device::locate(unsigned seconds)
{
    locating_ = 1000 * seconds;
    board_.blink(seconds > 0);
}

card_clock Device::clock()
{
    const card_sensors s = board_.sensors();
    const bool known = card_get16(s.valid) & 1u << 5;
    return clock_.tell(std::span(ports_).first(personality_.e1Ports), known ? card_get32(s.clock) : 0);
}

void Device::followClock()
{
    const std::uint8_t source = clock_.source(std::span(ports_).first(personality_.e1Ports));
    for (unsigned p = 0; p < personality_.e1Ports; ++p)
        ports_[p].setCardClock(source == CARD_CLOCK_OWN        ? E1Port::Clock::oscillator
                               : source == CARD_CLOCK_PORT + p ? E1Port::Clock::line
                                                               : E1Port::Clock::otherPort);
}

void Device::millisecond()
{
    followClock();
    if (const auto news = update_.millisecond(configured()))
        say(CARD_LOG_UPDATE, *news, *news > 3 ? 1 : 2);
    if (locating_ > 0 && --locating_ == 0)
        board_.blink(false);
    for (unsigned p = 0; p < personality_.e1Ports; ++p) {
        E1Port& port = ports_[p];
        port.millisecond();
        portLogs_[p].millisecond();
        while (const auto e = portLogs_[p].next(port))
            say(e->code, e->value, e->level, p);
        const bool gone = port.alarmsNow() & CARD_ALARM_NO_HOST;
        if (gone == std::exchange(hostGone_[p], gone) || !port.on())
            continue;
        say(CARD_LOG_NO_HOST, gone ? 1 : 0, gone ? 1 : 2, p);
    }
    bank_.millisecond();
    const bool gone = bank_.hostGone();
    if (gone != std::exchange(bankHostGone_, gone) && bank_.on())
        say(CARD_LOG_NO_HOST, gone ? 1 : 0, gone ? 1 : 2, personality_.e1Ports);
}

} // namespace callbox::firmware
