// SPDX-License-Identifier: GPL-2.0-or-later
// The line suite on the virtual backend: both ends in one process, either of them holding the clock, and over sockets.
#include "../../support/real_time.h"
#include "line_pair.h"
#include <callbox/hal/virtual_span.h>
#include <filesystem>

namespace callbox::tests {

namespace {

class Ends : public LinePair {
public:
    SpanIo& fxo() override { return *fxo_; }
    SpanIo& fxs() override { return *fxs_; }
    LineIo& fxoLine() override { return dynamic_cast<LineIo&>(*fxo_); }
    LineIo& fxsLine() override { return dynamic_cast<LineIo&>(*fxs_); }

protected:
    std::unique_ptr<SpanIo> fxo_, fxs_;
};

class InProcess final : public Ends {
public:
    explicit InProcess(bool exchangeHoldsClock)
    {
        VirtualPair pair = makeVirtualPair(loop_, *clock_);
        fxs_ = std::move(exchangeHoldsClock ? pair.first : pair.second);
        fxo_ = std::move(exchangeHoldsClock ? pair.second : pair.first);
    }
    ~InProcess() override
    {
        fxo_.reset();
        fxs_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return loop_.runUntil(done, limit); }

private:
    SimLoop loop_;
    std::unique_ptr<VirtualClock> clock_ = VirtualClock::paced(loop_);
};

class OverSockets final : public Ends {
public:
    OverSockets()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "callbox line XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        fxs_ = makeVirtualListener(loop_, *clock_, folder_ + "/line.sock");
        fxo_ = makeVirtualConnector(loop_, folder_ + "/line.sock");
    }
    ~OverSockets() override
    {
        fxo_.reset();
        fxs_.reset();
        std::filesystem::remove_all(folder_);
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }

private:
    RealLoop loop_;
    std::string folder_;
    std::unique_ptr<VirtualClock> clock_ = VirtualClock::paced(loop_);
};

Make<LinePair> inProcess(bool exchangeHoldsClock)
{
    return [exchangeHoldsClock] { return std::make_unique<InProcess>(exchangeHoldsClock); };
}

TEST(VirtualLine, ABankWhoseExchangeHoldsTheClockKeepsTheContract)
{
    checkSubject(lineCases(), inProcess(true));
}

TEST(VirtualLine, ABankWhoseExchangeFollowsKeepsTheContract)
{
    checkSubject(lineCases(), inProcess(false));
}

TEST(VirtualLine, ABankBetweenProcessesKeepsTheContract)
{
    checkSubject<LinePair>(lineCases(), [] { return std::make_unique<OverSockets>(); });
}

TEST(LineSuite, EachBrokenTwinFailsItsOwnCaseAndPassesTheRest)
{
    checkTwins(lineCases(), brokenLines(inProcess(true)));
}

} // namespace
} // namespace callbox::tests
