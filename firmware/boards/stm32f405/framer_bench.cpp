// SPDX-License-Identifier: GPL-2.0-or-later
// Instructions that an E1 frame costs a Cortex-M4: transmitter, receiver, realignment by any number of bits. SysTick
// counts them under QEMU's -icount; no board is needed, and cycles are not told. Checks itself over a million frames.
#include "boards/stm32f405/semihosting.h"
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"

namespace {

using namespace callbox::firmware::core;
using callbox::board::write;

// SysTick, ARMv7-M B3.3: counts down from 2^24 - 1.
volatile std::uint32_t& control = *reinterpret_cast<volatile std::uint32_t*>(0xE000E010);
volatile std::uint32_t& reload = *reinterpret_cast<volatile std::uint32_t*>(0xE000E014);
volatile std::uint32_t& value = *reinterpret_cast<volatile std::uint32_t*>(0xE000E018);
constexpr std::uint32_t range = 0x00FFFFFF;

std::uint32_t between(std::uint32_t before, std::uint32_t after)
{
    return (before - after) & range;
}

std::uint32_t noise = 1; // xorshift32
std::uint32_t random()
{
    noise ^= noise << 13;
    noise ^= noise >> 17;
    noise ^= noise << 5;
    return noise;
}

constexpr unsigned words = 8;
E1Transmitter transmitter;
E1Receiver receiver{E1Framing::crc4};
alignas(4) std::array<std::uint8_t, 32> sent, line, got;
std::array<std::array<std::uint8_t, 32>, 4> past;

// The line holds back `bits`, 0..31, of what is sent.
void delay(unsigned bits)
{
    static std::uint32_t before = 0;
    for (unsigned i = 0; i < words; ++i) {
        const std::uint32_t now = wordAt(&sent[4 * i]);
        putWord(&line[4 * i], bits == 0 ? now : before << (32 - bits) | now >> bits);
        before = now;
    }
}

// SysTick's ticks for four instructions, `loops` times.
std::uint32_t ticksOf(std::uint32_t loops)
{
    const std::uint32_t before = value;
    asm volatile("1: subs %0, #1\n nop\n nop\n bne 1b" : "+r"(loops)::"cc");
    return between(before, value);
}

bool same(const std::array<std::uint8_t, 32>& a, const std::array<std::uint8_t, 32>& b)
{
    for (unsigned i = 1; i < 32; ++i)
        if (a[i] != b[i])
            return false;
    return true;
}

struct Sum {
    std::uint64_t tx = 0, rx = 0;
    std::uint32_t frames = 0, wrong = 0, alarms = 0;
};

void frame(Sum& sum, unsigned bits, bool settled)
{
    for (unsigned i = 0; i < words; ++i)
        putWord(&sent[4 * i], random());
    sent[0] = 0xFF;
    const std::uint32_t a = value;
    transmitter.frame(sent);
    const std::uint32_t b = value;
    delay(bits);
    const std::uint32_t c = value;
    const bool whole = receiver.receive(line, got);
    const std::uint32_t d = value;
    transmitter.received(receiver.block(), receiver.multiframe());
    if (settled) {
        sum.tx += between(a, b);
        sum.rx += between(c, d);
        ++sum.frames;
        sum.wrong += !whole || !(same(got, past[0]) || same(got, past[1]) || same(got, past[2]));
        sum.alarms += receiver.defects() != 0;
    }
    past[2] = past[1];
    past[1] = past[0];
    past[0] = sent;
}

std::uint32_t errors()
{
    const E1Counters& c = receiver.counters();
    return c.crc + c.fas + c.ebit + c.losses;
}

} // namespace

extern "C" [[noreturn]] void faultHandler()
{
    write("an exception of the processor\n");
    callbox::board::finish(false);
}

int main()
{
    constexpr unsigned million = 1'000'000, each = million / 32, start = 64, most = 450;
    reload = range;
    value = 0;
    control = 5;                                                   // enabled, the processor's clock
    const std::uint32_t ticks = ticksOf(40'000) - ticksOf(15'000); // 100000 instructions
    if (ticks == 0) {
        write("SysTick does not count: run it with -icount\n");
        return 1;
    }
    transmitter.begin(E1Slot0::crc4E);
    Sum sum;
    std::uint32_t counted = 0;
    for (unsigned bits = 0; bits < 32; ++bits) {
        Sum aside;
        receiver.begin(E1Framing::crc4);
        for (unsigned i = 0; i < start; ++i)
            frame(aside, bits, false);
        const std::uint32_t before = errors();
        for (unsigned i = 0; i < each; ++i)
            frame(sum, bits, true);
        counted += errors() - before;
    }
    const auto perFrame = [&](std::uint64_t t) { return static_cast<std::uint32_t>(t * 100'000 / ticks / sum.frames); };
    const std::uint32_t all = perFrame(sum.tx + sum.rx);
    write("transmitter ");
    write(perFrame(sum.tx));
    write(", receiver with realignment ");
    write(perFrame(sum.rx));
    write(", together ");
    write(all);
    write(" instructions a frame\n");
    write(sum.frames);
    write(" frames: ");
    write(sum.wrong);
    write(" wrong, ");
    write(sum.alarms);
    write(" with an alarm, ");
    write(counted);
    write(" errors counted\n");
    return sum.wrong == 0 && sum.alarms == 0 && counted == 0 && sum.frames == million && all <= most ? 0 : 1;
}
