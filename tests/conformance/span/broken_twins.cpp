// SPDX-License-Identifier: GPL-2.0-or-later
// Implementations with one fault each: wrappers around a good near end.
#include "cases.h"
#include <algorithm>
#include <array>
#include <set>

namespace callbox::tests {

namespace {

// Passes everything on; a twin overrides one thing.
class Wrapper : public SpanIo, protected SpanEvents {
public:
    Wrapper(Loop& loop, SpanIo& good) : loop_(loop), good_(good) {}
    Result<void> start(const SpanConfig& config, SpanEvents& events) override
    {
        events_ = &events;
        return good_.start(config, *this);
    }
    void stop() noexcept override { good_.stop(); }
    Result<void> openSlot(Timeslot t) override { return good_.openSlot(t); }
    void closeSlot(Timeslot t) noexcept override { good_.closeSlot(t); }
    Result<void> sendFrame(Octets f) override { return good_.sendFrame(f); }

protected:
    void onTick(const SpanTick& t) override { events_->onTick(t); }
    void onFrame(Octets f) override { events_->onFrame(f); }
    void onBadFrame(std::string_view w) override { events_->onBadFrame(w); }
    void onAlarms(Alarms a) override { events_->onAlarms(a); }
    void onSlip() override { events_->onSlip(); }
    void onLate(std::uint32_t ms) override { events_->onLate(ms); }
    void onGone(Error e) override { events_->onGone(std::move(e)); }
    Loop& loop_;
    SpanIo& good_;
    SpanEvents* events_ = nullptr;
};

struct GreenFromTheStart final : Wrapper {
    using Wrapper::Wrapper;
    bool first = true;
    void onAlarms(Alarms a) override { events_->onAlarms(std::exchange(first, false) ? Alarms{} : a); }
};
struct AlarmsStick final : Wrapper {
    using Wrapper::Wrapper;
    void onAlarms(Alarms a) override
    {
        if (a.any())
            events_->onAlarms(a);
    }
};
struct ClockJumps final : Wrapper {
    using Wrapper::Wrapper;
    unsigned ticks = 0;
    void onTick(const SpanTick& t) override
    {
        SpanTick changed = t;
        changed.clock += ++ticks > 10 ? t.samples : 0;
        events_->onTick(changed);
    }
};
struct SplitsBlocks final : Wrapper {
    using Wrapper::Wrapper;
    unsigned ticks = 0;
    void onTick(const SpanTick& t) override
    {
        if (++ticks != 10) {
            events_->onTick(t);
            return;
        }
        const std::size_t half = t.samples / 2;
        for (std::size_t from : {std::size_t(0), half}) {
            std::vector<SlotBlock> slots;
            for (const SlotBlock& s : t.slots)
                slots.push_back({s.slot, s.rx.subspan(from, half), s.tx.subspan(from, half)});
            const std::uint32_t lost = from ? 0 : t.lost;
            events_->onTick({t.clock + from, static_cast<std::uint32_t>(half), lost, slots});
        }
    }
};
struct SpeaksAfterStop final : Wrapper {
    using Wrapper::Wrapper;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    void stop() noexcept override
    {
        good_.stop();
        loop_.post([events = events_, weak = std::weak_ptr<bool>(alive)] {
            if (!weak.expired())
                events->onSlip();
        });
    }
};
struct StartsOnce final : Wrapper {
    using Wrapper::Wrapper;
    bool used = false;
    Result<void> start(const SpanConfig& c, SpanEvents& e) override
    {
        if (std::exchange(used, true))
            return Error{Errc::busy, "in use"};
        return Wrapper::start(c, e);
    }
};
struct GreenWithoutData final : Wrapper {
    using Wrapper::Wrapper;
    bool cleared = false;
    void onAlarms(Alarms a) override
    {
        if (!cleared || !a.los)
            events_->onAlarms(a);
        cleared = cleared || !a.los;
    }
};
struct LosesInSilence final : Wrapper {
    using Wrapper::Wrapper;
    std::uint64_t hidden = 0;
    void onTick(const SpanTick& t) override
    {
        SpanTick changed = t;
        hidden += t.lost;
        changed.lost = 0;
        changed.clock -= hidden;
        events_->onTick(changed);
    }
};
struct HidesSlips final : Wrapper {
    using Wrapper::Wrapper;
    void onSlip() override {}
};
struct FlipsACode final : Wrapper {
    using Wrapper::Wrapper;
    void onTick(const SpanTick& t) override
    {
        std::vector<OctetBuffer> kept;
        std::vector<SlotBlock> slots(t.slots.begin(), t.slots.end());
        for (SlotBlock& s : slots) {
            OctetBuffer& rx = kept.emplace_back(s.rx.begin(), s.rx.end());
            if (index(s.slot) > 9) // the other cases use the first slots
                std::replace(rx.begin(), rx.end(), std::uint8_t{0x2A}, std::uint8_t{0x2B});
            s.rx = rx;
        }
        SpanTick changed = t;
        changed.slots = slots;
        events_->onTick(changed);
    }
};
struct KeepsClosedSlots final : Wrapper {
    using Wrapper::Wrapper;
    std::set<Timeslot> closed;
    void closeSlot(Timeslot t) noexcept override
    {
        good_.closeSlot(t);
        closed.insert(t);
    }
    Result<void> openSlot(Timeslot t) override
    {
        closed.erase(t);
        return good_.openSlot(t);
    }
    void onTick(const SpanTick& t) override
    {
        const OctetBuffer rx(t.samples, idleOctet(Law::alaw));
        OctetBuffer tx = rx;
        std::vector<SlotBlock> slots(t.slots.begin(), t.slots.end());
        for (Timeslot slot : closed)
            slots.push_back({slot, rx, tx});
        SpanTick changed = t;
        changed.slots = slots;
        events_->onTick(changed);
    }
};
struct RemembersTheLastCall final : Wrapper {
    using Wrapper::Wrapper;
    std::map<Timeslot, OctetBuffer> last;
    std::set<Timeslot> stale;
    Result<void> openSlot(Timeslot t) override
    {
        if (last.count(t))
            stale.insert(t);
        return good_.openSlot(t);
    }
    void onTick(const SpanTick& t) override
    {
        std::vector<SlotBlock> slots(t.slots.begin(), t.slots.end());
        for (SlotBlock& s : slots)
            if (stale.erase(s.slot))
                s.rx = last[s.slot];
            else
                last[s.slot].assign(s.rx.begin(), s.rx.end());
        SpanTick changed = t;
        changed.slots = slots;
        events_->onTick(changed);
    }
};
struct SendsGarbage final : Wrapper {
    using Wrapper::Wrapper;
    void onTick(const SpanTick& t) override
    {
        for (const SlotBlock& s : t.slots)
            std::fill(s.tx.begin(), s.tx.end(), std::uint8_t{0x12});
        events_->onTick(t);
    }
};
struct OpeningCostsATick final : Wrapper {
    using Wrapper::Wrapper;
    std::map<Timeslot, unsigned> seen;
    bool disturbed = false;
    Result<void> openSlot(Timeslot t) override
    {
        disturbed = std::any_of(seen.begin(), seen.end(), [](const auto& s) { return s.second > 10; });
        return good_.openSlot(t);
    }
    void closeSlot(Timeslot t) noexcept override
    {
        seen.erase(t);
        good_.closeSlot(t);
    }
    void onTick(const SpanTick& t) override
    {
        const OctetBuffer idle(t.samples, idleOctet(Law::alaw));
        std::vector<SlotBlock> slots(t.slots.begin(), t.slots.end());
        for (SlotBlock& s : slots)
            if (++seen[s.slot] > 10 && disturbed)
                s.rx = idle;
        disturbed = false;
        SpanTick changed = t;
        changed.slots = slots;
        events_->onTick(changed);
    }
};
struct SwapsFrames final : Wrapper {
    SwapsFrames(Loop& loop, SpanIo& good) : Wrapper(loop, good), timer(loop) {}
    Timer timer;
    OctetBuffer held;
    bool done = false;
    void onFrame(Octets f) override
    {
        if (done) {
            events_->onFrame(f);
        } else if (held.empty()) {
            held.assign(f.begin(), f.end());
            timer.after(50ms, [this] { events_->onFrame(std::exchange(held, {})); });
        } else {
            timer.cancel();
            done = true;
            events_->onFrame(f);
            events_->onFrame(held);
        }
    }
    void stop() noexcept override
    {
        timer.cancel();
        good_.stop();
    }
};
struct CutsLongFrames final : Wrapper {
    using Wrapper::Wrapper;
    void onFrame(Octets f) override { events_->onFrame(f.first(std::min<std::size_t>(f.size(), 260))); }
};
struct ChecksNoFcs final : Wrapper {
    using Wrapper::Wrapper;
    void onBadFrame(std::string_view) override
    {
        const std::uint8_t garbage[] = {2, 1, 0, 0, 255};
        events_->onFrame(garbage);
    }
};
struct KeepsFramesOverAnOutage final : Wrapper {
    using Wrapper::Wrapper;
    bool los = true;
    std::vector<OctetBuffer> queue;
    void onAlarms(Alarms a) override
    {
        los = a.los;
        events_->onAlarms(a);
        if (!los)
            for (const OctetBuffer& f : std::exchange(queue, {}))
                (void)good_.sendFrame(f);
    }
    Result<void> sendFrame(Octets f) override
    {
        if (los) {
            queue.emplace_back(f.begin(), f.end());
            return {};
        }
        return good_.sendFrame(f);
    }
};

// A good pair whose near end is wrapped.
template <class W> class BrokenPair final : public SpanPair {
public:
    explicit BrokenPair(std::unique_ptr<SpanPair> good) : good_(std::move(good)), near_(good_->loop(), good_->near()) {}
    ~BrokenPair() override { good_->near().stop(); }
    Loop& loop() override { return good_->loop(); }
    bool until(const std::function<bool()>& done, Duration limit) override { return good_->until(done, limit); }
    SpanIo& near() override { return near_; }
    SpanIo& far() override { return good_->far(); }
    SpanConfig config() const override { return good_->config(); }
    void cable(bool in) override { good_->cable(in); }
    void corruptTowardsNear(unsigned frames) override { good_->corruptTowardsNear(frames); }
    void slipAtNear() override { good_->slipAtNear(); }
    Loss loseAtNear(std::uint32_t block) override { return good_->loseAtNear(block); }

private:
    std::unique_ptr<SpanPair> good_;
    W near_;
};

template <class W> Twin<SpanPair> twin(std::string breaks, const Make<SpanPair>& make)
{
    return {std::move(breaks), [make] { return std::make_unique<BrokenPair<W>>(make()); }};
}

} // namespace

std::vector<Twin<SpanPair>> brokenTwins(const Make<SpanPair>& make)
{
    return {
        twin<GreenFromTheStart>("StartsInLos", make),
        twin<AlarmsStick>("AlarmsClear", make),
        twin<ClockJumps>("ClockCounts", make),
        twin<SplitsBlocks>("BlockSizeStays", make),
        twin<SpeaksAfterStop>("NothingAfterStop", make),
        twin<StartsOnce>("StartsAgain", make),
        twin<GreenWithoutData>("CableOut", make),
        twin<LosesInSilence>("LossIsTold", make),
        twin<HidesSlips>("SlipIsCounted", make),
        twin<FlipsACode>("AudioIsExact", make),
        twin<KeepsClosedSlots>("ClosedSlotIsGone", make),
        twin<RemembersTheLastCall>("ReopenedHearsNothingOld", make),
        twin<SendsGarbage>("UnwrittenIsIdle", make),
        twin<OpeningCostsATick>("OpeningDisturbsNobody", make),
        twin<SwapsFrames>("FramesInOrder", make),
        twin<CutsLongFrames>("AllSizes", make),
        twin<ChecksNoFcs>("BadFcsIsNoFrame", make),
        twin<KeepsFramesOverAnOutage>("DeadLineForgets", make),
    };
}

} // namespace callbox::tests
