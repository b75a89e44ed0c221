// SPDX-License-Identifier: GPL-2.0-or-later
#include "sequence.h"

namespace callbox::hal {

namespace {

struct Row {
    BertPattern pattern;
    std::string_view name;
    measure::Shape shape;
};

constexpr Row rows[] = {
    {BertPattern::prbs11, "prbs11", {11, 9, false, false, 0x7FF}},
    {BertPattern::prbs15, "prbs15", {15, 14, true, false, 0x7FFF}},
    {BertPattern::qrss, "qrss", {20, 17, false, true, 0xFFFFF}},
    {BertPattern::prbs23, "prbs23", {23, 18, true, false, 0x7FFFFF}},
    {BertPattern::ones, "ones", {1, 1, false, false, 1}},
    {BertPattern::alternating, "1:1", {2, 2, false, false, 0b01}},
    // 0100 0100 0000 0000 0000 0100: no octet without a neighbour that has a one (ANSI T1.403: 3-in-24).
    {BertPattern::threeIn24, "3-in-24", {24, 24, false, false, 0b0010'0000'0000'0000'0010'0010}},
};
static_assert(std::size(rows) == std::size_t(BertPattern::threeIn24) + 1);

} // namespace

std::string_view name(BertPattern p)
{
    return rows[std::size_t(p)].name;
}

std::optional<BertPattern> bertPattern(std::string_view word)
{
    for (const Row& r : rows)
        if (r.name == word)
            return r.pattern;
    return std::nullopt;
}

std::span<const BertPattern> allBertPatterns()
{
    static constexpr BertPattern all[] = {BertPattern::prbs11,   BertPattern::prbs15, BertPattern::qrss,
                                          BertPattern::prbs23,   BertPattern::ones,   BertPattern::alternating,
                                          BertPattern::threeIn24};
    return all;
}

namespace measure {

const Shape& shape(BertPattern p)
{
    return rows[std::size_t(p)].shape;
}

bool Sequence::possible() const
{
    if (shape_->tap < shape_->degree)
        return state_ != 0; // every other state comes round
    Sequence word(*shape_);
    for (unsigned i = 0; i < shape_->degree; ++i, word.skip(1))
        if (word.state() == state_)
            return true;
    return false;
}

} // namespace measure
} // namespace callbox::hal
