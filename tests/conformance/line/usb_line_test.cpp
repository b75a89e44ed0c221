// SPDX-License-Identifier: GPL-2.0-or-later
// The line suite on the usb backend: two virtual cards, their firmware, chips by their registers, and wires between
// their ports.
#include "../../support/usb_banks.h"
#include "line_pair.h"

namespace callbox::tests {

namespace {

class TwoBanks final : public LinePair {
public:
    ~TwoBanks() override
    {
        fxo_.reset();
        fxs_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return loop_.runUntil(done, limit); }
    SpanIo& fxo() override { return *fxo_; }
    SpanIo& fxs() override { return *fxs_; }
    LineIo& fxoLine() override { return dynamic_cast<LineIo&>(*fxo_); }
    LineIo& fxsLine() override { return dynamic_cast<LineIo&>(*fxs_); }

private:
    SimLoop loop_;
    UsbBanks banks_{loop_, linePorts};
    std::unique_ptr<SpanIo> fxo_ = banks_.fxo(), fxs_ = banks_.fxs();
};

TEST(UsbLine, TheBanksOfTwoCardsKeepTheContract)
{
    checkSubject<LinePair>(lineCases(), [] { return std::make_unique<TwoBanks>(); });
}

} // namespace
} // namespace callbox::tests
