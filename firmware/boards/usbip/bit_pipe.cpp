// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/bit_pipe.h"
#include <algorithm>

namespace callbox::usbip {

namespace {

constexpr std::size_t keptMax = 65536; // octets: a quarter of a second that nobody reads

} // namespace

void BitPipe::errors(unsigned bits, unsigned every)
{
    burst_ = bits;
    burstEvery_ = toBurst_ = std::max(every, 1u);
}

void BitPipe::errorEvery(std::uint64_t bits)
{
    every_ = toNext_ = bits;
}

void BitPipe::write(firmware::Octets octets)
{
    for (const std::uint8_t o : octets)
        for (int i = 7; i >= 0; --i) {
            const unsigned b = o >> i & 1u;
            if (slip_ > 0) {
                --slip_;
                continue;
            }
            if (slip_ < 0) {
                const unsigned again = std::min(static_cast<unsigned>(-slip_), static_cast<unsigned>(recent_.size()));
                if (said_ >= again) {
                    slip_ += static_cast<int>(again);
                    for (std::uint64_t old = said_ - again; old < said_; ++old)
                        bit(recent_[old % recent_.size()]);
                }
            }
            recent_[said_++ % recent_.size()] = static_cast<std::uint8_t>(b);
            bit(b);
        }
}

unsigned BitPipe::spoil(unsigned b)
{
    bool wrong = false;
    if (every_ > 0 && --toNext_ == 0) {
        toNext_ = every_;
        wrong = true;
    }
    if (burst_ > 0 && --toBurst_ == 0) {
        toBurst_ = burstEvery_;
        --burst_;
        wrong = true;
    }
    spoiled_ += wrong;
    return wrong ? b ^ 1u : b;
}

void BitPipe::bit(unsigned b)
{
    b = spoil(signal_ == Signal::none ? 0 : signal_ == Signal::ones ? 1 : b);
    partial_ = partial_ << 1 | b;
    if (++bits_ == 8) {
        octets_.push_back(static_cast<std::uint8_t>(partial_));
        partial_ = bits_ = 0;
        if (octets_.size() > keptMax)
            octets_.erase(octets_.begin(), octets_.begin() + keptMax / 4);
    }
}

void BitPipe::read(firmware::Buffer out)
{
    const std::size_t n = std::min(out.size(), octets_.size());
    std::copy(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n), out.begin());
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n));
}

} // namespace callbox::usbip
