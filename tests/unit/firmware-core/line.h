// SPDX-License-Identifier: GPL-2.0-or-later
// A line of bits between a transmitter and a receiver: delayed by any number of bits, with errors put in.
#pragma once
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"
#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <vector>

namespace callbox::firmware::core {

using Frame = std::array<std::uint8_t, 32>;

class BitLine {
public:
    explicit BitLine(unsigned delay = 0) : bits_(delay, false) {}
    void put(std::span<const std::uint8_t> octets)
    {
        for (const std::uint8_t o : octets)
            for (int i = 7; i >= 0; --i)
                bits_.push_back((o >> i & 1) != 0);
    }
    void putBit(bool b) { bits_.push_back(b); }
    void drop(std::size_t bits) { bits_.erase(bits_.begin(), bits_.begin() + std::ptrdiff_t(bits)); }
    void flip(std::size_t bit) { bits_[bit] = !bits_[bit]; }
    [[nodiscard]] std::size_t size() const { return bits_.size(); }
    Frame take()
    {
        Frame out{};
        for (unsigned i = 0; i < 256; ++i) {
            if (bits_[i])
                out[i / 8] = std::uint8_t(out[i / 8] | 0x80 >> i % 8);
        }
        bits_.erase(bits_.begin(), bits_.begin() + 256);
        return out;
    }

private:
    std::deque<bool> bits_;
};

// An E1 both of whose ends are ours, one direction of it.
struct E1Pair {
    explicit E1Pair(E1Framing rx = E1Framing::crc4, E1Slot0 tx = E1Slot0::crc4E, unsigned delay = 0)
        : receiver(rx), line(delay)
    {
        transmitter.begin(tx);
    }
    // A frame of noise (or of `fill`) through the line; `spoil` may change what the transmitter made.
    bool step(const std::function<void(Frame&)>& spoil = {})
    {
        Frame f{};
        for (std::uint8_t& o : f)
            o = fill ? *fill : std::uint8_t(random());
        f[0] = 0xFF;
        transmitter.frame(f);
        sent.push_back(f);
        if (sent.size() > 8)
            sent.pop_front();
        if (spoil)
            spoil(f);
        line.put(f);
        const Frame in = line.take();
        return receiver.receive(in, got);
    }
    unsigned run(unsigned frames, const std::function<void(Frame&)>& spoil = {})
    {
        unsigned good = 0;
        for (unsigned i = 0; i < frames; ++i)
            good += step(spoil) ? 1 : 0;
        return good;
    }
    // How many frames pass before `done`; `most` if it never comes.
    unsigned until(const std::function<bool()>& done, unsigned most, const std::function<void(Frame&)>& spoil = {})
    {
        for (unsigned i = 0; i < most; ++i) {
            if (done())
                return i;
            step(spoil);
        }
        return most;
    }
    E1Transmitter transmitter;
    E1Receiver receiver;
    BitLine line;
    std::deque<Frame> sent;
    Frame got{};
    std::mt19937 random{1};
    std::optional<std::uint8_t> fill;
};

inline void allOnes(Frame& f)
{
    f.fill(0xFF);
}
inline void allZeros(Frame& f)
{
    f.fill(0);
}

} // namespace callbox::firmware::core
