// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/bit_pipe.h"
#include <algorithm>

namespace callbox::usbip {

namespace {

constexpr std::size_t frameBits = 256;
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
            if (slip_ < 0 && recent_.size() >= std::min<std::size_t>(static_cast<std::size_t>(-slip_), frameBits)) {
                const std::size_t again = std::min<std::size_t>(static_cast<std::size_t>(-slip_), frameBits);
                slip_ += static_cast<int>(again);
                const std::vector<std::uint8_t> said(recent_.end() - static_cast<std::ptrdiff_t>(again), recent_.end());
                for (const std::uint8_t s : said)
                    bit(s);
            }
            recent_.push_back(static_cast<std::uint8_t>(b));
            if (recent_.size() > frameBits)
                recent_.pop_front();
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
            octets_.pop_front();
    }
}

void BitPipe::read(firmware::Buffer out)
{
    const std::size_t n = std::min(out.size(), octets_.size());
    std::copy(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n), out.begin());
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n));
}

} // namespace callbox::usbip
