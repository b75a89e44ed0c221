// SPDX-License-Identifier: GPL-2.0-or-later
// A call, neutral between PRI and analog: a signalling leg and, once it has one, a B channel.
//
// A script reads top to bottom:
//     co_await call.answer();
//     co_await call.play(greeting, {});
//     RecordOutcome r = co_await call.record(draft, {.limit = 120s, .silence = 5s, .stopDigits = "#"});
// A hang-up ends answer(), play() and digits() with Errc::gone, and makes record() return its outcome.
// One media wait at a time (a second one is Errc::busy). Loop thread only. Destroying a Call hangs it up
// (normalClearing) if it still lives.
#pragma once
#include <callbox/base/async.h>
#include <callbox/hal/cause.h>
#include <callbox/hal/media.h>
#include <callbox/hal/numbers.h>
#include <callbox/hal/referral.h>
#include <callbox/hal/release_tones.h>
#include <callbox/hal/span.h>

namespace callbox::hal {

enum class Bearer : std::uint8_t { speech, audio3k1, unrestrictedDigital, other };

// What a SETUP says.
struct CallSetup {
    PartyNumber calling;
    std::string callingName;
    PartyNumber called;
    std::optional<Diversion> redirecting; // the last diverting party
    std::optional<Diversion> original;    // the first called party
    unsigned diversions = 0;              // how many diversions, 0 = not said
    // How the diversion travels. Placing, empty: as the trunk's configuration says. Received, empty: not diverted.
    std::optional<RedirectingForm> form;
    Bearer bearer = Bearer::speech;
    bool operator==(const CallSetup&) const = default;
};

enum class CallStage {
    offered,    // incoming, not answered
    placed,     // outgoing: SETUP sent
    proceeding, // the far side has it
    alerting,   // it rings there
    connected,
    releasing,
    released, // the last; cause() is final
};
std::string_view name(CallStage);

struct PlayOptions {
    std::string_view stopDigits = ""; // any of these ends it; other digits wait for digits()
};
struct PlayOutcome {
    bool finished = false; // the whole of it was sent
    char digit = 0;        // what stopped it; consumed
};

struct RecordOptions {
    Duration limit = 120s;
    Duration silence = 5s; // so long nothing louder than silenceDbm0 ends it; 0 = never
    double silenceDbm0 = -40.0;
    std::string_view stopDigits = "#";
};
enum class RecordEnd { digit, silence, hangup, limit, sinkFailed, lineFault };
std::string_view name(RecordEnd);
struct RecordOutcome {
    RecordEnd end = RecordEnd::hangup;
    char digit = 0;
    std::uint64_t samples = 0; // given to the sink: all the line brought, without the ending key's tone
    std::uint64_t lost = 0;    // samples the line lost meanwhile
    // Where the first block louder than silenceDbm0 began, an ending key's tone among them; empty: nothing was.
    std::optional<std::uint64_t> firstSound;
};

struct DigitOptions {
    unsigned most = 20;
    std::string_view terminators = "#"; // ends it, not part of the result
    Duration first = 5s;                // until the first digit
    Duration between = 3s;
};

struct HeardDigit {
    char digit = 0;
    Duration after{}; // the call's beginning
};

// What a call leg of one kind of trunk implements: PRI, analog. Never blocks; events on the loop, not from inside
// these functions (but onBearer, which comes before the CONNECT or PROGRESS goes out); none after released().
class LegEvents {
public:
    virtual void onStage(CallStage) = 0;                 // proceeding, alerting, connected
    virtual void onReleased(Cause) = 0;                  // the last event ever
    virtual void onBearer(std::unique_ptr<Channel>) = 0; // the B channel is ours from here on
    // What the line plays may be the tone by which an analog exchange says that the caller has left: it began so many
    // samples before the end of the block just heard. Empty: it was none. May come from inside a tick. What is recorded
    // is held back meanwhile, and left out when the call is released so.
    virtual void onLineTone(std::optional<std::size_t> startedAgo) = 0;
    virtual void onReferral(ReferralEvent) = 0; // asked, accepted or refused

protected:
    ~LegEvents() = default;
};
class LegIo {
public:
    virtual ~LegIo() = default; // clears the call if it still lives
    virtual void setEvents(LegEvents&) = 0;
    virtual Result<void> proceeding() = 0;
    virtual Result<void> alerting() = 0;
    virtual Result<void> progress() = 0; // in-band information is there (Q.931 progress indicator 8)
    virtual Result<void> answer() = 0;
    virtual void hangup(Cause) = 0;
    // What it can ask of its network; null: nothing.
    virtual LegReferral* referral() { return nullptr; }
};

class Call final : private LegEvents, private AudioPort {
public:
    struct Identity {
        std::string id;   // "trunk1-17": the same at both ends of the span: span name and call reference
        std::string span; // "trunk1"
        bool incoming = true;
    };

