// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: a pattern bit by bit, forwards and backwards. A pseudo-random one is s[n] = s[n-tap] ^
// s[n-degree] (O.150 clause 5: the shift register's stages that are fed back); a fixed word turns in its register.
#pragma once
#include <callbox/hal/bert.h>

namespace callbox::hal::measure {

struct Shape {
    unsigned degree;     // stages; of a fixed word its length
    unsigned tap;        // == degree: a fixed word
    bool inverted;       // on the line
    bool suppressed;     // QRSS: a one wherever the next 14 bits are zeros
    std::uint32_t start; // any state of it; the word, first bit lowest
};
const Shape& shape(BertPattern);

class Sequence {
public:
    // `state`: the next `degree` bits, the first one lowest.
    explicit Sequence(const Shape& s) : Sequence(s, s.start) {}
    Sequence(const Shape& s, std::uint32_t state) : shape_(&s), state_(state) {}

    // As compared before the inversion.
    bool next()
    {
        const bool out = (state_ & 1) != 0 || (shape_->suppressed && ((state_ >> 1) & 0x3FFF) == 0);
        state_ = state_ >> 1 | following() << (shape_->degree - 1);
        return out;
    }
    void skip(std::size_t bits)
    {
        while (bits-- > 0)
            state_ = state_ >> 1 | following() << (shape_->degree - 1);
    }
    void back(std::size_t bits)
    {
        while (bits-- > 0)
            state_ = (state_ << 1 | before()) & mask();
    }
    // The bit after the register's, by what is in the register alone.
    [[nodiscard]] std::uint32_t following() const
    {
        const std::uint32_t tapped = shape_->tap < shape_->degree ? state_ >> (shape_->degree - shape_->tap) : 0;
        return (state_ ^ tapped) & 1;
    }
    [[nodiscard]] std::uint32_t state() const { return state_; }
    // Whether the pattern ever has this state.
    [[nodiscard]] bool possible() const;

private:
    [[nodiscard]] std::uint32_t mask() const { return (1U << shape_->degree) - 1; }
    [[nodiscard]] std::uint32_t before() const
    {
        const unsigned last = shape_->degree - 1;
        const std::uint32_t tapped = shape_->tap < shape_->degree ? state_ >> (last - shape_->tap) : 0;
        return (state_ >> last ^ tapped) & 1;
    }
    const Shape* shape_;
    std::uint32_t state_;
};

} // namespace callbox::hal::measure
