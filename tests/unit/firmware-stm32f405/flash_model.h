// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's flash controller by its registers, as RM0090 3 has it: locked until the two keys come in their order,
// a sector erased by its number, words that only clear bits, error bits for what may not be. Strict: what a driver does
// wrong is counted.
#pragma once
#include "boards/stm32f405/slot_flash.h"
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

namespace callbox::board::test {

class FlashModel final : public Registers {
public:
    std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(1 << 20, 0); // from 08000000 on
    unsigned misuses = 0, feeds = 0, erased = 0;                              // erased: bit n: sector n
    std::function<void()> stands; // the time that a sector takes: the processor stands still
    unsigned busyLooks = 3;       // that an operation takes
    bool hangs = false;           // an operation does not end
    bool keysIgnored = false;
    std::uint32_t fails = 0;  // error bits of the next operation
    unsigned failsAfter = 0;  // operations before that one
    bool cachesStale = false; // erased, and not yet emptied

    std::uint32_t read(std::uint32_t address) override
    {
        switch (address) {
        case access:
            return access_;
        case status:
            if (left_ > 0 && !hangs)
                --left_;
            return status_ | (left_ > 0 ? 1U << 16 : 0);
        case control:
            return control_;
        default:
            ++misuses;
            return 0;
        }
    }
    void write(std::uint32_t address, std::uint32_t v) override
    {
        if (address == access) {
            misuses += v >> 11 & 3 && v >> 9 & 3; // a cache is reset while it is off
            cachesStale = cachesStale && (v >> 11 & 3) != 3;
            access_ = v;
        } else if (address == key) {
            if (v == 0x45670123 && keys_ == 0)
                keys_ = 1;
            else if (v == 0xCDEF89AB && keys_ == 1) {
                keys_ = 0;
                if (!keysIgnored)
                    control_ &= ~(1U << 31);
            } else
                ++misuses;
        } else if (address == status) {
            status_ &= ~(v & 0xf3);
        } else if (address == control) {
            order(v);
        } else if (address == 0x40003000) {
            feeds += v == 0xaaaa;
        } else {
            word(address, v);
        }
    }
    [[nodiscard]] bool locked() const { return control_ >> 31; }

private:
    static constexpr std::uint32_t access = 0x40023C00, key = access + 4, status = access + 12, control = access + 16;

    // Whether an operation begins that goes well.
    bool begins()
    {
        misuses += left_ > 0;
        left_ = busyLooks;
        if (fails == 0 || failsAfter-- > 0)
            return true;
        status_ |= std::exchange(fails, 0);
        return false;
    }
    void order(std::uint32_t v)
    {
        if (locked()) {
            misuses += v != 1U << 31;
            return;
        }
        misuses += left_ > 0 && !hangs;
        control_ = v;
        if (!(v >> 16 & 1))
            return;
        control_ &= ~(1U << 16);
        const unsigned sector = v >> 3 & 0xf;
        misuses += (v & 7) != 2 || (v >> 8 & 3) != 2; // a sector, 32 bits at once
        if (!begins())
            return;
        erased |= 1U << sector;
        cachesStale = true;
        if (stands)
            stands();
        if (sector >= 5 && sector <= 11)
            std::memset(&memory[0x20000 + (sector - 5) * std::size_t{0x20000}], 0xff, 0x20000);
        else
            ++misuses;
    }
    void word(std::uint32_t address, std::uint32_t v)
    {
        const std::uint32_t at = address - 0x08000000;
        if (locked() || (control_ & 3) != 1 || at % 4 != 0 || at >= memory.size()) {
            ++misuses;
            return;
        }
        if (!begins())
            return;
        for (unsigned i = 0; i < 4; ++i)
            memory[at + i] &= static_cast<std::uint8_t>(v >> 8 * i);
    }
    std::uint32_t access_ = 7U << 8 | 5, status_ = 0, control_ = 1U << 31;
    unsigned keys_ = 0, left_ = 0;
};

} // namespace callbox::board::test
