// SPDX-License-Identifier: GPL-2.0-or-later
// hal::Span: the one front of every span, whatever backend carries it. Checks state, hands ticks to open channels,
// counts, keeps the alarm state and the D channel trace. Loop thread only.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/gain.h>
#include <callbox/hal/joiner.h>
#include <callbox/hal/trace_ring.h>
#include <functional>
#include <map>

namespace callbox::hal {

class Span;
class JoinedBelow;

// One channel's audio at a tick.
struct AudioBlock {
    std::uint64_t clock; // see SpanTick
    std::uint32_t lost;  // samples lost before this block
    Octets rx;
    std::span<std::uint8_t> tx; // idle on entry
    std::uint32_t ahead = 0;    // samples that go out before it
};

// Takes and gives the audio of a channel, once per tick. Must not open or close channels inside onAudio().
class AudioPort {
public:
    virtual void onAudio(const AudioBlock&) = 0;

protected:
    ~AudioPort() = default;
};

// Hears the audio of every open channel of a span, both ways as it stands on the line, and changes nothing; of a
// channel that is joined below user space what goes out comes three blocks late. Must not open or close channels, nor
// come or go inside onBlock().
class SpanMonitor {
public:
    virtual void onBlock(Timeslot, const AudioBlock&) = 0;

protected:
    ~SpanMonitor() = default;
};

// A B channel, held: closes itself when destroyed. Its Span may be gone before it; then it only stays silent.
class Channel {
public:
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    [[nodiscard]] Timeslot slot() const { return slot_; }
    [[nodiscard]] Law law() const { return law_; }
    [[nodiscard]] const std::string& spanName() const { return spanName_; }
    // Who gets the audio from the next tick on; null: nobody, idle is sent. The port outlives its stay here.
    void setPort(AudioPort* port) { port_ = port; }
    [[nodiscard]] AudioPort* port() const { return port_; }
    // What is measured or counted bit by bit is carried as it is, whatever the span's gains. Until it is closed.
    void carryAsItIs() { asItIs_ = true; }
    // See Joiner. Errc::unsupported also where one of them has a gain.
    Result<std::unique_ptr<LowJoin>> joinBelow(Channel& other);
    // Hears each block after the port has had it, both ways, and changes nothing: supervision of an analog line. Null:
    // nobody. The listener outlives its stay here.
    void setListener(AudioPort* listener) { listener_ = listener; }
    [[nodiscard]] AudioPort* listener() const { return listener_; }

private:
    friend class Span;
    Channel(Span& span, std::shared_ptr<bool> alive, Timeslot slot, Law law, std::string spanName);
    Span& span_;
    std::shared_ptr<bool> spanAlive_;
    Timeslot slot_;
    Law law_;
    std::string spanName_;
    AudioPort* port_ = nullptr;
    AudioPort* listener_ = nullptr;
    std::shared_ptr<JoinedBelow> below_; // null: never joined below
    int belowSide_ = 0;
    bool asItIs_ = false;
};

// Gets the D channel's frames.
class FrameSink {
public:
    virtual void onFrame(Octets) = 0;
    virtual void onSpanState(bool usable) = 0; // for status and tests; layer 2 alone decides about the D channel
protected:
    ~FrameSink() = default;
};

class Span final : private SpanEvents {
public:
    enum class State { idle, running, gone };

    Span(Edges edges, SpanConfig config, std::unique_ptr<SpanIo> io);
    ~Span();
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;

    Result<void> start();
    void stop();

    [[nodiscard]] const SpanConfig& config() const { return config_; }
    [[nodiscard]] const std::string& name() const { return config_.name; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Alarms& alarms() const { return alarms_; }
    [[nodiscard]] const SpanCounters& counters() const { return counters_; }
    // Samples moved within the last 500 ms: the only proof that a span works.
    [[nodiscard]] bool framesMoving() const;

    // Errc::busy: that slot is open already; Errc::invalid: no such slot, or it is the D channel.
    Result<std::unique_ptr<Channel>> open(Timeslot);

    // For all channels, open ones too; empty: none. A span joins nothing below user space while it has some.
    void setGains(std::optional<Gains> gains) { gains_ = gains; }

    // The D channel: one sink at a time; null ends it. The sink outlives its stay here.
    void setFrameSink(FrameSink* sink) { frameSink_ = sink; }
    // A frame without FCS, 3 to longestFrame octets; anything else is Errc::invalid.
    Result<void> sendFrame(Octets frame);

    // Called after each change of alarms or state; for trunks, status and logs.
    using Changed = std::function<void()>;
    int onChange(Changed cb); // returns a handle for removeChange()
    void removeChange(int handle);
    // Hears each block after its channel's port and listener; without monitors it costs nothing. Each outlives its stay
    // here.
    void addMonitor(SpanMonitor& monitor) { monitors_.push_back(&monitor); }
    void removeMonitor(SpanMonitor& monitor) { std::erase(monitors_, &monitor); }
    // Called after all channels had their share of each tick: what is clocked from this span hangs here.
    void setTickFollower(std::function<void(std::uint32_t samples)> follower) { follower_ = std::move(follower); }

    TraceRing& trace() { return trace_; }
    [[nodiscard]] const TraceRing& trace() const { return trace_; }
    SpanIo& io() { return *io_; } // for optional abilities

private:
    friend class Channel;
    void onTick(const SpanTick&) override;
    void onFrame(Octets) override;
    void onBadFrame(std::string_view what) override;
    void onAlarms(Alarms) override;
    void onSlip() override;
    void onLate(std::uint32_t ms) override;
    void onGone(Error) override;
    void close(Channel&);
    void tellMonitors(const Channel&, AudioBlock);
    [[nodiscard]] const Gains* gainsOf(const Channel& c) const { return gains_ && !c.asItIs_ ? &*gains_ : nullptr; }
    void notifyChange();

    Edges edges_;
    SpanConfig config_;
    std::unique_ptr<SpanIo> io_;
    State state_ = State::idle;
    Alarms alarms_{.los = true};
    SpanCounters counters_;
    TimePoint lastTick_{};
    std::map<Timeslot, Channel*> channels_;
    std::vector<Channel*> bySlot_; // index = timeslot
    FrameSink* frameSink_ = nullptr;
    std::map<int, Changed> changed_;
    int nextHandle_ = 1;
    std::function<void(std::uint32_t)> follower_;
    TraceRing trace_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::vector<SpanMonitor*> monitors_;
    std::optional<Gains> gains_;
    OctetBuffer gained_; // of the block at hand
    OctetBuffer sentBelow_;
};

} // namespace callbox::hal
