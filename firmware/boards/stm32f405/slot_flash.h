// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's own flash where the slots lie: sectors erased, words written, RM0090 3.6. While it is busy, what
// runs from it stands still: up to 2 s for a sector, six for a slot. Every wait is bounded, and the controller is
// locked again whatever happened.
#pragma once
#include "boards/stm32f405/watchdog.h"
#include "boot/slots.h"

namespace callbox::board {

class SlotFlash final : public firmware::boot::Flash {
public:
    // `memory`: what lies at the first slot's address and behind it. All outlive it.
    SlotFlash(Registers& registers, const firmware::boot::Part& part, const std::uint8_t* memory, Watchdog* watchdog)
        : registers_(registers), part_(part), memory_(memory), watchdog_(watchdog)
    {
    }
    [[nodiscard]] firmware::Octets read(unsigned slot) const override;
    bool erase(unsigned slot) override;
    bool write(unsigned slot, std::uint32_t at, firmware::Octets words) override;
    // Why the last call failed: bits of FLASH_SR, 3.9.4; `late`: it did not end.
    static constexpr std::uint32_t late = 1u << 31, locked = 1u << 30;
    [[nodiscard]] std::uint32_t trouble() const { return trouble_; }

private:
    bool open();
    bool close(bool good);
    bool settled(std::uint32_t looks);

    Registers& registers_;
    const firmware::boot::Part& part_;
    const std::uint8_t* memory_;
    Watchdog* watchdog_; // none: nobody waits for it
    std::uint32_t trouble_ = 0;
};

} // namespace callbox::board
