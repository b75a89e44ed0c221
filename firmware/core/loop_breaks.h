// SPDX-License-Identifier: GPL-2.0-or-later
// What a port towards an exchange says with its hook while it is off-hook: a flash, or digits as breaks of the loop
// (ITU-T Q.6: ten a second).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace callbox::firmware::core {

class LoopBreaks {
public:
    static constexpr unsigned digitsMost = 11;

    void flash(unsigned ms)
    {
        count_ = at_ = 0;
        pulses_ = 1;
        open(ms);
    }
    // 1..digitsMost digits, 0..9, in place of what is under way.
    void dial(std::span<const std::uint8_t> digits)
    {
        count_ = static_cast<unsigned>(std::min<std::size_t>(digits.size(), digitsMost));
        std::copy_n(digits.begin(), count_, digits_.begin());
        at_ = 0;
        begin();
    }
    void stop() { left_ = count_ = 0; }
    [[nodiscard]] bool busy() const { return left_ > 0; }
    [[nodiscard]] bool isOpen() const { return busy() && open_; }
    // So many ms are over. True: the last digit is out now.
    bool pass(unsigned ms)
    {
        if (left_ == 0)
            return false;
        left_ = left_ > ms ? left_ - ms : 0;
        return left_ == 0 && next();
    }

private:
    static constexpr unsigned breaks = 60, makes = 40, pause = 700; // ms

    void open(unsigned ms)
    {
        open_ = true;
        left_ = ms;
    }
    void begin()
    {
        pulses_ = digits_[at_] == 0 ? 10 : digits_[at_];
        open(breaks);
    }
    bool next()
    {
        if (open_) {
            open_ = false;
            --pulses_;
            left_ = count_ == 0 ? 0 : pulses_ > 0 ? makes : pause; // a flash is one break
            return false;
        }
        if (pulses_ > 0) {
            open(breaks);
            return false;
        }
        if (++at_ < count_) {
            begin();
            return false;
        }
        count_ = 0;
        return true;
    }

    std::array<std::uint8_t, digitsMost> digits_{};
    unsigned count_ = 0, at_ = 0, pulses_ = 0, left_ = 0;
    bool open_ = false;
};

} // namespace callbox::firmware::core
