// SPDX-License-Identifier: GPL-2.0-or-later
// A card without USB: its device answers over a UART, a line of text each way, and its line is plugged into itself.
// The script self_test runs it in QEMU and holds it to self_test.said.
//   framer                         checks the framer
//   request TTRRVVVVIIIILLLL DATA  a control transfer: the eight octets as USB has them, OUT data behind them
//   out EE DATA NN OO              a packet to an endpoint: DATA, then NN frames of octets OO
//   in EE RR                       a packet of an endpoint, RR octets at most
//   line MS                        so many milliseconds pass on the line
//   fault KIND                     the program fails
//   clock                          at how many Hz it runs, and what did not come
//   done                           ends it
// All numbers are hexadecimal.
#include "boards/stm32f405/chip.h"
#include "boards/stm32f405/clocks.h"
#include "boards/stm32f405/faults.h"
#include "boards/stm32f405/semihosting.h"
#include "boards/stm32f405/slot_flash.h"
#include "boards/stm32f405/uart.h"
#include "boot/parts.h"
#include "core/e1_check.h"
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"
#include <algorithm>

namespace {

using namespace callbox::board;
using namespace callbox::firmware;

Uart uart;
constinit Chip chip; // start.cpp calls no constructors
constinit Watchdog watchdog{chip};

void feed()
{
    watchdog.feed();
}

// The slot that this program was linked for; none: it has the whole flash, and was not started by the loader.
int slotOfThis()
{
    const auto here = reinterpret_cast<std::uint32_t>(&slotOfThis);
    for (unsigned i = 0; i < boot::stm32f405.slots.size(); ++i)
        if (here - boot::stm32f405.slots[i].address < boot::stm32f405.slots[i].size)
            return static_cast<int>(i);
    return boot::Slots::none;
}

// ---- Faults that are asked for; r0 says which ----

extern "C" {
[[gnu::naked, gnu::noinline]] void failUndefined()
{
    asm("movw r0, #0x1111\n udf #0\n bx lr\n");
}
[[gnu::naked, gnu::noinline]] void failDivision()
{
    asm("movw r0, #0x2222\n movs r1, #0\n udiv r1, r0, r1\n bx lr\n");
}
[[gnu::naked, gnu::noinline]] void failAddress()
{
    asm("movw r0, #0x3333\n mov.w r1, #0x60000000\n ldr r1, [r1]\n bx lr\n");
}
[[gnu::naked, gnu::noinline]] void failStack()
{
    asm("mov.w r0, #0x60000000\n mov sp, r0\n push {r0, r1}\n bx lr\n");
}
}
struct Failure {
    std::string_view name;
    void (*run)();
    std::uint32_t at; // octets from its beginning to the instruction that fails
};
constexpr Failure failures[] = {{"undefined", failUndefined, 4},
                                {"division", failDivision, 6},
                                {"address", failAddress, 8},
                                {"stack", failStack, 8}};

// ---- Text ----

void writeHex(std::uint32_t value, unsigned digits)
{
    for (unsigned i = digits; i-- > 0;) {
        const char c = "0123456789abcdef"[value >> 4 * i & 0xf];
        uart.write({&c, 1});
    }
}

std::string_view word(std::string_view& line)
{
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view first(line.data(), end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return first;
}

// Octets out of pairs of digits; no octets: there is something else in it, or too much.
std::span<std::uint8_t> octets(std::string_view text, Buffer room)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    if (text.size() % 2 != 0 || text.size() / 2 > room.size())
        return {};
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return {};
        room[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return room.first(text.size() / 2);
}

std::uint8_t octet(std::string_view& line)
{
    std::array<std::uint8_t, 1> o{};
    octets(word(line), o);
    return o[0];
}

void answer(int length, Octets data)
{
    if (length < 0)
        uart.write(length == stalled ? "stalled" : "nothing");
    else
        uart.write("=");
    for (int i = 0; i < length; ++i)
        writeHex(data[static_cast<std::size_t>(i)], 2);
    uart.write("\n");
}

// ---- The card ----

class Card final : public Board {
public:
    Card() { transmitter_.begin(core::E1Slot0::crc4E); }

    void request(std::string_view text)
    {
        std::array<std::uint8_t, 8> head{};
        std::array<std::uint8_t, Device::controlMax> data{};
        if (octets(word(text), head).size() != head.size())
            return uart.write("not a request\n");
        const Setup setup = Setup::read(head);
        if (setup.length > data.size() || (!setup.in() && octets(text, data).size() != setup.length))
            return uart.write("not its data\n");
        const int n = device.control(setup, Buffer(data).first(setup.length));
        answer(n, data);
    }
    void out(std::string_view text)
    {
        std::array<std::uint8_t, Device::controlMax> data{};
        const std::uint8_t endpoint = octet(text);
        std::size_t length = octets(word(text), data).size();
        const unsigned frames = octet(text);
        const std::uint8_t each = octet(text);
        const std::size_t end = std::min(length + frames * CARD_E1_FRAME, data.size());
        for (; length < end; ++length)
            data[length] = each;
        uart.write(device.out(endpoint, Octets(data).first(length)) ? "=\n" : "stalled\n");
    }
    void in(std::string_view text)
    {
        std::array<std::uint8_t, CARD_E1_PACKET_MAX> data{};
        const std::uint8_t endpoint = octet(text);
        const std::size_t room = octet(text);
        const int n = device.in(endpoint, Buffer(data).first(room));
        answer(n, data);
    }
    // What the port sends comes back to it, through the framer.
    void line(unsigned ms)
    {
        E1Port& port = device.port(0);
        for (; ms > 0; --ms, ++now_) {
            for (unsigned i = 0; i < 8; ++i) {
                std::array<std::uint8_t, 32> frame{}, back{};
                transmitter_.setRemoteAlarm(port.remoteAlarm());
                transmitter_.setAis(port.transmit(frame) == E1Port::Send::ais);
                transmitter_.frame(frame);
                if (receiver_.receive(frame, back) && receiver_.multiframe())
                    port.receive(back, receiver_.number());
                else
                    port.receiveNothing();
                transmitter_.received(receiver_.block(), receiver_.multiframe());
                port.alarms(receiver_.defects());
            }
            device.millisecond();
        }
        uart.write("=\n");
    }

private:
    [[nodiscard]] std::uint32_t milliseconds() const override { return now_; }
    [[nodiscard]] std::string_view serial() const override { return "00000000000005e1"; }
    card_sensors sensors() override { return {}; }
    card_selftest selfTest(bool start) override
    {
        constexpr std::uint32_t framer = 1U << CARD_SELFTEST_FRAMER;
        tested_.tests = card_make32(framer);
        if (start) {
            tested_.done = card_make32(framer);
            tested_.failed = card_make32(core::checkE1Framer(64) ? framer : 0);
        }
        return tested_;
    }
    void blink(bool) override {} // the emulated board has no light
    Buffer memory() override { return memory_; }
    void memoryWritten() override {}
    void restart(Restart) override { restarts = true; }
    boot::Slots* slots() override { return slot_ == boot::Slots::none ? nullptr : &slots_; }
    [[nodiscard]] unsigned runningSlot() const override { return static_cast<unsigned>(slot_); }

    std::uint32_t now_ = 0; // it passes with `line`
    const int slot_ = slotOfThis();
    SlotFlash flash_{chip, boot::stm32f405, reinterpret_cast<const std::uint8_t*>(boot::stm32f405.slots[0].address),
                     &watchdog};
    boot::Slots slots_{boot::stm32f405, flash_};
    std::array<std::uint8_t, 64> memory_{};
    card_selftest tested_{};
    core::E1Transmitter transmitter_;
    core::E1Receiver receiver_{core::E1Framing::crc4};

public:
    bool restarts = false; // after the answer
    Device device{Personality::card(1), *this};
};

void tellStart(Device& device)
{
    uart.write("ready");
    if (Fault f; takeFault(f)) {
        tell(f, device);
        uart.write(" after exception ");
        writeHex(f.exception, 1);
        uart.write(f.stacked ? ", r0 " : " without a stack");
        if (f.stacked)
            writeHex(f.r0, 4);
        for (const Failure& failure : failures)
            if (f.stacked && f.pc - (reinterpret_cast<std::uint32_t>(failure.run) & ~1u) == failure.at) {
                uart.write(", in ");
                uart.write(failure.name);
            }
    }
    uart.write("\n");
}

void fail(std::string_view kind)
{
    for (const Failure& failure : failures)
        if (failure.name == kind)
            failure.run();
    uart.write("no such fault\n");
}

} // namespace

int main()
{
    static Card card;
    static std::array<char, 1200> text;
    const Clocks clocks = startClocks(chip);
    uart.begin(clocks.uart);
    watchFaults();
    tellStart(card.device);
    for (;;) {
        std::string_view line = uart.read(text, feed);
        const std::string_view what = word(line);
        if (what == "framer") {
            const char* wrong = core::checkE1Framer();
            uart.write(wrong ? wrong : "right");
            uart.write("\n");
        } else if (what == "request") {
            card.request(line);
            if (card.restarts) {
                uart.drain();
                resetProcessor();
            }
        } else if (what == "out") {
            card.out(line);
        } else if (what == "in") {
            card.in(line);
        } else if (what == "line") {
            card.line(octet(line));
        } else if (what == "fault") {
            fail(line);
        } else if (what == "clock") {
            writeHex(clocks.core, 8);
            uart.write(clocks.exact ? "" : " ");
            uart.write(clocks.trouble);
            uart.write("\n");
        } else if (what == "done") {
            return 0;
        } else {
            uart.write("what?\n");
        }
    }
}
