// SPDX-License-Identifier: GPL-2.0-or-later
// The span suite on the usb backend: two virtual cards, the firmware in them, a cable between their lines, and USB/IP
// between each and the backend.
#include "../../../hal/backends/usb/usb_span.h"
#include "../../support/d_channel_spoiler.h"
#include "../../support/usbip_host.h"
#include "cases.h"

namespace callbox::tests {

namespace {

using firmware::Personality;
using usbip::BitPipe;

class TwoCards final : public SpanPair {
public:
    TwoCards(const Personality& personality, SpanConfig config)
        : config_(std::move(config)), a_(personality, "000000000000000a", "1-1"),
          b_(personality, "000000000000000b", "1-2")
    {
        a_.plug(0, b_, 0);
        host_.plug(a_);
        host_.plug(b_);
        host_.run({&a_, &b_});
        host_.onOut(b_, [this](std::span<std::uint8_t> packet) { spoiler_.packet(packet); });
        near_ = open("000000000000000a/0", true);
        far_ = open("000000000000000b/0", false);
    }
    ~TwoCards() override
    {
        near_.reset();
        far_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return loop_.runUntil(done, limit); }
    SpanIo& near() override { return *near_; }
    SpanIo& far() override { return *far_; }
    [[nodiscard]] SpanConfig config() const override { return config_; }
    void cable(bool in) override
    {
        for (BitPipe* p : {&a_.wire(0).toCard, &a_.wire(0).fromCard})
            p->set(in ? BitPipe::Signal::normal : BitPipe::Signal::none);
    }
    void corruptTowardsNear(unsigned frames) override { spoiler_.spoil(frames); }
    void slipAtNear() override { host_.loseIn(a_, 20); } // 160 samples that never arrive

private:
    std::unique_ptr<SpanIo> open(const std::string& id, bool clockFromLine)
    {
        const Edges edges{loop_, *random_, *files_, *disk_, Log()};
        return usb::makeSpan(edges, {id, clockFromLine, 16},
                             [this] { return Result<std::unique_ptr<usb::Bus>>(host_.bus()); });
    }

    SpanConfig config_;
    SimLoop loop_;
    std::unique_ptr<Random> random_ = makeSeededRandom(1);
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeSimExecutor(loop_, 1ms);
    usbip::VirtualCard a_, b_;
    UsbipHost host_{loop_};
    DChannelSpoiler spoiler_{hal::index(config_.dChannel)};
    std::unique_ptr<SpanIo> near_, far_;
};

Make<SpanPair> maker(const Personality& personality, const SpanConfig& config = {.name = "line"})
{
    return [=] { return std::make_unique<TwoCards>(personality, config); };
}

TEST(UsbSpan, OnOurCardKeepsTheContract)
{
    checkSubject(allCases(), maker(Personality::card(1)));
}

// The cards' ports are E1s until the backend makes them T1s.
TEST(UsbSpan, OfAT1KeepsTheContract)
{
    checkSubject(
        allCases(),
        maker(Personality::card(1),
              {.name = "line", .type = SpanType::t1, .law = Law::mulaw, .dChannel = dChannelSlot(SpanType::t1)}));
}

TEST(UsbSpan, OnAnIcE1usbKeepsTheContract)
{
    checkSubject(allCases(), maker(Personality::iceE1usb(1)));
}

} // namespace
} // namespace callbox::tests
