// SPDX-License-Identifier: GPL-2.0-or-later
// Frames between two clocks that run at nearly the same pace. Where they differ a whole frame is left out or said twice
// (controlled slip, G.822), one for each frame by which the clocks drift apart, and none before. One thread, or a
// writer and a reader that do not interrupt one another.
#pragma once
#include "core/bits.h"

namespace callbox::firmware::core {

enum class Slip { none, leftOut, repeated };

// `Frames` are kept at most; half of them lie there when reading begins.
template <std::size_t Frames> class ElasticStore {
    static_assert(Frames >= 4 && (Frames & (Frames - 1)) == 0);

public:
    struct Count {
        std::uint32_t leftOut = 0, repeated = 0;
    };
    // `tag`: comes out with its frame, such as its number in a multiframe.
    Slip write(FrameIn frame, std::uint8_t tag = 0)
    {
        Slip slip = Slip::none;
        if (level() == Frames) {
            ++read_;
            ++count_.leftOut;
            slip = Slip::leftOut;
        }
        Kept& to = kept_[write_++ % Frames];
        for (std::size_t i = 0; i < frame.size(); ++i)
            to.octets[i] = frame[i];
        to.tag = tag;
        running_ = running_ || level() >= Frames / 2;
        return slip;
    }
    // Before there are enough frames `frame` gets ones, which is no slip.
    Slip read(FrameOut frame)
    {
        Slip slip = Slip::none;
        if (running_ && level() == 0) {
            --read_; // the last one lies there still
            ++count_.repeated;
            slip = Slip::repeated;
        }
        const Kept& from = kept_[read_ % Frames];
        for (std::size_t i = 0; i < frame.size(); ++i)
            frame[i] = running_ ? from.octets[i] : 0xFF;
        tag_ = running_ ? from.tag : 0;
        if (running_)
            ++read_;
        return slip;
    }
    [[nodiscard]] std::uint8_t tag() const { return tag_; } // of the frame last read
    [[nodiscard]] std::size_t level() const { return write_ - read_; }
    [[nodiscard]] bool running() const { return running_; }
    [[nodiscard]] const Count& count() const { return count_; }
    void restart() // empty; the count goes on
    {
        read_ = write_ = 0;
        running_ = false;
    }

private:
    struct Kept {
        std::array<std::uint8_t, 32> octets{};
        std::uint8_t tag = 0;
    };
    std::array<Kept, Frames> kept_{};
    std::uint32_t read_ = 0, write_ = 0; // they run on and go round together
    bool running_ = false;
    std::uint8_t tag_ = 0;
    Count count_;
};

} // namespace callbox::firmware::core
