// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/flash_memory.h"
#include "image/virtual_program.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::usbip {

namespace {

using firmware::boot::virtualCard;

std::uint64_t offsetOf(unsigned slot)
{
    return slot == 0 ? 0 : virtualCard.slots[0].size;
}
constexpr std::uint64_t whole = std::uint64_t{virtualCard.slots[0].size} + virtualCard.slots[1].size;

} // namespace

FlashMemory::FlashMemory()
{
    for (unsigned i = 0; i < slots_.size(); ++i)
        slots_[i].assign(virtualCard.slots[i].size, 0xff);
    const auto image =
        firmware::image::makeImage(virtualCard, 0, factoryVersion, firmware::image::virtualProgram(0, true));
    std::copy(image->begin(), image->end(), slots_[0].begin());
    firmware::boot::Slots slots(virtualCard, *this);
    slots.complete(0);
    slots.confirm(0);
}

Result<void> FlashMemory::keepIn(Files& files, const std::string& path)
{
    auto file = files.open(path, OpenMode::create);
    if (!file)
        return file.error();
    const auto size = (*file)->size();
    if (!size)
        return size.error();
    if (*size != 0 && *size != whole)
        return Error{Errc::invalid,
                     fmt::format("{} has {} octets, a virtual card's flash has {}: it is none", path, *size, whole)};
    for (unsigned i = 0; i < slots_.size(); ++i) {
        const auto n = *size == 0 ? Result<std::size_t>(slots_[i].size()) : (*file)->read(offsetOf(i), slots_[i]);
        if (!n)
            return n.error();
        if (*size == 0)
            if (auto r = (*file)->write(offsetOf(i), slots_[i]); !r)
                return r;
    }
    file_ = std::move(*file);
    return {};
}

bool FlashMemory::store(unsigned slot, std::uint32_t at, std::size_t length)
{
    return !file_ || file_->write(offsetOf(slot) + at, Octets(slots_[slot]).subspan(at, length)).has_value();
}

bool FlashMemory::erase(unsigned slot)
{
    std::fill(slots_.at(slot).begin(), slots_.at(slot).end(), std::uint8_t{0xff});
    return store(slot, 0, slots_[slot].size());
}

bool FlashMemory::write(unsigned slot, std::uint32_t at, Octets words)
{
    OctetBuffer& all = slots_.at(slot);
    if (at % 4 != 0 || words.size() % 4 != 0 || at > all.size() || words.size() > all.size() - at)
        return false;
    for (std::size_t i = 0; i < words.size(); ++i)
        all[at + i] &= words[i];
    return store(slot, at, words.size());
}

} // namespace callbox::usbip
