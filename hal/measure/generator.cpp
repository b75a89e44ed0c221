// SPDX-License-Identifier: GPL-2.0-or-later
#include "sequence.h"

namespace callbox::hal {

struct BertGenerator::Impl {
    explicit Impl(BertPattern p) : inverted(measure::shape(p).inverted), sequence(measure::shape(p)) {}
    bool inverted;
    measure::Sequence sequence;
};

BertGenerator::BertGenerator(BertPattern pattern) : impl_(std::make_unique<Impl>(pattern)) {}
BertGenerator::~BertGenerator() = default;

void BertGenerator::setErrorEvery(std::uint64_t bits)
{
    every_ = toNext_ = bits;
}

void BertGenerator::fill(std::span<std::uint8_t> out)
{
    for (std::uint8_t& octet : out) {
        octet = 0;
        for (unsigned i = 0; i < 8; ++i) {
            bool wrong = false;
            if (every_ > 0 && --toNext_ == 0) {
                wrong = true;
                toNext_ = every_;
            }
            if (!wrong && due_ > 0 && i == (inserted_ & 7)) { // each place of an octet in turn
                wrong = true;
                --due_;
            }
            inserted_ += wrong;
            const bool bit = impl_->sequence.next() != (impl_->inverted != wrong);
            octet = std::uint8_t(octet << 1 | (bit ? 1 : 0));
        }
    }
}

} // namespace callbox::hal
