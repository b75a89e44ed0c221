// SPDX-License-Identifier: GPL-2.0-or-later
// The span suite on the virtual backend: both ends of a pair in one process, both ends over Unix sockets.
#include "../../support/real_time.h"
#include "cases.h"
#include <callbox/hal/virtual_span.h>
#include <filesystem>

namespace callbox::tests {

namespace {

void change(SpanIo& io, const std::function<void(VirtualFaults&)>& what)
{
    auto& injection = dynamic_cast<FaultInjection&>(io);
    VirtualFaults faults = injection.faults();
    what(faults);
    injection.setFaults(faults);
}

// What both kinds of pair do alike.
class VirtualSpanPair : public SpanPair {
public:
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

protected:
    std::unique_ptr<SpanIo> near_, far_;
};

class InProcess final : public VirtualSpanPair {
public:
    explicit InProcess(bool nearHoldsClock)
    {
        VirtualPair pair = makeVirtualPair(loop_, *clock_);
        near_ = std::move(nearHoldsClock ? pair.first : pair.second);
        far_ = std::move(nearHoldsClock ? pair.second : pair.first);
    }
    ~InProcess() override
    {
        near_.reset();
        far_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return loop_.runUntil(done, limit); }

private:
    SimLoop loop_;
    std::unique_ptr<VirtualClock> clock_ = VirtualClock::paced(loop_);
};

class OverSockets final : public VirtualSpanPair {
public:
    explicit OverSockets(bool nearHoldsClock)
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "callbox span XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        auto listener = makeVirtualListener(loop_, *clock_, folder_ + "/line.sock");
        auto connector = makeVirtualConnector(loop_, folder_ + "/line.sock");
        near_ = std::move(nearHoldsClock ? listener : connector);
        far_ = std::move(nearHoldsClock ? connector : listener);
    }
    ~OverSockets() override
    {
        near_.reset();
        far_.reset();
        std::filesystem::remove_all(folder_);
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }

private:
    RealLoop loop_;
    std::string folder_;
    std::unique_ptr<VirtualClock> clock_ = VirtualClock::paced(loop_);
};

template <class P> Make<SpanPair> maker(bool nearHoldsClock)
{
    return [nearHoldsClock] { return std::make_unique<P>(nearHoldsClock); };
}

TEST(VirtualSpan, TheEndThatHoldsTheClockKeepsTheContract)
{
    checkSubject(allCases(), maker<InProcess>(true));
}

TEST(VirtualSpan, TheEndThatFollowsKeepsTheContract)
{
    checkSubject(allCases(), maker<InProcess>(false));
}

TEST(VirtualSpan, AListeningSocketKeepsTheContract)
{
    checkSubject(allCases(), maker<OverSockets>(true));
}

TEST(VirtualSpan, AConnectedSocketKeepsTheContract)
{
    checkSubject(allCases(), maker<OverSockets>(false));
}

TEST(SpanSuite, EachBrokenTwinFailsItsOwnCaseAndPassesTheRest)
{
    checkTwins(allCases(), brokenTwins(maker<InProcess>(false)));
}

} // namespace
} // namespace callbox::tests
