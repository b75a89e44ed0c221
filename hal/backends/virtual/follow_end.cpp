// SPDX-License-Identifier: GPL-2.0-or-later
// The end that follows the clock: answers each tick in the turn it came.
#include "end.h"

namespace callbox::hal::virtualspan {

namespace {

constexpr Duration quietLimit = 500ms; // so long without a tick is loss of signal
constexpr Duration tickTime = 20ms;

class FollowEnd final : public End {
public:
    FollowEnd(Loop& loop, std::unique_ptr<Link> link) : End(loop, std::move(link)), quiet_(loop), own_(loop) {}
    ~FollowEnd() override { FollowEnd::stop(); }
    void stop() noexcept override
    {
        quiet_.cancel();
        End::stop();
    }
    [[nodiscard]] Result<ClockState> clock() const override { return ClockState{{}, ClockState::From::line, {}}; }

private:
    [[nodiscard]] std::uint32_t samplesPerTick() const override { return 160; }
    [[nodiscard]] Kind audioKind() const override { return Kind::tick; }

    void onAudioPacket(const TickHeader& tick, Octets packet) override
    {
        if (!lineUp())
            return;
        lastTick_ = loop_.now();
        if (!quiet_.armed())
            watchQuiet(lastTick_ + quietLimit);
        const std::uint64_t number = tick.number;
        if (!loopedLocally())
            runTick(tick, packet, tick.lost);
        if (events_)
            sendAudio(number, 0);
    }
    // A local loop needs nobody, not even a clock.
    void onLoopback() override
    {
        own_.cancel();
        if (loopedLocally())
            tickAlone(loop_.now() + tickTime);
    }
    void tickAlone(TimePoint when)
    {
        own_.at(when, [this, when] {
            tickAlone(when + tickTime);
            runTick({}, {}, 0);
        });
    }
    void watchQuiet(TimePoint when)
    {
        quiet_.at(when, [this] {
            if (loop_.now() - lastTick_ < quietLimit)
                watchQuiet(lastTick_ + quietLimit);
            else
                setMoving(false);
        });
    }
    Timer quiet_, own_;
    TimePoint lastTick_;
};

} // namespace

std::unique_ptr<SpanIo> makeFollowEnd(Loop& loop, std::unique_ptr<Link> link)
{
    return std::make_unique<FollowEnd>(loop, std::move(link));
}

} // namespace callbox::hal::virtualspan
