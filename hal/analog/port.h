// SPDX-License-Identifier: GPL-2.0-or-later
// What the ports of both kinds have in common: the channel of an idle line, the call on it, tones played into it. The
// audio of a port is the port's own until its call is connected, the call's until it is released, and the port's again.
#pragma once
#include <callbox/hal/analog_trunk.h>

namespace callbox::hal::analog {

class Port;

// What a call's leg and its port share; each may go before the other.
struct LineCall {
    std::string id;
    bool incoming = true;
    CallSetup setup;
    LegEvents* events = nullptr;
    Port* port = nullptr; // null once the port has done with it
    bool told = false;    // released
};

class Leg final : public LegIo {
public:
    explicit Leg(std::shared_ptr<LineCall> call) : call_(std::move(call)) {}
    ~Leg() override;
    void setEvents(LegEvents& e) override { call_->events = &e; }
    Result<void> proceeding() override { return live(); } // a line has no such words
    Result<void> alerting() override;
    Result<void> progress() override { return live(); }
    Result<void> answer() override;
    void hangup(Cause) override;

private:
    [[nodiscard]] Result<void> live() const;
    std::shared_ptr<LineCall> call_;
};

// What a port stands on; all of it outlives the port.
struct Bank {
    const Edges& edges;
    Span& span;
    LineIo& io;
    const AnalogConfig& config;
    std::function<void(std::unique_ptr<Call>)> offer;
    std::function<void()> changed;
};

class Port : protected AudioPort {
public:
    Port(Bank& bank, AnalogLine line);
    virtual ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    [[nodiscard]] const AnalogLine& line() const { return line_; }
    [[nodiscard]] virtual ChannelState state() const = 0;
    [[nodiscard]] virtual std::string_view stateName() const = 0;
    [[nodiscard]] virtual bool dead() const = 0; // see LineRow
    [[nodiscard]] LineRow row() const;
    void setEar(AudioSink* ear) { ear_ = ear; }
    [[nodiscard]] std::string callId() const { return call_ ? call_->id : ""; }
    void setInService(bool on) { inService_ = on; }
    void begin() { openChannel(); } // the span runs; harmless again

    virtual Result<std::unique_ptr<Call>> place(const CallSetup&) = 0;      // only when state() is idle
    virtual Result<std::unique_ptr<Call>> placeBlind(const CallSetup&) = 0; // AnalogLines::placeOn()
    virtual void onLine(const LineEvent&) = 0;
    virtual void onBank(bool usable) = 0;
    virtual void forgetLine() = 0; // the span has stopped: what the line is like is told anew when it starts
    // -- from the leg
    virtual Result<void> alerting() = 0;
    virtual Result<void> answer() = 0;
    virtual void hangup(Cause) = 0;

protected:
    Loop& loop() { return bank_.edges.loop; }
    [[nodiscard]] const CountryProfile& country() const { return bank_.config.country; }
    [[nodiscard]] Law law() const { return bank_.span.config().law; }
    std::unique_ptr<Call> makeCall(bool incoming, CallSetup);
    void tellStage(CallStage);      // on the loop's next turn
    Result<void> bearerForAnswer(); // Errc::gone: somebody else has the channel; the call is then over
    void giveBearer();              // the call has the channel from here on; the port listens
    void endCall(Cause);            // the channel comes back
    void tellTone(std::optional<std::size_t> startedAgo);
    [[nodiscard]] bool hasChannel() const { return channel_ != nullptr; }

    // What the line hears from its port; an endless one goes on until stopped. `done` comes on the loop, not after
    // another play() or stop.
    void play(std::unique_ptr<AudioSource>, std::function<void()> done = {});
    void stopPlaying();
    void order(const Result<void>&, std::string_view what); // a line that does not do what it is told is said so
    // Runs on the loop, unless the port is gone by then.
    void post(std::function<void()>);

    virtual void onPortAudio(Octets rx) = 0;               // the channel is the port's
    virtual void onCallAudio(const AudioBlock& block) = 0; // the channel is the call's

    Bank& bank_;
    AnalogLine line_;
    std::shared_ptr<LineCall> call_;
    bool inService_ = true;
    std::uint64_t rings_ = 0, lost_ = 0;
    AudioSink* ear_ = nullptr;

private:
    void onAudio(const AudioBlock&) final;
    void openChannel();

    unsigned calls_ = 0; // so far
    std::unique_ptr<Channel> channel_;
    Channel* lent_ = nullptr; // the call has it
    std::unique_ptr<AudioSource> source_;
    std::function<void()> played_;
    Timer reopen_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace callbox::hal::analog
