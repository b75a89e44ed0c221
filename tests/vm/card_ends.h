// SPDX-License-Identifier: GPL-2.0-or-later
// Both ends of analog lines: one card's ports towards an exchange, the other's towards telephones, each bank a span
// of our driver by the dahdi backend, or of the usb backend.
#pragma once
#include "../support/real_time.h"
#include "guest_cards.h"
#include "line/line_pair.h"
#include <callbox/hal/backend.h>

namespace callbox::tests {

class CardEnds : public LinePair {
public:
    static constexpr unsigned box = 0, office = 1; // cards
    // Both are plugged in and outlive this. `fxo`: keys that the span towards the exchange is to have besides.
    explicit CardEnds(GuestCards& cards, const BackendKeys& fxo = {})
        : cards_(cards), fxo_(open(box, fxo)), fxs_(open(office, {}))
    {
    }
    ~CardEnds() override
    {
        fxo_.reset();
        fxs_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }
    SpanIo& fxo() override { return *fxo_; }
    SpanIo& fxs() override { return *fxs_; }
    LineIo& fxoLine() override { return dynamic_cast<LineIo&>(*fxo_); }
    LineIo& fxsLine() override { return dynamic_cast<LineIo&>(*fxs_); }
    void wire(const std::function<void(usbip::AnalogWire&)>& change)
    {
        cards_.on([&] { change(cards_.card(box).analog(0)); });
    }

private:
    std::unique_ptr<SpanIo> open(unsigned card, BackendKeys keys)
    {
        const Edges edges{loop_, *random_, *files_, *disk_, Log()};
        keys["span"] = cards_.id(card);
        auto io = findBackend(cards_.takenBy() == GuestCards::By::driver ? "dahdi" : "usb")->open(edges, keys);
        return io ? std::move(*io) : nullptr;
    }
    GuestCards& cards_;
    RealLoop loop_;
    std::unique_ptr<Random> random_ = makeSystemRandom();
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeThreadExecutor(loop_, "disk");
    std::unique_ptr<SpanIo> fxo_, fxs_;
};

} // namespace callbox::tests
