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
    if (slip_ == 0 && untouched(8 * octets.size())) {
        whole(octets);
        return;
    }
    for (const std::uint8_t o : octets)
        for (int i = 7; i >= 0; --i)
            write(o >> i & 1u);
}

void BitPipe::whole(firmware::Octets octets)
{
    const std::size_t at = octets_.size();
    octets_.resize(at + octets.size());
    std::uint8_t* out = octets_.data() + at;
    for (const std::uint8_t o : octets) {
        remember(o, 8);
        partial_ = partial_ << 8 | (signal_ == Signal::normal ? o : signal_ == Signal::ones ? 0xffu : 0u);
        *out++ = static_cast<std::uint8_t>(partial_ >> bits_);
    }
    partial_ &= (1u << bits_) - 1;
    forget();
}

void BitPipe::write(unsigned b)
{
    if (slip_ > 0) {
        --slip_;
        return;
    }
    if (slip_ < 0) {
        const unsigned again = std::min(static_cast<unsigned>(-slip_), 64u * static_cast<unsigned>(recent_.size()));
        if (said_ >= again) {
            slip_ += static_cast<int>(again);
            const auto old = recent_;
            for (unsigned back = again; back > 0; --back)
                put(spoil(static_cast<unsigned>(old[(back - 1) / 64] >> (back - 1) % 64 & 1u)));
        }
    }
    remember(b, 1);
    put(spoil(b));
}

bool BitPipe::untouched(std::size_t bits)
{
    if ((every_ > 0 && toNext_ <= bits) || (burst_ > 0 && toBurst_ <= bits))
        return false;
    toNext_ -= every_ > 0 ? bits : 0;
    toBurst_ -= burst_ > 0 ? bits : 0;
    return true;
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
    if (signal_ != Signal::normal)
        b = signal_ == Signal::ones;
    return wrong ? b ^ 1u : b;
}

void BitPipe::remember(unsigned bits, unsigned count)
{
    for (std::size_t i = recent_.size() - 1; i > 0; --i)
        recent_[i] = recent_[i] << count | recent_[i - 1] >> (64 - count);
    recent_[0] = recent_[0] << count | bits;
    said_ += count;
}

void BitPipe::put(unsigned b)
{
    partial_ = partial_ << 1 | b;
    if (++bits_ < 8)
        return;
    octets_.push_back(static_cast<std::uint8_t>(partial_));
    partial_ = bits_ = 0;
    forget();
}

void BitPipe::forget()
{
    if (octets_.size() > keptMax)
        octets_.erase(octets_.begin(), octets_.end() - keptMax * 3 / 4);
}

void BitPipe::read(firmware::Buffer out)
{
    const std::size_t n = std::min(out.size(), octets_.size());
    std::copy(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n), out.begin());
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(n));
}

} // namespace callbox::usbip
