// SPDX-License-Identifier: GPL-2.0-or-later
// The span suite on the virtual backend: both ends of a pair in one process, both ends over Unix sockets.
#include "../virtual_wires.h"
#include "cases.h"

namespace callbox::tests {

namespace {

void change(SpanIo& io, const std::function<void(VirtualFaults&)>& what)
{
    auto& injection = dynamic_cast<FaultInjection&>(io);
    VirtualFaults faults = injection.faults();
    what(faults);
    injection.setFaults(faults);
}

template <class Wires> class VirtualSpanPair final : public SpanPair {
public:
    explicit VirtualSpanPair(bool nearHoldsClock)
    {
        VirtualPair pair = wires_.wire();
        near_ = std::move(nearHoldsClock ? pair.first : pair.second);
        far_ = std::move(nearHoldsClock ? pair.second : pair.first);
    }
    SpanIo& near() override { return *near_; }
    SpanIo& far() override { return *far_; }
    void cable(bool in) override
    {
        change(*far_, [&](VirtualFaults& f) { f.los = !in; });
    }
    void corruptTowardsNear(unsigned frames) override
    {
        change(*far_, [&](VirtualFaults& f) { f.corruptFrames = frames; });
    }
    void slipAtNear() override
    {
        change(*near_, [](VirtualFaults& f) { f.slips = 1; });
    }
    Loop& loop() override { return wires_.loop(); }
    bool until(const std::function<bool()>& done, Duration limit) override { return wires_.until(done, limit); }

private:
    Wires wires_;
    std::unique_ptr<SpanIo> far_, near_;
};

template <class Wires> Make<SpanPair> maker(bool nearHoldsClock)
{
    return [nearHoldsClock] { return std::make_unique<VirtualSpanPair<Wires>>(nearHoldsClock); };
}

TEST(VirtualSpan, TheEndThatHoldsTheClockKeepsTheContract)
{
    checkSubject(allCases(), maker<InOneProcess>(true));
}

TEST(VirtualSpan, TheEndThatFollowsKeepsTheContract)
{
    checkSubject(allCases(), maker<InOneProcess>(false));
}

TEST(VirtualSpan, AListeningSocketKeepsTheContract)
{
    checkSubject(allCases(), maker<OverASocket>(true));
}

TEST(VirtualSpan, AConnectedSocketKeepsTheContract)
{
    checkSubject(allCases(), maker<OverASocket>(false));
}

TEST(SpanSuite, EachBrokenTwinFailsItsOwnCaseAndPassesTheRest)
{
    checkTwins(allCases(), brokenTwins(maker<InOneProcess>(false)));
}

} // namespace
} // namespace callbox::tests
