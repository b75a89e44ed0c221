// SPDX-License-Identifier: GPL-2.0-or-later
#include "joined_below.h"
#include <algorithm>

namespace callbox::hal {

namespace {

constexpr std::size_t startBlocks = 3;
constexpr std::size_t mostBlocks = 30; // of one side and nobody asks: 600 ms of 20 ms blocks

class Kept final : public LowJoin {
public:
    Kept(std::unique_ptr<LowJoin> low, std::shared_ptr<JoinedBelow> sides)
        : low_(std::move(low)), sides_(std::move(sides))
    {
    }
    ~Kept() override { sides_->over(); }
    [[nodiscard]] bool stands() const override { return low_->stands(); }

private:
    std::unique_ptr<LowJoin> low_;
    std::shared_ptr<JoinedBelow> sides_;
};

} // namespace

void JoinedBelow::came(int side, Octets rx)
{
    Way& way = ways_[side];
    if (!way.asked)
        return;
    if (way.queue.size() >= mostBlocks * rx.size()) {
        way = {};
        return;
    }
    way.queue.insert(way.queue.end(), rx.begin(), rx.end());
    way.running = way.running || way.queue.size() >= startBlocks * rx.size();
}

void JoinedBelow::sent(int side, std::span<std::uint8_t> tx)
{
    Way& way = ways_[1 - side];
    way.asked = true;
    if (!way.running)
        return;
    if (way.queue.size() < tx.size()) {
        way.running = false; // late: fill up again before going on
        return;
    }
    const auto end = way.queue.begin() + std::ptrdiff_t(tx.size());
    std::copy(way.queue.begin(), end, tx.begin());
    way.queue.erase(way.queue.begin(), end);
}

KeptJoin keepSides(std::unique_ptr<LowJoin> low)
{
    auto sides = std::make_shared<JoinedBelow>(*low);
    return {std::make_unique<Kept>(std::move(low), sides), sides};
}

} // namespace callbox::hal
