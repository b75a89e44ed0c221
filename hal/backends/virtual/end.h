// SPDX-License-Identifier: GPL-2.0-or-later
// One end of a virtual span: what both ends do alike. ClockEnd sends ticks, FollowEnd answers them.
#pragma once
#include "line_wire.h"
#include "link.h"
#include "packet.h"
#include <array>
#include <callbox/hal/clock_source.h>
#include <callbox/hal/loopback.h>
#include <callbox/hal/virtual_span.h>
#include <deque>

namespace callbox::hal::virtualspan {

class End : public SpanIo,
            public LineIo,
            public FaultInjection,
            public LineErrorCounts,
            public LoopbackControl,
            public ClockSource,
            protected LinkEvents {
public:
    End(Loop& loop, std::unique_ptr<Link> link)
        : loop_(loop), link_(std::move(link)), lines_(loop, [this](Octets p) { return link_->send(p); })
    {
    }

    Result<void> start(const SpanConfig&, SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(Timeslot) override;
    void closeSlot(Timeslot) noexcept override;
    Result<void> sendFrame(Octets) override;
    void setFaults(const VirtualFaults&) override;
    const VirtualFaults& faults() const override { return faults_; }
    Result<void> setLoopback(Loopback) override;
    [[nodiscard]] Result<LineErrors> lineErrors() const override { return errors_; }
    Result<void> setClock(ClockChoice) override;

    void setLineEvents(LineEvents* events) override { lines_.setEvents(events); }
    Result<void> setHook(Timeslot port, bool off) override { return lines_.setHook(port, off); }
    Result<void> flash(Timeslot port) override { return lines_.flash(port); }
    Result<void> dialPulses(Timeslot port, std::string_view d) override { return lines_.dialPulses(port, d); }
    Result<void> ring(Timeslot port, bool on) override { return lines_.ring(port, on); }
    Result<void> setReversed(Timeslot port, bool on) override { return lines_.setReversed(port, on); }
    Result<void> openLoop(Timeslot port, Duration d) override { return lines_.openLoop(port, d); }

protected:
    // -- what differs
    [[nodiscard]] virtual std::uint32_t samplesPerTick() const = 0;
    virtual void onAudioPacket(const TickHeader&, Octets packet) = 0;
    virtual void onLineChange() {} // the line came or went
    virtual void onLoopback() {}   // a loop was made or taken away
    [[nodiscard]] virtual Kind audioKind() const = 0;

    void onConnected() override;
    void onPacket(Octets) override;
    void onDisconnected() override;

    // The line carries samples: connected, greeted, no cable out at either end.
    [[nodiscard]] bool lineUp() const { return greeted_ && !faults_.los && !(peerState_ & stateLos); }
    // One tick's exchange with those above: audio in from `packet` (empty: idle), audio out into outgoing_.
    void runTick(TickHeader in, Octets packet, std::uint32_t lost);
    void sendAudio(std::uint64_t number, std::uint32_t lost);
    void setMoving(bool moving); // frames move, or not: alarms follow
    [[nodiscard]] bool moving() const { return moving_; }
    [[nodiscard]] bool loopedLocally() const { return loopback_ == Loopback::local; }

    Loop& loop_;
    std::unique_ptr<Link> link_;
    SpanConfig config_;
    SpanEvents* events_ = nullptr;
    std::uint64_t clock_ = 0; // samples since start
    std::uint32_t openMask_ = 0;
    std::uint32_t deaf_ = 0; // slots whose audio in the packet at hand is from before they were opened
    VirtualFaults faults_;

private:
    [[nodiscard]] TickHeader headerOf(std::uint32_t mask) const; // of a packet of ours
    void tellState();
    void lineChanged();
    void reportAlarms();
    void handle(Octets);
    void rebuildBlocks();
    // What comes in goes out. There is no framing here: of a line and of its payload that is the same.
    [[nodiscard]] bool sendsBack() const { return loopback_ == Loopback::line || loopback_ == Loopback::payload; }
    void keepLooped(const TickHeader&, Octets packet);
    void forgetLooped(Timeslot);

    LineWire lines_;
    bool greeted_ = false;
    bool moving_ = false;
    std::uint8_t peerState_ = 0;
    LineErrors errors_;
    Alarms reported_{};
    bool everReported_ = false;
    std::vector<SlotBlock> blocks_;
    OctetBuffer outgoing_; // a TickHeader and the open slots' octets
    OctetBuffer idle_;
    std::deque<OctetBuffer> held_; // while `silent`
    Loopback loopback_ = Loopback::none;
    OctetBuffer looped_;                                   // the audio packet that goes round next; empty: idle
    std::shared_ptr<int> life_ = std::make_shared<int>(0); // a start's; posted work of an earlier one does nothing
};

std::unique_ptr<SpanIo> makeClockEnd(Loop&, VirtualClock&, std::unique_ptr<Link>);
std::unique_ptr<SpanIo> makeFollowEnd(Loop&, std::unique_ptr<Link>);

} // namespace callbox::hal::virtualspan
