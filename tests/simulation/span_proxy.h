// SPDX-License-Identifier: GPL-2.0-or-later
// A span end that passes everything on; a planted bug overrides one thing.
#pragma once
#include <callbox/hal/span_io.h>

namespace callbox::simulation {

class SpanProxy : public hal::SpanIo, protected hal::SpanEvents {
public:
    explicit SpanProxy(std::unique_ptr<hal::SpanIo> real) : real_(std::move(real)) {}
    Result<void> start(const hal::SpanConfig& c, hal::SpanEvents& e) override
    {
        events_ = &e;
        return real_->start(c, *this);
    }
    void stop() noexcept override { real_->stop(); }
    Result<void> openSlot(hal::Timeslot t) override { return real_->openSlot(t); }
    void closeSlot(hal::Timeslot t) noexcept override { real_->closeSlot(t); }
    Result<void> sendFrame(Octets f) override { return real_->sendFrame(f); }

protected:
    void onTick(const hal::SpanTick& t) override { events_->onTick(t); }
    void onFrame(Octets f) override { events_->onFrame(f); }
    void onBadFrame(std::string_view w) override { events_->onBadFrame(w); }
    void onAlarms(hal::Alarms a) override { events_->onAlarms(a); }
    void onSlip() override { events_->onSlip(); }
    void onLate(std::uint32_t ms) override { events_->onLate(ms); }
    void onGone(Error e) override { events_->onGone(std::move(e)); }
    std::unique_ptr<hal::SpanIo> real_;
    hal::SpanEvents* events_ = nullptr;
};

} // namespace callbox::simulation
