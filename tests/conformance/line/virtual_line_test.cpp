// SPDX-License-Identifier: GPL-2.0-or-later
// The line suite on the virtual backend: both ends in one process, either of them holding the clock, and over sockets.
#include "../virtual_wires.h"
#include "line_pair.h"

namespace callbox::tests {

namespace {

template <class Wires> class VirtualLines final : public LinePair {
public:
    explicit VirtualLines(bool exchangeHoldsClock)
    {
        VirtualPair pair = wires_.wire();
        fxs_ = std::move(exchangeHoldsClock ? pair.first : pair.second);
        fxo_ = std::move(exchangeHoldsClock ? pair.second : pair.first);
    }
    SpanIo& fxo() override { return *fxo_; }
    SpanIo& fxs() override { return *fxs_; }
    LineIo& fxoLine() override { return dynamic_cast<LineIo&>(*fxo_); }
    LineIo& fxsLine() override { return dynamic_cast<LineIo&>(*fxs_); }
    Loop& loop() override { return wires_.loop(); }
    bool until(const std::function<bool()>& done, Duration limit) override { return wires_.until(done, limit); }

private:
    Wires wires_;
    std::unique_ptr<SpanIo> fxs_, fxo_;
};

template <class Wires> Make<LinePair> lines(bool exchangeHoldsClock)
{
    return [exchangeHoldsClock] { return std::make_unique<VirtualLines<Wires>>(exchangeHoldsClock); };
}

TEST(VirtualLine, ABankWhoseExchangeHoldsTheClockKeepsTheContract)
{
    checkSubject(lineCases(), lines<InOneProcess>(true));
}

TEST(VirtualLine, ABankWhoseExchangeFollowsKeepsTheContract)
{
    checkSubject(lineCases(), lines<InOneProcess>(false));
}

TEST(VirtualLine, ABankBetweenProcessesKeepsTheContract)
{
    checkSubject(lineCases(), lines<OverASocket>(true));
}

TEST(LineSuite, EachBrokenTwinFailsItsOwnCaseAndPassesTheRest)
{
    checkTwins(lineCases(), brokenLines(lines<InOneProcess>(true)));
}

} // namespace
} // namespace callbox::tests