    Call(Edges edges, Identity identity, CallSetup setup, Law law, std::unique_ptr<LegIo> leg);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    [[nodiscard]] const std::string& id() const { return identity_.id; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] const CallSetup& setup() const { return setup_; }
    [[nodiscard]] Law law() const { return law_; }
    [[nodiscard]] CallStage stage() const { return stage_; }
    [[nodiscard]] bool released() const { return stage_ == CallStage::released; }
    [[nodiscard]] std::optional<TimePoint> releasedAt() const { return releasedAt_; }
    [[nodiscard]] Cause cause() const { return cause_; } // why it ended; none while it lives
    [[nodiscard]] std::optional<Timeslot> slot() const;
    [[nodiscard]] std::optional<Timeslot> lastSlot() const { return lastSlot_; } // also of one that is over
    [[nodiscard]] std::uint64_t samplesMoved() const { return samplesMoved_; }
    [[nodiscard]] std::uint64_t samplesLost() const { return samplesLost_; }

    // Incoming, before answer. Errc::gone when the caller has left.
    Result<void> proceeding();
    Result<void> alerting();
    Result<void> progress();
    // Answers and waits until the network has connected the caller through.
    Task<> answer();
    // Ends the call from our side; returns at once, released() follows.
    void hangup(Cause cause = Cause::normalClearing);

    // Asks the network to take the call back (referral.h) and waits until it has, or will not: an incoming one before
    // its answer to another number; two answered ones of one trunk to each other. Errc::unsupported where the trunk
    // does not know it, Errc::gone when the call has ended before.
    Task<ReferralEnd> deflect(PartyNumber to, DiversionReason reason, Duration limit);
    Task<ReferralEnd> transfer(Call& other, Duration limit);

    // A network's side: the party goes on on the other call's leg, as if this had been it from the start; the old leg
    // is cleared with `cause`, and the other call is over. Who plays or records here goes on. Errc::gone: one of them
    // has ended; Errc::invalid: their laws differ, or one of them is joined.
    Result<void> moveTo(Call& other, Cause cause);

    // Outgoing: the next stage it reaches, in order; Errc::timeout after `limit`; Errc::gone when released.
    Task<CallStage> nextStage(Duration limit);
    // Until the call is released; the cause.
    Task<Cause> ended();
    // Called at every stage change, on the loop: for who must not wait in a coroutine. One observer.
    void setObserver(std::function<void(CallStage)> observer) { observer_ = std::move(observer); }

    Task<PlayOutcome> play(AudioSource& source, PlayOptions options);
    Task<RecordOutcome> record(AudioSink& sink, RecordOptions options);
    // Digits as they come, type-ahead first; empty when none came in time.
    Task<std::string> digits(DigitOptions options);
    // The first 64 digits that were heard in it, whoever wanted them.
    [[nodiscard]] std::span<const HeardDigit> digitsHeard() const;
    // Hears and plays at once, for test callers: `sink` gets all audio from here on until null.
    void setTap(AudioSink* sink) { tap_ = sink; }
    // Digits are listened for from answer on; a test caller who only talks may turn that off.
    void setDetecting(bool on) { detecting_ = on; }
    // Behind the trunk are analog lines of this country, whose exchange says only by a tone that the caller has left:
    // that ends the call (normalClearing), and the tone is no part of what is recorded. Not while joined.
    void endOnTonesOf(const CountryProfile&);

    // The B channel; null before there is one and after release.
    [[nodiscard]] Channel* channel() { return channel_.get(); }
    // For a Join: all audio goes there, now and when a B channel comes later; null ends it. Play, record and digits are
    // Errc::busy meanwhile. The port outlives its stay.
    void setJoin(AudioPort* port) { join_ = port; }
    [[nodiscard]] bool joined() const { return join_ != nullptr; }

private:
    struct Media; // what is being played, recorded, detected
    void onStage(CallStage) override;
    void onReleased(Cause) override;
    void onBearer(std::unique_ptr<Channel>) override;
    void onLineTone(std::optional<std::size_t> startedAgo) override;
    void onReferral(ReferralEvent) override;
    void onAudio(const AudioBlock&) override;
    [[nodiscard]] Result<void> mayWait() const;
    [[nodiscard]] Result<LegReferral*> mayRefer() const;
    void hearTones(Octets rx);

    Edges edges_;
    Identity identity_;
    CallSetup setup_;
    Law law_;
    CallStage stage_;
    Cause cause_ = Cause::none;
    std::optional<TimePoint> releasedAt_;
    std::uint64_t samplesMoved_ = 0;
    std::uint64_t samplesLost_ = 0;
    AudioSink* tap_ = nullptr;
    AudioPort* join_ = nullptr;
    bool detecting_ = true;
    std::optional<ReleaseTones> tones_; // of the analog exchange behind the trunk
    std::function<void(CallStage)> observer_;
    std::optional<Timeslot> lastSlot_;
    std::unique_ptr<Channel> channel_;
    std::shared_ptr<Media> media_; // a waiting script may see the Call go
    std::unique_ptr<LegIo> leg_;
};

} // namespace callbox::hal
