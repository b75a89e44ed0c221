// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/otg_core.h"
#include "boards/stm32f405/pins.h"
#include <algorithm>

namespace callbox::board {

using namespace otg;
using firmware::Buffer;
using firmware::Octets;

namespace {

constexpr std::uint32_t peripherals = 0x40023834, ourClock = 1u << 7; // RCC_AHB2ENR, 7.3.11
// A look takes 4 cycles of 168 MHz at least, 24 ns. A reset or a flush takes some cycles; device mode 25 ms (34.16.2,
// FDMOD); an endpoint is off within a packet's time, 0.3 ms.
constexpr std::uint32_t looks = 20'000, modeLooks = 2'000'000, packetLooks = 20'000;
constexpr std::uint32_t oneTime =
    busReset | enumerated | suspends | resumes | incompleteIn | incompleteOut | frameBegan;

} // namespace

bool OtgCore::fail(std::string_view why)
{
    trouble_ = why;
    return false;
}

bool OtgCore::begin()
{
    trouble_ = {};
    stuck_ = 0;
    r_.set(peripherals, ourClock);
    (void)r_.read(peripherals);                 // it is there two cycles after the write
    alternate(r_, Port::a, 11, 10, Pull::none); // D-, D+
    alternate(r_, Port::a, 12, 10, Pull::none);
    if (!r_.await(resets, idle, idle, looks))
        return fail("the USB core is not idle");
    r_.write(resets, coreReset);
    if (!r_.await(resets, coreReset, 0, looks) || !r_.await(resets, idle, idle, looks))
        return fail("the USB core does not come out of its reset");
    r_.set(control, disconnected);           // before the transceiver: no host sees it until it is ready
    r_.write(ahb, 0);                        // no interrupts: it is asked
    r_.write(general, transceiver | noVbus); // the bus feeds the card: PA9 is the UART's
    r_.write(usb, (r_.read(usb) & ~turnaroundMask) | turnaround | deviceOnly);
    if (!r_.await(status, hostMode, 0, modeLooks))
        return fail("the USB core does not become a device");
    r_.set(control, disconnected);
    r_.write(configuration, fullSpeed);
    r_.write(mask, 0);
    r_.write(inMask, done | disabled);
    r_.write(outMask, done | disabled | setupDone);
    r_.write(status, oneTime);
    return true;
}

void OtgCore::connect(bool on)
{
    if (on)
        r_.clear(control, disconnected);
    else
        r_.set(control, disconnected);
}

void OtgCore::restart(const OtgPlan& plan)
{
    for (unsigned e = 0; e < endpoints; ++e) {
        if (sends(e))
            stopIn(e);
        const std::uint32_t o = outControl(e);
        if (e > 0) { // the bus is in its reset: nothing comes that would have to be stopped first
            r_.write(o, setNak | (r_.read(o) & enable ? disable : 0));
            r_.write(inControl(e), setNak);
        } else {
            order(o, setNak);
        }
        r_.write(flagsOf(inControl(e)), 0xff);
        r_.write(flagsOf(o), 0xff);
    }
    setAddress(0);
    // 34.16.2: one behind the other, from 0 on.
    r_.write(receiveSize, plan.receiveWords);
    std::uint32_t at = plan.receiveWords;
    for (unsigned f = 0; f < endpoints; ++f) {
        const std::uint32_t words = plan.transmitWords[f];
        r_.write(f == 0 ? transmitSize0 : transmitSize(f), words << 16 | at);
        at += words;
    }
    flush(flushTransmit | allFifos << whichFifo);
    flush(flushReceive);
    std::uint32_t concerned = 1u | 1u << 16;
    for (unsigned e = 1; e < endpoints; ++e)
        concerned |= (plan.in[e].address != 0 ? 1u << e : 0) | (plan.out[e].address != 0 ? 1u << (16 + e) : 0);
    r_.write(allMask, concerned);
    r_.set(control, clearInNak | clearOutNak);
    receiveControl();
}

void OtgCore::flush(std::uint32_t what)
{
    r_.write(resets, what);
    stuck_ += !r_.await(resets, flushReceive | flushTransmit, 0, looks);
}

void OtgCore::setAddress(unsigned address)
{
    r_.write(configuration, fullSpeed | address << addressAt); // never read: ES0182, what is read may be wrong
}

unsigned OtgCore::frame() const
{
    return r_.read(deviceStatus) >> frameAt & frameMask;
}

std::uint32_t OtgCore::events()
{
    const std::uint32_t what = r_.read(status);
    if (what & oneTime)
        r_.write(status, what & oneTime);
    return what;
}

std::uint32_t OtgCore::flags(std::uint32_t endpointControl)
{
    const std::uint32_t what = r_.read(flagsOf(endpointControl));
    r_.write(flagsOf(endpointControl), what & 0xff);
    return what;
}

OtgCore::Received OtgCore::pop()
{
    const std::uint32_t v = r_.read(receivePop); // 34.16.2: endpoint 3..0, octets 14..4, status 20..17
    return {v >> 17 & 15, v & 15, v >> 4 & 0x7ff};
}

void OtgCore::fetch(Buffer to, unsigned length)
{
    for (unsigned i = 0; i < length; i += 4) {
        const std::uint32_t word = r_.read(fifo(0));
        for (unsigned k = 0; k < 4 && i + k < length && i + k < to.size(); ++k)
            to[i + k] = static_cast<std::uint8_t>(word >> 8 * k);
    }
}

// An order to an endpoint leaves its settings as they are.
void OtgCore::order(std::uint32_t endpointControl, std::uint32_t what)
{
    r_.write(endpointControl, (r_.read(endpointControl) & keptOfControl) | what);
}

void OtgCore::open(const OtgEndpoint& e)
{
    const bool in = e.address & 0x80;
    const std::uint32_t type = e.type() << typeAt;
    r_.write(in ? inControl(e.number()) : outControl(e.number()),
             e.size | active | type | even0 | setNak | (in ? e.number() << fifoAt : 0));
}

void OtgCore::close(const OtgEndpoint& e)
{
    r_.write(e.address & 0x80 ? inControl(e.number()) : outControl(e.number()), setNak);
}

// 34.17.6: what is prepared in a frame is for the next one, whose number is even when this one's is odd.
std::uint32_t OtgCore::nextFrame() const
{
    return frame() & 1 ? even0 : odd1;
}

bool OtgCore::missed(std::uint32_t endpointControl) const
{
    const std::uint32_t c = r_.read(endpointControl);
    return c & enable && (c & odd ? 1u : 0u) == (frame() & 1);
}

bool OtgCore::send(const OtgEndpoint& e, Octets packet)
{
    const unsigned n = e.number();
    if ((r_.read(roomOf(n)) & 0xffff) < (packet.size() + 3) / 4)
        return false;
    const std::uint32_t c = inControl(n);
    r_.write(sizeOf(c),
             (e.isochronous() ? 1u << setupsAt : 0) | 1u << packetAt | static_cast<std::uint32_t>(packet.size()));
    order(c, enable | clearNak | (e.isochronous() ? nextFrame() : 0));
    fill(n, packet);
    return true;
}

void OtgCore::fill(unsigned number, Octets packet)
{
    for (std::size_t i = 0; i < packet.size(); i += 4) {
        std::uint32_t word = 0;
        for (std::size_t k = 0; k < 4 && i + k < packet.size(); ++k)
            word |= static_cast<std::uint32_t>(packet[i + k]) << 8 * k;
        r_.write(fifo(number), word);
    }
}

void OtgCore::receive(const OtgEndpoint& e)
{
    const std::uint32_t c = outControl(e.number());
    r_.write(sizeOf(c), 1u << packetAt | 4 * e.words()); // 34.17.6: whole words
    order(c, enable | clearNak | (e.isochronous() ? nextFrame() : 0));
}

void OtgCore::disabledNow(std::uint32_t endpointControl)
{
    order(endpointControl, setNak | disable);
    std::uint32_t left = packetLooks; // a packet that is over just now leaves it off too, and nothing to be disabled
    while (left > 0 && !(r_.read(flagsOf(endpointControl)) & disabled) && r_.read(endpointControl) & enable)
        --left;
    stuck_ += left == 0;
    r_.write(flagsOf(endpointControl), disabled);
}

bool OtgCore::stopIn(unsigned number)
{
    disabledNow(inControl(number));
    flush(flushTransmit | number << whichFifo);
    return !(r_.read(flagsOf(inControl(number))) & done);
}

void OtgCore::stopOuts(bool on)
{
    r_.set(control, on ? setOutNak : clearOutNak);
}

void OtgCore::disableOut(unsigned number)
{
    disabledNow(outControl(number));
}

void OtgCore::halt(const OtgEndpoint& e, bool on)
{
    const std::uint32_t c = e.address & 0x80 ? inControl(e.number()) : outControl(e.number());
    if (on && e.address & 0x80 && sends(e.number()))
        stopIn(e.number());
    if (on)
        order(c, stall);
    else
        r_.write(c, (r_.read(c) & keptOfControl & ~stall) | even0);
}

void OtgCore::sendControl(Octets packet)
{
    r_.write(sizeOf(inControl(0)), 1u << packetAt | static_cast<std::uint32_t>(packet.size()));
    order(inControl(0), enable | clearNak);
    fill(0, packet);
}

void OtgCore::receiveControl()
{
    r_.write(sizeOf(outControl(0)), 3u << setupsAt | 1u << packetAt | controlSize);
    order(outControl(0), enable | clearNak);
}

void OtgCore::stallControl()
{
    if (sends(0))
        stopIn(0);
    order(inControl(0), stall);
    order(outControl(0), stall);
}

} // namespace callbox::board
