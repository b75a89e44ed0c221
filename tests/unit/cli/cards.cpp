// SPDX-License-Identifier: GPL-2.0-or-later
// This machine's USB cards as these tests have them, linked instead of those that libusb finds: one of ours whose
// program has failed before, and an icE1usb.
#include "../../../hal/backends/usb/cards.h"
#include "../../support/usbip_host.h"
#include "cards.h"

namespace callbox::hal {

namespace {

using firmware::Personality;

class TwoCards final : public Cards {
public:
    explicit TwoCards(Loop& loop) : host_(loop)
    {
        ours_.drift(50);
        tellFault(ours_.device());
        host_.plug(ours_);
        host_.plug(stock_);
        if (cli::tests::linesAwake)
            wakeLines();
        if (cli::tests::cardTimePasses)
            host_.run({&ours_});
        cards_ = usb::makeCards(loop, host_.bus());
        if (cli::tests::portInUse)
            ours_.device().port(1).select(true);
    }
    Result<std::vector<CardFacts>> list() override { return cards_->list(); }
    Result<std::unique_ptr<Card>> open(const std::string& id) override { return cards_->open(id); }

private:
    // A usage fault by a division, as firmware/boards/stm32f405 tells it.
    static void tellFault(firmware::Device& device)
    {
        const std::uint16_t halves[] = {6, 0x1234, 0x0800, 0x5678, 0x0800, 0, 0x0200, 0, 0};
        for (unsigned i = 0; i < std::size(halves); ++i)
            device.say(CARD_LOG_FAULT, halves[i], 0, i);
    }
    // Line 1 has an exchange, 2 a telephone, 3 a short.
    void wakeLines()
    {
        ours_.analog(0).volts = -48;
        ours_.analog(2).shortOhms = 150;
        for (unsigned ms = 0; ms < 3000; ++ms)
            ours_.millisecond();
    }
    usbip::VirtualCard ours_{Personality::card(2).withBank(1, 2), "00000000000000a1", "1-1"};
    usbip::VirtualCard stock_{Personality::iceE1usb(1), "dc697407e7881531", "1-2"};
    tests::UsbipHost host_;
    std::unique_ptr<Cards> cards_;
};

} // namespace

Result<std::unique_ptr<Cards>> machineCards(Loop& loop)
{
    return std::unique_ptr<Cards>(std::make_unique<TwoCards>(loop));
}

} // namespace callbox::hal
