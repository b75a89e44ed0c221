// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/dma_ring.h"

namespace callbox::board {

namespace {

constexpr std::uint32_t clocks = 0x40023830, dma1Clock = 1u << 21, dma2Clock = 1u << 22, dma1 = 0x40026000; // 7.3.10
// 10.5: LISR, LIFCR; from stream 4 on HISR, HIFCR
constexpr std::uint32_t status = 0x00, clear = 0x08, high = 0x04;
constexpr std::uint32_t control = 0x00, count = 0x04, peripheral = 0x08, memory = 0x0C, fifo = 0x14;
constexpr std::uint32_t enable = 1, fromMemory = 1u << 6, circular = 1u << 8, memoryGoesOn = 1u << 10,
                        urgent = 3u << 16;
constexpr unsigned channelAt = 25;
constexpr std::uint32_t allFlags = 0x3d, busError = 1u << 3, half = 1u << 4, whole = 1u << 5;
constexpr std::uint32_t looks = 10'000; // a stream ends with the octet under way, 6 us

} // namespace

std::uint32_t DmaRing::stream(std::uint32_t reg) const
{
    return place_.controller + 0x10 + 0x18 * place_.stream + reg;
}

unsigned DmaRing::flagsAt() const
{
    constexpr unsigned at[] = {0, 6, 16, 22};
    return at[place_.stream % 4];
}

void DmaRing::clearFlags()
{
    r_.write(place_.controller + clear + (place_.stream < 4 ? 0 : high), allFlags << flagsAt());
}

bool DmaRing::begin(std::uint32_t address, unsigned length)
{
    r_.set(clocks, place_.controller == dma1 ? dma1Clock : dma2Clock);
    (void)r_.read(clocks);
    stop();
    if (!r_.await(stream(control), enable, 0, looks))
        return false;
    clearFlags();
    length_ = length;
    position_ = 0;
    r_.write(stream(peripheral), place_.peripheral);
    r_.write(stream(memory), address);
    r_.write(stream(count), length);
    r_.write(stream(fifo), 0); // direct mode, 10.3.12
    const std::uint32_t settings = place_.channel << channelAt | urgent | memoryGoesOn | circular |
                                   (place_.toPeripheral ? fromMemory : 0); // octets on both sides
    r_.write(stream(control), settings);
    r_.write(stream(control), settings | enable);
    return true;
}

void DmaRing::stop()
{
    r_.clear(stream(control), enable);
}

DmaRing::Moved DmaRing::moved()
{
    const std::uint32_t passed = flags(place_.controller + status + (place_.stream < 4 ? 0 : high));
    if (passed != 0)
        clearFlags();
    Moved m;
    m.failed = passed & busError || !(r_.read(stream(control)) & enable);
    m.late = (passed & (half | whole)) == (half | whole);
    const unsigned left = r_.read(stream(count)) & 0xffff;
    const unsigned now = left == 0 || left > length_ ? 0 : length_ - left;
    m.octets = (now + length_ - position_) % length_;
    position_ = now;
    return m;
}

} // namespace callbox::board
