// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_join.h"

namespace callbox::hal::dahdi {

class KernelJoin {
public:
    KernelJoin(std::weak_ptr<OpenChannel> a, std::weak_ptr<OpenChannel> b) : a_(std::move(a)), b_(std::move(b)) {}

    [[nodiscard]] bool stands() const { return !a_.expired() && !b_.expired(); }
    void cut()
    {
        for (std::weak_ptr<OpenChannel>* side : {&a_, &b_})
            if (const auto channel = std::exchange(*side, {}).lock()) {
                stopHearing(channel->device); // and its canceller
                if (channel->echoTaps > 0)
                    (void)startEcho(channel->device, channel->echoTaps);
            }
    }

private:
    std::weak_ptr<OpenChannel> a_, b_;
};

OpenChannel::~OpenChannel()
{
    if (const auto j = join.lock())
        j->cut();
}

Event OpenChannel::next()
{
    const Event e = nextEvent(device);
    if (keepsEvents && e != Event::none && (kept.empty() || kept.back() != Event::removed))
        kept.push_back(e);
    return e;
}

namespace {

class Handle final : public LowJoin {
public:
    explicit Handle(std::shared_ptr<KernelJoin> join) : join_(std::move(join)) {}
    ~Handle() override { join_->cut(); }
    [[nodiscard]] bool stands() const override { return join_->stands(); }

private:
    std::shared_ptr<KernelJoin> join_;
};

} // namespace

Result<std::unique_ptr<LowJoin>> joinChannels(const std::shared_ptr<OpenChannel>& a,
                                              const std::shared_ptr<OpenChannel>& b)
{
    for (const auto& side : {a, b})
        if (const auto j = side->join.lock(); j && j->stands())
            return Error{Errc::busy, "DAHDI channel " + std::to_string(side->number) + " is joined already"};
    auto join = std::make_shared<KernelJoin>(a, b);
    for (const auto& side : {a, b}) // a call that passes through has its cancellers at its ends
        if (side->echoTaps > 0)
            stopEcho(side->device);
    auto heard = hear(a->device, b->number);
    if (heard)
        heard = hear(b->device, a->number);
    if (!heard) {
        join->cut();
        return heard.error();
    }
    a->join = b->join = join;
    return std::unique_ptr<LowJoin>(std::make_unique<Handle>(std::move(join)));
}

} // namespace callbox::hal::dahdi
