// SPDX-License-Identifier: GPL-2.0-or-later
// The end that holds the clock: sends a tick when its clock says so, takes the answers, one a tick, in order. While
// somebody listens one answer is kept in hand, so that an answer a tick late leaves no hole in what is heard: a paced
// clock waits for what is later still, under another that is a slip. An end that owes too many answers is in LOS until
// it has given them all; what was not sent meanwhile is told as lost.
#include "clock.h"
#include "end.h"

namespace callbox::hal::virtualspan {

namespace {

constexpr unsigned owedLimit = 25;    // 500 ms of 20 ms ticks
constexpr std::size_t keptInHand = 1; // answers; what the paced clock lets an end owe (clock.cpp, mayOwe)

class ClockEnd final : public End, private Paced {
public:
    ClockEnd(Loop& loop, Clock& clock, std::unique_ptr<Link> link) : End(loop, std::move(link)), clockRef_(clock) {}
    ~ClockEnd() override { ClockEnd::stop(); }

    Result<void> start(const SpanConfig& config, SpanEvents& events) override
    {
        if (auto r = End::start(config, events); !r)
            return r;
        reset();
        clockRef_.add(*this);
        return {};
    }
    void stop() noexcept override
    {
        clockRef_.remove(*this);
        End::stop();
    }
    Result<void> openSlot(Timeslot slot) override
    {
        // Answers that have come already belong to the time before.
        hearFrom_[index(slot)] = answered_ + 1;
        return End::openSlot(slot);
    }
    [[nodiscard]] Result<ClockState> clock() const override
    {
        using From = ClockState::From;
        return ClockState{{}, clockRef_.follows() ? From::other : From::card, {}};
    }

private:
    struct Answer {
        TickHeader header;
        OctetBuffer packet;
    };

    [[nodiscard]] std::uint32_t samplesPerTick() const override { return clockRef_.samples(); }
    [[nodiscard]] Kind audioKind() const override { return Kind::answer; }
    [[nodiscard]] unsigned owed() const override { return ticking() ? unsigned(sent_ - answered_) : 0; }
    [[nodiscard]] bool ticking() const { return lineUp() && !late_; }
    void reset()
    {
        answered_ = sent_;
        answers_.clear();
        inHand_ = false;
        late_ = false;
    }
    void onLineChange() override
    {
        if (!lineUp())
            reset();
    }
    void waited(std::uint32_t ms) override
    {
        if (events_)
            events_->onLate(ms);
    }
    void tooLate() override
    {
        late_ = true;
        setMoving(false);
        clockRef_.answered();
    }
    void tick() override
    {
        if (!events_ || faults_.silent)
            return;
        if (!ticking() && loopedLocally()) { // it needs nobody
            runTick({}, {}, std::exchange(skipped_, 0U));
            return;
        }
        if (!ticking()) {
            skipped_ += samplesPerTick();
            return;
        }
        if (owed() >= owedLimit) {
            tooLate();
            skipped_ += samplesPerTick();
            return;
        }
        const std::uint32_t lost = std::exchange(skipped_, 0U);
        ++sent_;
        takeAnswer(lost);
        if (events_)
            sendAudio(sent_, lost);
    }
    void takeAnswer(std::uint32_t lost)
    {
        if (openMask_ == 0) {
            inHand_ = false;
            if (answers_.size() > 1) // nobody listens: a chance to make up for lateness
                answers_.erase(answers_.begin(), answers_.end() - 1);
        }
        const bool began = openMask_ != 0 && !std::exchange(inHand_, true);
        if (answers_.empty() && openMask_ != 0 && !began && events_)
            events_->onSlip();
        if (!events_)
            return;
        if (answers_.empty() || (began && answers_.size() <= keptInHand)) {
            runTick({}, {}, lost);
            return;
        }
        Answer a = std::move(answers_.front());
        answers_.pop_front();
        deaf_ = 0;
        for (unsigned i = 0; i < 32; ++i)
            if (a.header.number < hearFrom_[i])
                deaf_ |= 1U << i;
        runTick(a.header, a.packet, lost);
        spare_.push_back(std::move(a.packet));
    }
    void onAudioPacket(const TickHeader& h, Octets packet) override
    {
        if (h.number <= answered_ || h.number > sent_)
            return; // an answer to a tick from before a break
        answered_ = h.number;
        Answer a{h, {}};
        if (!spare_.empty()) {
            a.packet = std::move(spare_.back());
            spare_.pop_back();
        }
        a.packet.assign(packet.begin(), packet.end());
        answers_.push_back(std::move(a));
        if (late_ && answered_ == sent_)
            late_ = false; // it has caught up
        clockRef_.answered();
    }

    Clock& clockRef_;
    std::uint64_t sent_ = 0;
    std::uint64_t answered_ = 0;
    std::uint32_t skipped_ = 0;
    bool late_ = false;
    bool inHand_ = false; // an answer was kept since somebody began to listen
    std::deque<Answer> answers_;
    std::vector<OctetBuffer> spare_;
    std::array<std::uint64_t, 32> hearFrom_{};
};

} // namespace

std::unique_ptr<SpanIo> makeClockEnd(Loop& loop, VirtualClock& clock, std::unique_ptr<Link> link)
{
    return std::make_unique<ClockEnd>(loop, static_cast<Clock&>(clock), std::move(link));
}

} // namespace callbox::hal::virtualspan
