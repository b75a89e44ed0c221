// SPDX-License-Identifier: GPL-2.0-or-later
// The card's program: what card.h says, on the processor. On the UART it says once how it began.
#include "boards/stm32f405/card.h"
#include "boards/stm32f405/chip.h"
#include "boards/stm32f405/clocks.h"
#include "boards/stm32f405/faults.h"
#include "boards/stm32f405/reset_cause.h"
#include "boards/stm32f405/slot_flash.h"
#include "boards/stm32f405/uart.h"
#include "boot/parts.h"

namespace {

using namespace callbox::board;
using namespace callbox::firmware;

constexpr std::uint32_t uniqueId = 0x1FFF7A10;                                                // RM0090 39.1, 96 bits
constexpr std::uint32_t debugControl = 0xE000EDFC, traceOn = 1u << 24;                        // ARMv7-M C1.6.5
constexpr std::uint32_t traceControl = 0xE0001000, cycleCount = 0xE0001004, countsCycles = 1; // C1.8
constexpr std::uint32_t versionAt = 12;                                                       // of card_image

constinit Chip chip; // start.cpp calls no constructors
constinit Watchdog watchdog{chip};
alignas(4) std::array<std::uint8_t, lineRing> received, sent;

std::uint32_t addressOf(const void* p)
{
    return reinterpret_cast<std::uint32_t>(p);
}

// The slot that this program was linked for; none: it has the whole flash.
int slotOfThis()
{
    const std::uint32_t here = reinterpret_cast<std::uint32_t>(&slotOfThis);
    for (unsigned i = 0; i < boot::stm32f405.slots.size(); ++i)
        if (here - boot::stm32f405.slots[i].address < boot::stm32f405.slots[i].size)
            return static_cast<int>(i);
    return boot::Slots::none;
}

class Text {
public:
    void hex(std::uint32_t value)
    {
        for (unsigned i = 8; i-- > 0;)
            add("0123456789abcdef"[value >> 4 * i & 15]);
    }
    void number(unsigned value) // 0..255
    {
        if (value >= 100)
            add(static_cast<char>('0' + value / 100));
        if (value >= 10)
            add(static_cast<char>('0' + value / 10 % 10));
        add(static_cast<char>('0' + value % 10));
    }
    void text(std::string_view s)
    {
        for (const char c : s)
            add(c);
    }
    [[nodiscard]] std::string_view view() const { return {room_.data(), length_}; }

private:
    void add(char c)
    {
        if (length_ < room_.size())
            room_[length_++] = c;
    }
    std::array<char, 32> room_{};
    std::size_t length_ = 0;
};

// "callbox-1.2.3": of the header before this program, if there is one.
void buildOf(int slot, Text& text)
{
    if (slot == boot::Slots::none)
        return;
    const std::uint32_t version = registerAt(boot::stm32f405.slots[static_cast<unsigned>(slot)].address + versionAt);
    text.text("callbox");
    for (unsigned i = 0; i < 3 || (i == 3 && version & 0xff); ++i) { // a build only where there is one
        text.text(i == 0 ? "-" : ".");
        text.number(version >> (24 - 8 * i) & 0xff);
    }
}

// Milliseconds by the processor's cycles: turns that take longer are made up for.
class Time {
public:
    explicit Time(std::uint32_t cyclesAMillisecond) : each_(cyclesAMillisecond)
    {
        registerAt(debugControl) = registerAt(debugControl) | traceOn;
        registerAt(traceControl) = registerAt(traceControl) | countsCycles;
        last_ = registerAt(cycleCount);
    }
    bool passed()
    {
        if (registerAt(cycleCount) - last_ < each_)
            return false;
        last_ += each_;
        return true;
    }

private:
    std::uint32_t each_, last_;
};

struct Loop {
    Card& card;
    Time& time;
    static void turn(void* self)
    {
        auto& loop = *static_cast<Loop*>(self);
        loop.card.turn(loop.time.passed());
    }
};

} // namespace

int main()
{
    watchdog.start(); // if no loader has
    watchFaults();
    Fault fault;
    const bool failed = takeFault(fault);
    const unsigned cause = resetCause(chip, failed);
    const Clocks clocks = startClocks(chip);
    Uart uart;
    uart.begin(clocks.uart);
    if (!clocks.exact) { // neither USB nor a line without it; the watchdog tries again
        uart.write("card: ");
        uart.write(clocks.trouble);
        uart.write("\n");
        for (;;) {
        }
    }
    const int slot = slotOfThis();
    static Text serial, build;
    serial.hex(registerAt(uniqueId) ^ registerAt(uniqueId + 8));
    serial.hex(registerAt(uniqueId + 4));
    buildOf(slot, build);
    static SlotFlash flash(chip, boot::stm32f405,
                           reinterpret_cast<const std::uint8_t*>(boot::stm32f405.slots[0].address), &watchdog);
    static boot::Slots slots(boot::stm32f405, flash);
    static Card card(chip, {.serial = serial.view(),
                            .build = build.view(),
                            .line = {received, sent, addressOf(received.data()), addressOf(sent.data())},
                            .slots = slot == boot::Slots::none ? nullptr : &slots,
                            .runningSlot = slot == boot::Slots::none ? 0 : static_cast<unsigned>(slot),
                            .startedBy = cause,
                            .watchdog = &watchdog});
    if (failed)
        tell(fault, card.device());
    const bool good = card.begin();
    uart.write("card: ");
    uart.write(good ? "on the bus" : card.trouble());
    uart.write("\n");
    if (!card.usb().trouble().empty()) // nobody could ask it anything
        for (;;) {
        }
    Time time(clocks.core / 1000);
    Loop loop{card, time};
    while (!card.resets()) {
        Loop::turn(&loop);
        card.testIfAsked({Loop::turn, &loop});
    }
    uart.drain();
    resetProcessor();
}
