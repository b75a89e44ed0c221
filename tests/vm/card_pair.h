// SPDX-License-Identifier: GPL-2.0-or-later
// Two ends of a line, each a span on one of two cards: of our driver by the dahdi backend, or of the usb backend.
#pragma once
#include "../support/d_channel_spoiler.h"
#include "../support/real_time.h"
#include "guest_cards.h"
#include "span/cases.h"
#include <callbox/hal/backend.h>

namespace callbox::tests {

class CardPair final : public SpanPair {
public:
    // Both cards are plugged in and outlive the pair. `near`: keys that the near span is to have besides.
    explicit CardPair(GuestCards& cards, const BackendKeys& near = {})
        : cards_(cards), near_(open(0, near)), far_(open(1, {}))
    {
        cards_.on([this] {
            cards_.onOut(1, [this](std::span<std::uint8_t> packet) { spoiler_.packet(packet); });
            cards_.onAnswer(0, [this](const GuestCards::Asked& asked, OctetBuffer& answer) {
                if (lose_ > 0 && asked.dataIn()) {
                    --lose_;
                    loseAll(answer);
                }
                return true;
            });
        });
    }
    ~CardPair() override
    {
        near_.reset();
        far_.reset();
        cable(true);
        cards_.on([this] {
            cards_.onOut(1, nullptr);
            cards_.onAnswer(0, nullptr);
        });
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }
    SpanIo& near() override { return *near_; }
    SpanIo& far() override { return *far_; }
    [[nodiscard]] SpanConfig config() const override
    {
        const SpanType type = cards_.type();
        return {.name = "line",
                .type = type,
                .law = type == SpanType::t1 ? Law::mulaw : Law::alaw,
                .dChannel = dChannelSlot(type)};
    }
    void cable(bool in) override
    {
        using Signal = usbip::BitPipe::Signal;
        cards_.on([&] {
            cards_.card(0).wire(0).toCard.set(in ? Signal::normal : Signal::none);
            cards_.card(0).wire(0).fromCard.set(in ? Signal::normal : Signal::none);
        });
    }
    void corruptTowardsNear(unsigned frames) override
    {
        cards_.on([&] { spoiler_.spoil(frames); });
    }
    void slipAtNear() override // 8 ms that never arrive, of libusb's 20
    {
        cards_.on([&] { lose_ = cards_.takenBy() == GuestCards::By::driver ? 2 : 5; });
    }

private:
    std::unique_ptr<SpanIo> open(unsigned card, BackendKeys keys)
    {
        const Edges edges{loop_, *random_, *files_, *disk_, Log()};
        const bool driver = cards_.takenBy() == GuestCards::By::driver;
        keys["span"] = cards_.id(card);
        if (!driver || cards_.leftAsFound()) // else the driver was told when its span was configured
            keys["clock"] = card == 0 ? "line" : "card";
        auto io = findBackend(driver ? "dahdi" : "usb")->open(edges, keys);
        return io ? std::move(*io) : nullptr;
    }
    GuestCards& cards_;
    RealLoop loop_;
    std::unique_ptr<Random> random_ = makeSystemRandom();
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeThreadExecutor(loop_, "disk");
    DChannelSpoiler spoiler_{index(dChannelSlot(cards_.type()))}; // the cards' thread's
    unsigned lose_ = 0;                                           // the cards' thread's
    std::unique_ptr<SpanIo> near_, far_;
};

// Says one octet on a slot and knows when it heard the other's; and the end.
class Caller final : public SpanEvents {
public:
    explicit Caller(std::uint8_t say) : say_(say) {}
    void onTick(const SpanTick& t) override
    {
        ++ticks;
        for (const SlotBlock& s : t.slots) {
            std::fill(s.tx.begin(), s.tx.end(), say_);
            for (const std::uint8_t o : s.rx)
                heard += o != idleOctet(Law::alaw) && o != 0xFF && o != say_;
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms a) override { alarms = a; }
    void onSlip() override { ++slips; }
    void onLate(std::uint32_t) override {}
    void onGone(Error e) override { gone = e.what; }
    unsigned ticks = 0, slips = 0;
    std::uint64_t heard = 0; // octets that are neither idle nor its own
    Alarms alarms;
    std::string gone;

private:
    std::uint8_t say_;
};

} // namespace callbox::tests
