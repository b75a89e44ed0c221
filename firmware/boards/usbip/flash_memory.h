// SPDX-License-Identifier: GPL-2.0-or-later
// The virtual card's flash: two slots, in memory or in a file, with the factory's image in the first one. As flash is,
// ones become zeros until a slot is erased.
#pragma once
#include "boot/slots.h"
#include <callbox/base/bytes.h>
#include <callbox/base/files.h>

namespace callbox::usbip {

class FlashMemory final : public firmware::boot::Flash {
public:
    FlashMemory(); // as it leaves the factory
    // From now on in this file, which is made if it is missing. Errc::invalid: the file is no card's flash.
    Result<void> keepIn(Files& files, const std::string& path);

    [[nodiscard]] Octets read(unsigned slot) const override { return slots_.at(slot); }
    bool erase(unsigned slot) override;
    bool write(unsigned slot, std::uint32_t at, Octets words) override;

    static constexpr std::uint32_t factoryVersion = 0x00010000; // 0.1.0

private:
    bool store(unsigned slot, std::uint32_t at, std::size_t length);

    std::array<OctetBuffer, 2> slots_;
    std::unique_ptr<File> file_;
};

} // namespace callbox::usbip
